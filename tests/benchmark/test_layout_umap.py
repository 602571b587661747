"""Maps of embeddings: what they hold, and that a run makes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from geneboard import benchmark
from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.records import store
from geneboard.benchmark.records.store import EMBEDDING, run_folder
from geneboard.benchmark.tasks.embedding.maps.layout import GRID, LAYOUT, Layout, read_layouts
from geneboard.benchmark.tasks.embedding.maps.layout_umap import (
    SAMPLE,
    layout_of,
    on_grid,
    sample_of,
    umap_coordinates,
)
from geneboard.benchmark.tasks.embedding.sources import PREPARED
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.metrics.base import EmbeddingRows
from geneboard.metrics.neighbours import neighbour_graph, shared_view


def small_tissue(truth: bool = True) -> Tissue:
    genes = pd.Index([f"G{i:02d}" for i in range(60)])
    graphs = tuple(
        GeneGraph(f"scrna_lung__{d}", "lung", "scrna", "human", genes, np.zeros((60, 1), np.float32),
                  sparse.csr_matrix((60, 60), dtype=bool))
        for d in "ab"
    )  # fmt: skip
    modules = pd.Series([f"M{i % 3}" for i in range(60)], index=genes) if truth else None
    return Tissue("lung", "synthetic", graphs, modules)


def rows_of_modules(tissue: Tissue, spread: float = 0.1) -> EmbeddingRows:
    """Three far modules, the same in both datasets."""
    random = np.random.default_rng(0)
    module = np.tile(np.arange(60) % 3, 2)
    matrix = (10 * np.eye(3)[module] + spread * random.normal(size=(120, 3))).astype(np.float32)
    gene = np.tile(tissue.graphs[0].genes.to_numpy(dtype=object), 2)
    return EmbeddingRows(matrix, gene, np.repeat([0, 1], 60), np.tile(np.arange(60), 2))


@pytest.fixture(scope="module")
def layout() -> Layout:
    tissue = small_tissue()
    return layout_of(rows_of_modules(tissue), tissue)


def equal(one: Layout, two: Layout) -> bool:
    return all(np.array_equal(vars(one)[name], vars(two)[name]) for name in vars(one))


def test_layout_is_the_same_again(layout: Layout) -> None:
    tissue = small_tissue()
    assert equal(layout, layout_of(rows_of_modules(tissue), tissue))


def test_labels_are_those_of_the_rows_and_of_the_shared_view(layout: Layout) -> None:
    tissue = small_tissue()
    rows = rows_of_modules(tissue)
    kept = sample_of(rows.dataset)
    view = shared_view(rows, tissue)
    np.testing.assert_array_equal(layout.cluster, view.clusters[kept])
    assert layout.n_clusters == view.clusters.max() + 1
    np.testing.assert_array_equal(layout.dataset, rows.dataset[kept])
    assert layout.datasets == ("scrna_lung__a", "scrna_lung__b")
    assert layout.module is not None
    assert [layout.modules[code] for code in layout.module] == [tissue.truth[g] for g in rows.gene[kept]]  # type: ignore[index]
    assert layout.n_rows == 120


def test_real_data_have_no_modules() -> None:
    tissue = small_tissue(truth=False)
    found = layout_of(rows_of_modules(tissue), tissue)
    assert found.module is None
    assert found.modules == ()


def test_modules_that_are_far_apart_are_apart_on_the_map(layout: Layout) -> None:
    assert layout.module is not None
    centres = np.array([layout.coordinates[layout.module == code].mean(axis=0) for code in range(3)])
    spread = max(layout.coordinates[layout.module == code].std() for code in range(3))
    between = [np.linalg.norm(centres[i] - centres[j]) for i in range(3) for j in range(i)]
    assert min(between) > GRID / 5
    assert spread < min(between)


@pytest.mark.parametrize(
    "matrix",
    [
        np.ones((40, 3)),
        np.zeros((1, 2)),
        np.arange(40.0).reshape(40, 1),
        np.repeat(np.arange(4.0), 10).reshape(40, 1) * [1, 0],
        np.arange(6.0).reshape(2, 3),
    ],
    ids=["all alike", "one row", "one dimension", "many duplicates", "two rows"],
)
def test_odd_embeddings_have_finite_places(matrix: np.ndarray) -> None:
    matrix = matrix.astype(np.float32)
    found = umap_coordinates(matrix, neighbour_graph(matrix))
    assert found.shape == (len(matrix), 2)
    assert np.isfinite(found).all()
    assert on_grid(found).min() >= 0


def test_the_grid_keeps_the_shape() -> None:
    places = on_grid(np.array([[0.0, 5.0], [2.0, 6.0], [4.0, 5.0]]))
    np.testing.assert_array_equal(places, [[0, 0], [GRID // 2, GRID // 4], [GRID, 0]])


def test_the_sample_is_fixed_ordered_by_dataset_and_without_repeats() -> None:
    dataset = np.arange(5000) % 4
    kept = sample_of(dataset)
    assert len(set(kept)) == len(kept) == SAMPLE
    np.testing.assert_array_equal(kept, sample_of(dataset))
    assert (np.diff(dataset[kept]) >= 0).all()
    assert len(sample_of(dataset[:10])) == 10
    # Each dataset has about a quarter: 4 standard deviations are 55.
    assert abs(np.bincount(dataset[kept]) - SAMPLE / 4).max() < 55


def run(graph_folder: Path, out: Path, **options: Any) -> Outcome:
    return benchmark.run(
        ["lung"], data=graph_folder, out=out, methods=["pca", "random"], seeds=2, jobs=2, quiet=True,
        device="cpu", **options,
    )  # fmt: skip


@pytest.mark.usefixtures("controls_there")
def test_a_run_makes_what_is_missing_and_survives_what_fails(
    graph_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcome = run(graph_folder, tmp_path)
    first = {r["method"]: r["key"] for r in outcome.records if r["seed"] == 0}
    assert set(read_layouts(tmp_path)) == set(first.values())  # not of the second seed
    made = {key: (run_folder(tmp_path, key) / LAYOUT).read_bytes() for key in first.values()}

    lost = run_folder(tmp_path, first["pca"])
    (lost / LAYOUT).unlink()
    assert run(graph_folder, tmp_path).ran == 0
    assert {key: (run_folder(tmp_path, key) / LAYOUT).read_bytes() for key in made} == made
    assert "map" not in capsys.readouterr().err

    (lost / LAYOUT).unlink()
    (lost / EMBEDDING).write_bytes(b"damaged")
    again = run(graph_folder, tmp_path)
    assert again.failed == []
    (told,) = [line for line in capsys.readouterr().err.splitlines() if "map" in line]
    assert told.startswith("warning: no map of lung pca seed 0: InputError: ")
    assert EMBEDDING in told
    assert set(read_layouts(tmp_path)) == {first["random"]}

    benchmark.tables(tmp_path, pack=tmp_path / "packed")
    assert set(read_layouts(tmp_path / "packed")) == {first["random"]}
    assert {r["key"] for r in store.read_records(tmp_path / "packed")} == {r["key"] for r in outcome.records}


def test_damaged_maps_and_degradation_runs_are_told_before_any_work(
    graph_folder: Path, tmp_path: Path
) -> None:
    path = run_folder(tmp_path, "k") / LAYOUT
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(InputError, match=r"umap\.json: is not a complete layout"):
        run(graph_folder, tmp_path)
    path.unlink()
    path = tmp_path / "sensitivity/s/quick/lung/pca/sensitivity.json"
    path.parent.mkdir(parents=True)
    path.write_text("{")
    with pytest.raises(InputError, match=r"sensitivity\.json: is not complete JSON"):
        run(graph_folder, tmp_path)
    assert store.read_records(tmp_path) == []
    assert not (tmp_path / PREPARED).exists()
