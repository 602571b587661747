from pathlib import Path

import numpy as np
import pytest

from geneboard.datasets.base import TISSUES, GeneGraph, Tissue
from geneboard.datasets.catalogue import human_training_datasets
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.landmarks import landmark_table
from geneboard.datasets.simulation import BACKGROUND, SimulationSettings, simulate_counts, simulate_tissue
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
        assert 250 <= graph.features.shape[1] <= 400
        assert set(graph.genes) <= set(tissue.truth.index)
    assert len(tissue.common_genes) >= 200
    assert tissue.truth.nunique() == 19


def test_a_tenth_of_each_module_and_of_the_background_is_named_after_landmarks(heart: Tissue) -> None:
    assert heart.truth is not None
    landmarks = heart.truth[heart.truth.index.isin(landmark_table()["symbol"])]
    assert landmarks.value_counts().to_dict() == {
        module: 18 if module == BACKGROUND else 4 for module in heart.truth.unique()
    }
    assert heart.truth.index.difference(landmarks.index).str.fullmatch(r"GENE\d{4}").all()
    for graph in heart.graphs:
        assert 30 <= graph.genes.isin(landmarks.index).sum() <= 70


def test_modules_show_in_the_edges_of_every_modality(heart: Tissue) -> None:
    for graph in heart.graphs:
        inside, outside, density = edge_shares(graph, heart)
        assert inside > 3 * outside, graph.name
        assert 0.04 < density < 0.35, graph.name


def test_atac_is_noisier_than_rna(heart: Tissue) -> None:
    inside = {
        m: [edge_shares(g, heart)[0] for g in heart.graphs if g.modality == m] for m in ("scrna", "scatac")
    }
    assert max(inside["scatac"]) < min(inside["scrna"])


def test_a_silent_module_is_not_joined_more_than_others() -> None:
    settings = SimulationSettings(silent_modules=18)
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
    shares = spots.X.toarray() / spots.X.sum(axis=1)
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
