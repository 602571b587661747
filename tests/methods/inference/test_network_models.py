"""MLP and GNN as methods: seeds, early stop, saving, and what the graph network is for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from inference_cases import error, fit, random_data, simulated
from scipy import sparse, stats
from torch import Tensor, nn

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.synthetic import Simulation
from geneboard.methods.inference.base import STOPPED_AT_LIMIT, InferenceMethod
from geneboard.methods.inference.gnn import GNN
from geneboard.methods.inference.means import Mean
from geneboard.methods.inference.mlp import MLP, KimMLP
from geneboard.methods.inference.model_files import read_model, write_model
from geneboard.methods.inference.network_fitting import mean_spearman
from geneboard.methods.inference.network_method import NetworkMethod
from geneboard.methods.inference.organ_covariate import OrganCovariate
from geneboard.methods.inference.ridge import Ridge

TRAIN, VALIDATION, TEST = random_data(24), random_data(8, seed=1), random_data(7, seed=2)
SMALL_GNN = GNN(hidden=4, n_layers=2, n_similar=2, epochs=3, batch=8)
SMALL_MLP = MLP(hidden=8, epochs=3, batch=8)
SMALL_KIM = KimMLP(epochs=3)
NETWORKS = (SMALL_GNN, SMALL_MLP, SMALL_KIM)
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


@pytest.mark.parametrize("criterion", ["mae", "spearman"])
@pytest.mark.parametrize("method", NETWORKS, ids=name_of)
def test_the_best_epoch_is_kept(method: NetworkMethod, criterion: Literal["mae", "spearman"]) -> None:
    changed = replace(method, epochs=40, patience=3, learning_rate=0.05, criterion=criterion, refit=False)
    fitted = fit(changed, TRAIN, VALIDATION)
    errors, correlations = (fitted.history[f"validation_{name}"] for name in ("mae", "spearman"))
    best = int(np.argmin(errors) if criterion == "mae" else np.argmax(correlations))
    assert fitted.details["epoch"] == best + 1
    assert fitted.details["validation_mae"] == errors[best]
    assert len(errors) in (40, best + 1 + 3)
    predicted = fitted.predict(VALIDATION.landmarks, VALIDATION.organs)
    pairs = zip(VALIDATION.targets, predicted, strict=True)
    plain = [stats.spearmanr(true, found).statistic for true, found in pairs]
    assert correlations[best] == pytest.approx(np.mean(plain), abs=1e-6)
    assert errors[best] == pytest.approx(error(fitted, VALIDATION), abs=1e-6)


def test_mean_spearman_of_a_constant_prediction() -> None:
    true = np.array([[1.0, 2, 3], [3, 2, 1]])
    assert mean_spearman(true, np.array([[1.0, 2, 3], [5, 5, 5]])) == pytest.approx(0.5)


@pytest.mark.parametrize("method", NETWORKS, ids=name_of)
def test_refit_is_training_on_all_samples_for_the_best_number_of_epochs(method: NetworkMethod) -> None:
    fitted = fit(method, TRAIN, VALIDATION)
    epochs = int(fitted.details["epoch"])
    assert len(fitted.history["refit_loss"]) == epochs
    assert fitted.details == fit(replace(method, refit=False), TRAIN, VALIDATION).details
    once = replace(method, refit=False, epochs=epochs, patience=99)
    plain = fit(once, TRAIN.and_also(VALIDATION), TEST)
    assert plain.details["epoch"] == epochs  # it improves throughout, so the last weights are kept
    found, expected = (model.predict(TEST.landmarks, TEST.organs) for model in (fitted, plain))
    np.testing.assert_allclose(found, expected, atol=1e-6)


class Scripted(nn.Module):
    """Errs on validation samples by given amounts, one after the other."""

    def __init__(self, errors: Sequence[float]) -> None:
        super().__init__()
        self.errors = list(errors)
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, inputs: Tensor) -> Tensor:
        """Return nothing of interest in training."""
        if self.training:
            return (inputs[:, :1] * self.weight).expand(-1, VALIDATION.targets.shape[1])
        return torch.from_numpy(VALIDATION.targets) + self.errors.pop(0)


@dataclass(frozen=True, kw_only=True)
class ScriptedMethod(NetworkMethod):
    """Trains that."""

    errors: tuple[float, ...]
    name = "scripted"
    loss = "l1"

    def make(self, data: object, covariate: object, seed: int) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a network that follows the script."""
        return Scripted(self.errors), {}

    def rebuild(self, arrays: Mapping[str, np.ndarray]) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Nothing is saved."""
        raise NotImplementedError


IMPROVES_THEN_NOT = (5.0, 4.0, 3.0, 3.5, 3.0, 3.2, 2.0, 1.0, 1.5, 1.6)


@pytest.mark.parametrize(
    ("epochs", "patience", "best", "trained", "at_limit"),
    [
        (1000, 3, 3, 6, False),  # the error of the fifth epoch is the same, not better
        (1000, 2, 3, 5, False),
        (6, 3, 3, 6, False),
        (5, 3, 3, 5, True),
        (8, 5, 8, 8, True),
        (10, 4, 8, 10, True),
    ],
)
def test_training_ends_when_the_validation_error_stands_still(
    epochs: int, patience: int, best: int, trained: int, at_limit: bool
) -> None:
    method = ScriptedMethod(errors=IMPROVES_THEN_NOT, epochs=epochs, patience=patience)
    fitted = fit(method, TRAIN, VALIDATION)
    expected = {"epoch": best, "validation_mae": pytest.approx(IMPROVES_THEN_NOT[best - 1], rel=1e-6)}
    assert fitted.details == expected | ({STOPPED_AT_LIMIT: 1} if at_limit else {})
    assert len(fitted.history["validation_mae"]) == trained
    assert len(fitted.history["refit_loss"]) == best


def test_the_rate_is_halved_where_the_error_stands_still_and_so_it_is_in_the_refit() -> None:
    rates = [0.8, 0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.4]
    method = ScriptedMethod(errors=(5, 4, 4, 4, 4, 3, 9, 9), epochs=8, patience=4, plateau=1, batch=99)
    used: list[float] = []

    class Noting(torch.optim.Adam):
        def step(self) -> None:  # type: ignore[override]
            used.append(self.param_groups[0]["lr"])
            super().step()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim, "Adam", Noting)
        fit(replace(method, learning_rate=0.8), TRAIN, VALIDATION)
    assert used == pytest.approx([*rates, *rates[:6]])


@pytest.mark.parametrize("n_layers", [1, 2, 4])
def test_published_weights_and_biases(n_layers: int) -> None:
    """Against the plain formula over a square matrix of all genes."""
    method = GNN(hidden=3, n_layers=n_layers, n_similar=2, weights="published", similar_among="targets")
    network = method.make(TRAIN, OrganCovariate.of(TRAIN.organs, use=False), 0)[0].double()
    n_landmarks, n_targets = TRAIN.landmarks.shape[1], TRAIN.targets.shape[1]
    starts, columns = network.edges.row_starts.numpy(), network.edges.columns.numpy()
    among = sparse.csr_array((np.ones(len(columns)), columns, starts), shape=(n_targets, n_targets))
    rows = among.tocoo().coords[0]
    assert (among.sum(axis=1) == 4).all()  # two most and two least similar, none of them a landmark
    density = (n_landmarks * (n_landmarks + n_targets) + among.nnz) / (n_landmarks + n_targets) ** 2
    values = torch.from_numpy(TEST.landmarks.astype(float))
    expected = []
    for sample in values:
        given = network.landmark_vectors + sample[:, None] * network.value_weights
        landmarks, targets = given, network.target_vectors
        for layer in network.layers:
            for weights in layer.parameters():
                assert 1 < float(weights.detach().abs().max()) <= 1 / np.sqrt(density)
            square = torch.zeros(n_targets, n_targets, dtype=torch.float64)
            square[torch.from_numpy(rows), torch.from_numpy(columns)] = layer.between_targets
            heard = layer.to_targets @ landmarks + square @ targets + layer.target_bias
            if layer.to_landmarks is not None:
                landmarks = torch.relu(layer.to_landmarks @ landmarks + layer.landmark_bias)
            targets = torch.relu(heard)
        expected.append((targets @ network.readout[0])[:, 0] + network.readout_bias[0, 0])
    torch.testing.assert_close(network(values), torch.stack(expected))
    assert network.readout_bias.numel() == 1


def test_the_perceptron_of_the_gnns_publication() -> None:
    network = SMALL_KIM.make(TRAIN, OrganCovariate.of(TRAIN.organs, use=False), 0)[0].double()
    first, _, last = network
    n_targets = TRAIN.targets.shape[1]
    assert (first.out_features, last.in_features, last.out_features) == (n_targets,) * 3
    values = TEST.landmarks.astype(float)
    hidden = np.maximum(values @ first.weight.detach().numpy().T + first.bias.detach().numpy(), 0)
    expected = hidden @ last.weight.detach().numpy().T + last.bias.detach().numpy()
    np.testing.assert_allclose(network(torch.from_numpy(values)).detach().numpy(), expected)


@pytest.mark.parametrize("linear", [False, True])
def test_gnn_wins_by_a_margin_only_where_genes_respond_non_linearly(linear: bool) -> None:
    gnn = GNN(hidden=16, n_similar=5, epochs=60, patience=60, batch=32, learning_rate=3e-3, refit=False)
    train, validation, test = simulated(
        Simulation(n_samples=400, n_landmarks=20, n_targets=40, linear=linear)
    )
    of_gnn, of_ridge = (error(fit(method, train, validation), test) for method in (gnn, Ridge()))
    assert of_gnn > of_ridge if linear else of_gnn < 0.85 * of_ridge
