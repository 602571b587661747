"""AUC_heldout and NO_heldout: by hand, against AUC and NO, and what memorising a graph gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metric_cases import (
    ALL_METRICS,
    HELDOUT_NAMES,
    control_embeddings,
    gene_graph,
    modular_tissue,
    rows_for,
    with_heldout,
)
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.metrics.auc import AreaUnderCurveHeldOut
from geneboard.metrics.base import EmbeddingRows, Score, SharedView
from geneboard.metrics.neighbourhood_overlap import NeighbourhoodOverlapHeldOut
from geneboard.metrics.score import evaluate, leave_one_out

TISSUE = with_heldout(modular_tissue())
EMBEDDINGS = control_embeddings(TISSUE)


def edges(n: int, *pairs: tuple[int, int]) -> np.ndarray:
    adjacency = np.zeros((n, n), dtype=bool)
    for i, j in pairs:
        adjacency[i, j] = adjacency[j, i] = True
    return adjacency


def view_of(rows: EmbeddingRows, clusters: list[int]) -> SharedView:
    n = len(rows.gene)
    return SharedView(sparse.csr_matrix((n, n)), np.array(clusters), np.ones(n, dtype=bool))


@pytest.fixture
def small() -> tuple[Tissue, EmbeddingRows, SharedView]:
    """Two datasets of three genes; x and y are alike, z is across, in both.

    Seen:     A x-y, x-z        B x-y, y-z
    Held out: A x-y             B x-z, y-z
    """
    seen = {"A": ((0, 1), (0, 2)), "B": ((0, 1), (1, 2))}
    unseen = {"A": ((0, 1),), "B": ((0, 2), (1, 2))}
    graphs, heldout = (
        tuple(gene_graph(f"scrna_t__{name}", list("xyz"), edges(3, *pairs)) for name, pairs in part.items())
        for part in (seen, unseen)
    )
    tissue = Tissue("t", "test", graphs, None, heldout)
    rows = rows_for(tissue, [np.array([[1, 0], [1, 0], [0, 1]])] * 2)
    return tissue, rows, view_of(rows, [0, 0, 1] * 2)


def test_auc_by_hand(small):
    """Of nine ordered pairs xy, yx and the diagonal have cosine 1, the other four have 0.

    A: the edges xy, yx (1) against 3 x 1 and 4 x 0: (3/2 + 4) / 7 = 11/14.
    B: the edges xz, zx, yz, zy (0) against xy, yx, xx, yy, zz (1): 0.
    """
    tissue, rows, view = small
    assert AreaUnderCurveHeldOut().compute(rows, tissue, view).value == pytest.approx((11 / 14 + 0) / 2)


def test_no_by_hand(small):
    """Partners held out: A x {y}, y {x}, z {}; B x {z}, y {z}, z {x, y}.

    Cluster of x and y: x-x {y},{z} 0; x-y {y},{z} 0; y-x {x},{z} 0; y-y {x},{z} 0, so 0.
    Cluster of z: {} and {x, y}: 0. With B's partners of x as {y} instead, x-x is 1 and y-x 0.
    """
    tissue, rows, view = small
    metric = NeighbourhoodOverlapHeldOut()
    assert metric.compute(rows, tissue, view).value == 0
    other = replace(tissue.heldout[1], adjacency=sparse.csr_matrix(edges(3, (0, 1))))
    tissue = replace(tissue, heldout=(tissue.heldout[0], other))
    # Both graphs are x-y: x-x 1, x-y 0, y-x 0, y-y 1 in the cluster of four rows; z has empty unions.
    assert metric.compute(rows, tissue, view).value == pytest.approx(4 / 6 * 2 / 4)


def heldout_scores(scores: dict[str, Score]) -> tuple[Score, Score]:
    return scores["AUC_heldout"], scores["NO_heldout"]


@pytest.mark.parametrize("embedding", ["oracle", "random"])
def test_they_are_auc_and_no_of_the_tissue_with_the_other_graphs(embedding):
    rows = EMBEDDINGS[embedding]
    plain = evaluate(rows, replace(TISSUE, heldout=None, graphs=TISSUE.heldout), ALL_METRICS)
    assert heldout_scores(evaluate(rows, TISSUE, ALL_METRICS)) == (plain["AUC"], plain["NO"])


def test_other_scores_do_not_see_what_is_held_out():
    with_it = evaluate(EMBEDDINGS["oracle"], TISSUE, ALL_METRICS)
    without = evaluate(EMBEDDINGS["oracle"], replace(TISSUE, heldout=None), ALL_METRICS)
    assert {name for name in with_it if with_it[name] != without[name]} == HELDOUT_NAMES
    for score in heldout_scores(without):
        assert (score.value, score.reason) == (None, "no cells were held out")


def test_leaving_out_a_dataset_leaves_out_its_held_out_graph():
    rows = EMBEDDINGS["oracle"]
    scores = leave_one_out(rows, TISSUE, ALL_METRICS)
    graphs = TISSUE.heldout
    for left_out, graph in enumerate(graphs):
        rest = [index for index in range(3) if index != left_out]
        tissue = replace(TISSUE, graphs=tuple(graphs[i] for i in rest), heldout=None)
        expected = evaluate(
            rows_for(tissue, [rows.matrix[rows.dataset == i] for i in rest]), tissue, ALL_METRICS
        )
        assert heldout_scores(scores[graph.name]) == (expected["AUC"], expected["NO"])


def test_undefined_with_one_class_or_one_dataset(small):
    tissue, rows, view = small
    nothing = replace(tissue.heldout[1], adjacency=sparse.csr_matrix((3, 3), dtype=bool))
    emptied = replace(tissue, heldout=(tissue.heldout[0], nothing))
    score = AreaUnderCurveHeldOut().compute(rows, emptied, view)
    assert score == Score.undefined("in the held-out half, the adjacency of scrna_t__B has one class only")
    alone = tissue.without("scrna_t__B")
    first = rows_for(alone, [rows.matrix[:3]])
    score = NeighbourhoodOverlapHeldOut().compute(first, alone, view_of(first, [0, 0, 1]))
    assert score == Score.undefined("in the held-out half, there is one dataset only")


def remembered(graph: GeneGraph) -> np.ndarray:
    """Rows whose cosines are the adjacency, up to a factor: all eigenvectors, and as they are."""
    adjacency = graph.adjacency.toarray().astype(float)
    values, vectors = np.linalg.eigh(adjacency)
    return vectors * np.sqrt(values - values.min())


def test_a_remembered_graph_is_no_better_than_the_graph_itself():
    """Its AUC is 1, but for the diagonal; on unseen edges it is that of the other half's edges as a guess."""
    scores = evaluate(rows_for(TISSUE, [remembered(g) for g in TISSUE.graphs]), TISSUE, ALL_METRICS)
    assert scores["AUC_offdiag"].value > 0.999
    of_pairs = []
    for graph, other in zip(TISSUE.graphs, TISSUE.heldout, strict=True):
        seen, unseen = graph.adjacency.toarray().copy(), other.adjacency.toarray()
        np.fill_diagonal(seen, True)  # a gene is most like itself
        hits, false_alarms = seen[unseen].mean(), seen[~unseen].mean()
        of_pairs.append(0.5 + (hits - false_alarms) / 2)
    # Cosines of edges are not exactly equal to each other, since the rounding to float32 is not.
    assert scores["AUC_heldout"].value == pytest.approx(np.mean(of_pairs), abs=0.01)
    assert scores["AUC"].value > scores["AUC_heldout"].value + 0.15
