from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from geneboard.datasets import synthetic
from geneboard.datasets.base import TISSUES, GeneGraph, Tissue
from geneboard.datasets.catalogue import human_training_datasets
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.simulation import (
    BACKGROUND,
    OTHER_GENES,
    SimulationSettings,
    log_rates,
    simulate_counts,
    simulate_dataset,
    simulate_tissue,
    symmetric_root,
    true_vectors,
    with_covariance,
)
from geneboard.datasets.synthetic import Synthetic


@pytest.fixture(scope="module")
def heart() -> Tissue:
    return Synthetic().load("heart")


@pytest.fixture(scope="module")
def lung() -> Tissue:
    return Synthetic().load("lung")


def edge_shares(graph: GeneGraph, tissue: Tissue) -> tuple[float, float, float]:
    """Share of pairs that are joined: within modules, other pairs, all pairs."""
    assert tissue.truth is not None
    module = tissue.truth.loc[graph.genes].to_numpy()
    pairs = ~np.eye(len(module), dtype=bool)
    same = (module[:, None] == module) & (module != BACKGROUND) & pairs
    edges = graph.adjacency.toarray()
    return edges[same].mean(), edges[~same & pairs].mean(), edges[pairs].mean()


@pytest.mark.parametrize("name", ["heart", "lung"])
def test_datasets_of_the_catalogue(name: str, request: pytest.FixtureRequest) -> None:
    tissue = request.getfixturevalue(name)
    assert [g.name for g in tissue.graphs] == [e.name for e in human_training_datasets(name)]
    for graph in tissue.graphs:
        assert graph.n_genes == 500
        assert 400 <= graph.features.shape[1] <= 600
        assert set(graph.genes) <= set(tissue.truth.index)
    assert len(tissue.common_genes) >= 150
    assert tissue.truth.nunique() == 27
    assert all(graph.true_vectors.shape == (500, 26) for graph in tissue.graphs)


def test_a_tenth_of_each_module_and_of_the_background_is_named_after_landmarks(heart: Tissue) -> None:
    assert heart.truth is not None
    landmarks = heart.truth[heart.truth.index.isin(landmark_table()["symbol"])]
    assert landmarks.value_counts().to_dict() == {
        module: 12 if module == BACKGROUND else 3 for module in heart.truth.unique()
    }
    assert heart.truth.index.difference(landmarks.index).str.fullmatch(r"GENE\d{4}").all()
    for graph in heart.graphs:
        assert 30 <= graph.genes.isin(landmarks.index).sum() <= 70


def told_by_the_truth(graph: GeneGraph) -> float:
    """ROC AUC of the true correlations of pairs of genes against the edges."""
    assert graph.true_vectors is not None
    length = np.linalg.norm(graph.true_vectors, axis=1, keepdims=True)
    unit = graph.true_vectors / np.where(length > 0, length, 1)
    upper = np.triu_indices(graph.n_genes, 1)
    return float(roc_auc_score(graph.adjacency.toarray()[upper], (unit @ unit.T)[upper]))


def test_true_correlations_tell_the_edges_of_every_modality(heart: Tissue) -> None:
    told = {graph.name: told_by_the_truth(graph) for graph in heart.graphs}
    assert min(told.values()) > 0.97, told
    of = {m: [told[g.name] for g in heart.graphs if g.modality == m] for m in ("scrna", "scatac")}
    assert np.mean(of["scatac"]) < np.mean(of["scrna"])  # noisier
    for graph in heart.graphs:
        inside, outside, density = edge_shares(graph, heart)
        assert inside > 2 * outside, graph.name
        assert 0.04 < density < 0.4, graph.name


def test_genes_of_silent_programmes_are_not_joined_more_than_others() -> None:
    settings = SimulationSettings(silent_programmes=SimulationSettings.n_programmes)
    tissue = Synthetic(settings=settings).load("pancreas")
    inside, outside, _ = edge_shares(tissue.graphs[0], tissue)
    assert inside < 1.7 * outside


def test_same_seed_same_data_other_seed_other_data_and_progress(lung: Tissue) -> None:
    again = Synthetic().load("lung")
    assert again.data_hashes == lung.data_hashes
    calls: list[tuple[str, int, int]] = []
    other = Synthetic(seed=1).load("lung", lambda what, done, total: calls.append((what, done, total)))
    assert not set(other.data_hashes.values()) & set(lung.data_hashes.values())
    assert [done for _, done, _ in calls] == list(range(len(lung.graphs) * 5 + 1))
    assert {total for _, _, total in calls} == {len(lung.graphs) * 5}
    assert calls[0][0] == "scrna_lung__BAL034: simulation"


def test_a_dataset_does_not_depend_on_the_others() -> None:
    model = simulate_tissue("lung", 0, SimulationSettings())
    first = simulate_counts(model, "scrna", "BAL034")
    simulate_counts(model, "scatac", "b1")
    second = simulate_counts(simulate_tissue("lung", 0, SimulationSettings()), "scrna", "BAL034")
    assert (first.X != second.X).nnz == 0


