"""What must leave the scores alone, and what must change them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metric_cases import ALL_METRICS, control_embeddings, modular_tissue, rows_for, with_heldout

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.metrics.auc import AreaUnderCurve
from geneboard.metrics.base import EmbeddingRows, SharedView
from geneboard.metrics.neighbours import shared_view
from geneboard.metrics.score import evaluate

TISSUE = with_heldout(modular_tissue())
EMBEDDINGS = control_embeddings(TISSUE)
ROWS = EMBEDDINGS["oracle"]
VIEW = shared_view(ROWS, TISSUE)


def values(rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> dict[str, float]:
    return {metric.name: metric.compute(rows, tissue, view).value for metric in ALL_METRICS}


BEFORE = values(ROWS, TISSUE, VIEW)


def same(now: dict[str, float], tolerance: float = 1e-12) -> bool:
    return now == pytest.approx(BEFORE, abs=tolerance)


@pytest.mark.parametrize("embedding", ["oracle", "shared_random"])
def test_order_of_rows(embedding):
    rows = EMBEDDINGS[embedding]
    view = shared_view(rows, TISSUE)
    order = np.random.default_rng(0).permutation(len(rows.gene))
    shuffled = EmbeddingRows(*(a[order] for a in (rows.matrix, rows.gene, rows.dataset, rows.position)))
    # The same clusters in the new order: Leiden itself visits rows in their order.
    moved = SharedView(view.connectivities[order][:, order], view.clusters[order], view.common[order])
    before, now = values(rows, TISSUE, view), values(shuffled, TISSUE, moved)
    if embedding == "shared_random":
        # Equal points have no order of distance, so their 15 neighbours depend on the order of the rows.
        assert now.pop("iLISI") == pytest.approx(before.pop("iLISI"), abs=0.01)
    assert now == pytest.approx(before, abs=1e-12)


def reordered(graph: GeneGraph, order: np.ndarray) -> GeneGraph:
    return replace(
        graph,
        genes=graph.genes[order],
        features=graph.features[order],
        adjacency=graph.adjacency[order][:, order].tocsr(),
    )


def test_order_of_genes_in_a_graph():
    rng = np.random.default_rng(1)
    orders = [rng.permutation(graph.n_genes) for graph in TISSUE.graphs]
    graphs, heldout = (
        tuple(reordered(graph, order) for graph, order in zip(part, orders, strict=True))
        for part in (TISSUE.graphs, TISSUE.heldout)
    )
    position = np.concatenate([np.argsort(order) for order in orders])
    rows = replace(ROWS, position=position)
    assert same(values(rows, replace(TISSUE, graphs=graphs, heldout=heldout), VIEW))


def test_names_of_genes_and_datasets():
    new = {gene: f"z{i}" for i, gene in enumerate(TISSUE.truth.index[::-1])}
    graphs, heldout = (
        tuple(
            replace(graph, name=f"scrna_lung__new{9 - i}", genes=graph.genes.map(new))
            for i, graph in enumerate(part)
        )
        for part in (TISSUE.graphs, TISSUE.heldout)
    )
    tissue = Tissue("lung", "test", graphs, TISSUE.truth.rename(index=new), heldout)
    rows = replace(ROWS, gene=np.array([new[gene] for gene in ROWS.gene], dtype=object))
    assert same(values(rows, tissue, shared_view(rows, tissue)))


def test_order_of_datasets():
    tissue = replace(TISSUE, graphs=TISSUE.graphs[::-1], heldout=TISSUE.heldout[::-1])
    assert same(values(replace(ROWS, dataset=2 - ROWS.dataset), tissue, VIEW))


def test_rotation_and_reflection():
    rotation, _ = np.linalg.qr(np.random.default_rng(2).normal(size=(16, 16)))
    rows = replace(ROWS, matrix=(ROWS.matrix.astype(np.float64) @ rotation).astype(np.float32))
    # The rotated embedding is rounded to float32 again.
    assert same(values(rows, TISSUE, VIEW), 1e-5)


def test_power_of_two_scaling_changes_nothing_at_all():
    rows = replace(ROWS, matrix=ROWS.matrix * np.float32(8))
    assert values(rows, TISSUE, shared_view(rows, TISSUE)) == pytest.approx(BEFORE, abs=1e-6)
    assert AreaUnderCurve().compute(rows, TISSUE, VIEW).value == BEFORE["AUC"]


def test_scaling_of_rows_leaves_auc_only():
    factor = np.exp2(np.random.default_rng(3).integers(-3, 4, (len(ROWS.gene), 1))).astype(np.float32)
    rows = replace(ROWS, matrix=ROWS.matrix * factor)
    now = values(rows, TISSUE, shared_view(rows, TISSUE))
    for name in ("AUC", "AUC_offdiag", "AUC_heldout"):
        assert now[name] == BEFORE[name], name
    assert now["ASW"] != pytest.approx(BEFORE["ASW"], abs=1e-3)
    assert now["CGR"] < BEFORE["CGR"] - 0.01


def test_shuffled_genes_change_what_knows_genes():
    """Rows that swap their genes inside a dataset keep the geometry: only what looks at genes may change."""
    rng = np.random.default_rng(5)
    matrices = [ROWS.matrix[ROWS.dataset == i] for i in range(3)]
    rows = rows_for(TISSUE, [matrix[rng.permutation(len(matrix))] for matrix in matrices])
    now = {name: score.value for name, score in evaluate(rows, TISSUE, ALL_METRICS).items()}
    for name in ("AUC", "AUC_heldout"):
        assert now[name] == pytest.approx(0.5, abs=0.02)
    for name in ("CGR", "NO", "NO_heldout", "module_nmi"):
        assert now[name] < BEFORE[name] / 2, name
    for name in ("ASW", "GC"):
        assert now[name] == pytest.approx(BEFORE[name], abs=0.02), name


def test_other_edges_change_auc_and_no_only():
    graphs = modular_tissue(seed=9).graphs
    shuffled = tuple(replace(g, adjacency=o.adjacency) for g, o in zip(TISSUE.graphs, graphs, strict=True))
    now = values(ROWS, replace(TISSUE, graphs=shuffled), VIEW)
    assert {name for name in now if now[name] != BEFORE[name]} == {"AUC", "AUC_offdiag", "NO"}


def test_other_held_out_edges_change_what_is_held_out_only():
    now = values(ROWS, with_heldout(TISSUE, seed=6), VIEW)
    assert {name for name in now if now[name] != BEFORE[name]} == {"AUC_heldout", "NO_heldout"}
