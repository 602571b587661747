"""MLP and GNN as methods: seeds, early stop, saving, and what the graph network is for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from inference_cases import error, fit, random_data, simulated
from scipy import stats

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.synthetic import Simulation
from geneboard.methods.inference.base import InferenceMethod
from geneboard.methods.inference.gnn import GNN
from geneboard.methods.inference.means import Mean
from geneboard.methods.inference.mlp import MLP
from geneboard.methods.inference.model_files import read_model, write_model
from geneboard.methods.inference.network_fitting import mean_spearman
from geneboard.methods.inference.ridge import Ridge

TRAIN, VALIDATION, TEST = random_data(24), random_data(8, seed=1), random_data(7, seed=2)
SMALL_GNN = GNN(hidden=4, n_layers=2, n_similar=2, epochs=3, batch=8)
SMALL_MLP = MLP(hidden=8, epochs=3, batch=8)
NETWORKS = (SMALL_GNN, SMALL_MLP)
WITH_ORGAN = [replace(method, organ=True) for method in NETWORKS]


def name_of(method: InferenceMethod) -> str:
    return method.name


@pytest.mark.parametrize("method", [Ridge(organ=True), *WITH_ORGAN], ids=name_of)
def test_saved_models_with_organs_predict_the_same(method: InferenceMethod, tmp_path: Path) -> None:
    fitted = fit(method, TRAIN, VALIDATION)
    write_model(tmp_path / "model.npz", method, fitted)
    again = read_model(tmp_path / "model.npz", {method.name: type(method)})
    assert again.method == method
    predicted = fitted.predict(TEST.landmarks, TEST.organs)
    np.testing.assert_allclose(again.fitted.predict(TEST.landmarks, TEST.organs), predicted, atol=1e-6)
    with pytest.raises(InputError, match=f"model of the method '{method.name}', which is not known here"):
        read_model(tmp_path / "model.npz", {"mean": Mean})


@pytest.mark.parametrize("method", NETWORKS, ids=name_of)
def test_the_seed_decides(method: InferenceMethod) -> None:
    state = torch.random.get_rng_state()
    one, same, other = (
        fit(method, TRAIN, VALIDATION, seed).predict(TEST.landmarks, TEST.organs) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("method", NETWORKS, ids=name_of)
def test_the_best_epoch_is_kept(method: InferenceMethod) -> None:
    fitted = fit(replace(method, epochs=40, patience=3, learning_rate=0.05), TRAIN, VALIDATION)
    curve = fitted.history["validation_spearman"]
    best = int(np.argmax(curve))
    assert fitted.details["epoch"] == best + 1
    assert len(curve) in (40, best + 1 + 3)
    predicted = fitted.predict(VALIDATION.landmarks, VALIDATION.organs)
    pairs = zip(VALIDATION.targets.T, predicted.T, strict=True)
    plain = [stats.spearmanr(true, found).statistic for true, found in pairs if np.ptp(found) > 0]
    plain += [0.0] * (VALIDATION.targets.shape[1] - len(plain))  # a network may predict a constant
    assert curve[best] == pytest.approx(np.mean(plain), abs=1e-6)
    assert fitted.details["validation_spearman"] == curve[best]


def test_mean_spearman_of_a_constant_prediction() -> None:
    true = np.array([[1.0, 3], [2, 2], [3, 1]])
    assert mean_spearman(true, np.array([[1.0, 5], [2, 5], [3, 5]])) == pytest.approx(0.5)


@pytest.mark.parametrize("method", NETWORKS, ids=name_of)
def test_refit_trains_on_validation_samples_too(method: InferenceMethod) -> None:
    fitted = fit(replace(method, refit=True), TRAIN, VALIDATION)
    assert len(fitted.history["refit_loss"]) == fitted.details["epoch"]
    plain = fit(method, TRAIN, VALIDATION)
    assert fitted.details == plain.details
    one, other = (model.predict(TEST.landmarks, TEST.organs) for model in (fitted, plain))
    assert (one != other).any()


@pytest.mark.parametrize("linear", [False, True])
def test_gnn_wins_by_a_margin_only_where_genes_respond_non_linearly(linear: bool) -> None:
    gnn = GNN(hidden=16, n_similar=5, epochs=60, patience=60, batch=32, learning_rate=3e-3)
    train, validation, test = simulated(
        Simulation(n_samples=400, n_landmarks=20, n_targets=40, linear=linear)
    )
    of_gnn, of_ridge = (error(fit(method, train, validation), test) for method in (gnn, Ridge()))
    assert of_gnn > of_ridge if linear else of_gnn < 0.85 * of_ridge