@pytest.mark.parametrize("modality", ["scrna", "scatac", "spatial"])
def test_log_rates_have_the_known_covariance(modality: str) -> None:
    model = simulate_tissue("heart", 0, SimulationSettings())
    dataset = simulate_dataset(model, modality, "x")
    of_programmes = model.programme[dataset.present] >= 0
    rates = log_rates(np.random.default_rng(0), model, dataset)[:, of_programmes]

    shares = np.bincount(dataset.types, minlength=len(model.type_activity)) / len(dataset.types)
    known = np.eye(model.loading.shape[1])
    for share, activity in zip(shares, model.type_activity, strict=True):
        known += share * np.outer(activity, activity)
    active = dataset.activity.any(axis=0)
    assert (~active).sum() == model.settings.silent_programmes
    loading = model.loading[dataset.present][of_programmes][:, active]
    expected = loading @ known[np.ix_(active, active)] @ loading.T
    np.testing.assert_allclose(np.cov(rates, rowvar=False, bias=True), expected, atol=1e-9)

    vectors = true_vectors(model, modality, "x")
    assert list(vectors.index) == list(model.genes[dataset.present])
    assert not vectors[~of_programmes].to_numpy().any()
    inner = vectors[of_programmes].to_numpy() @ vectors[of_programmes].to_numpy().T
    np.testing.assert_allclose(inner, expected, atol=5e-4)  # vectors are rounded


def test_counts_scatter_about_the_rates_with_the_known_correlation() -> None:
    model = simulate_tissue("heart", 0, SimulationSettings(n_cells=(4000, 4000)))
    counts = simulate_counts(model, "scrna", "x")
    pool = ~counts.var_names.isin(OTHER_GENES)
    share = counts.X[:, pool].toarray() / counts.X[:, ~pool].sum(axis=1)
    vectors = true_vectors(model, "scrna", "x").to_numpy()
    length = np.linalg.norm(vectors, axis=1)
    chosen = length > 0.3
    covariance = np.cov(share[:, chosen] / share[:, chosen].mean(axis=0), rowvar=False)
    # Of two log-normal rates with mean 1 it is exp(covariance of logarithms) - 1.
    expected = np.exp(vectors[chosen] @ vectors[chosen].T) - 1
    upper = np.triu_indices(len(expected), 1)
    assert np.corrcoef(covariance[upper], expected[upper])[0, 1] > 0.97
    assert np.polyfit(expected[upper], covariance[upper], 1)[0] == pytest.approx(1, abs=0.05)


def test_activities_get_a_covariance_whatever_the_order_of_cells_and_programmes() -> None:
    np.testing.assert_allclose(
        symmetric_root(np.array([[5.0, 4.0], [4.0, 5.0]])), [[2, 1], [1, 2]], atol=1e-12
    )
    rng = np.random.default_rng(0)
    activity, covariance = rng.standard_normal((40, 3)), np.array([[2, 0.5, 0], [0.5, 1, 0.1], [0, 0.1, 1.5]])
    made = with_covariance(activity, covariance)
    np.testing.assert_allclose(np.cov(made, rowvar=False, bias=True), covariance, atol=1e-12)
    np.testing.assert_allclose(made.mean(axis=0), 0, atol=1e-12)
    cells, programmes = rng.permutation(40), np.array([2, 0, 1])
    again = with_covariance(activity[cells][:, programmes], covariance[np.ix_(programmes, programmes)])
    np.testing.assert_allclose(again, made[cells][:, programmes], atol=1e-12)


def test_counts_look_like_their_modality() -> None:
    model = simulate_tissue("heart", 0, SimulationSettings())
    counts = {m: simulate_counts(model, m, "x") for m in ("scrna", "scatac", "spatial")}
    zeros = {m: 1 - c.X.nnz / np.prod(c.shape) for m, c in counts.items()}
    assert zeros["scatac"] > zeros["scrna"] > zeros["spatial"]
    assert counts["spatial"].obsm["spatial"].shape == (counts["spatial"].n_obs, 2)
    assert "spatial" not in counts["scrna"].obsm
    X = counts["scrna"].X.toarray().astype(float)
    assert (X.var(axis=0) > 1.2 * X.mean(axis=0)).mean() > 0.9  # more than Poisson
    depth = X.sum(axis=1)
    assert depth.std() / depth.mean() > 0.25


def test_neighbouring_spots_are_alike() -> None:
    spots = simulate_counts(simulate_tissue("heart", 0, SimulationSettings()), "spatial", "x")
    pool = spots.X[:, ~spots.var_names.isin(OTHER_GENES)].toarray()
    shares = pool / pool.sum(axis=1, keepdims=True)
    places = spots.obsm["spatial"]
    distance = np.linalg.norm(places[:, None] - places[None], axis=2)
    likeness = np.corrcoef(np.log1p(1e4 * np.asarray(shares)))
    assert likeness[(distance > 0) & (distance < 110)].mean() > likeness[distance > 600].mean() + 0.02


def test_cache_gives_the_same_graphs_without_building(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Synthetic(cache=tmp_path).load("thymus")

    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr("geneboard.datasets.holdout.build_graph", never)
    assert Synthetic(cache=tmp_path).load("thymus").data_hashes == first.data_hashes
    with pytest.raises(AssertionError, match="built again"):
        Synthetic(seed=1, cache=tmp_path).load("thymus")


def test_unknown_tissue_names_the_closest() -> None:
    with pytest.raises(InputError, match="'lugn'; the closest name is 'lung'"):
        Synthetic().load("lugn")
    assert Synthetic().tissues() == TISSUES
    assert Synthetic().label == "synthetic"


def test_genes_outside_of_the_pool_are_correlated_with_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one is selected all the same, its true vector is zero."""
    real = synthetic.dataset_graphs

    def with_another(*args: Any, **kwargs: Any) -> tuple[GeneGraph, GeneGraph | None]:
        graph, heldout = real(*args, **kwargs)
        return replace(graph, genes=graph.genes[:-1].append(OTHER_GENES[:1])), heldout

    monkeypatch.setattr(synthetic, "dataset_graphs", with_another)
    for graph in Synthetic().load("pancreas").graphs:
        assert graph.true_vectors is not None
        assert not graph.true_vectors[-1].any()
        assert graph.true_vectors[:-1].any(axis=1).mean() > 0.9
