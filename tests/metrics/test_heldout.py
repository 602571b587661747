"""AUC_heldout and NO_heldout against AUC and NO, and what memorising a graph gives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from metric_cases import (
    ALL_METRICS,
    HELDOUT_NAMES,
    control_embeddings,
    modular_tissue,
    rows_for,
    with_heldout,
)
from scipy import sparse

from geneboard.datasets.base import GeneGraph
from geneboard.metrics.base import Score
from geneboard.metrics.score import evaluate, leave_groups_out

TISSUE = with_heldout(modular_tissue())
EMBEDDINGS = control_embeddings(TISSUE)


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
    graphs = TISSUE.heldout
    scores = leave_groups_out(rows, TISSUE, ALL_METRICS, {graph.name: [graph.name] for graph in graphs})
    for left_out, graph in enumerate(graphs):
        rest = [index for index in range(3) if index != left_out]
        tissue = replace(TISSUE, graphs=tuple(graphs[i] for i in rest), heldout=None)
        expected = evaluate(
            rows_for(tissue, [rows.matrix[rows.dataset == i] for i in rest]), tissue, ALL_METRICS
        )
        assert heldout_scores(scores[graph.name]) == (expected["AUC"], expected["NO"])


def test_undefined_with_one_class_or_one_dataset():
    rows, (first, *_, last) = EMBEDDINGS["oracle"], TISSUE.heldout
    emptied = replace(last, adjacency=sparse.csr_matrix(last.adjacency.shape, dtype=bool))
    scores = evaluate(rows, replace(TISSUE, heldout=(*TISSUE.heldout[:2], emptied)), ALL_METRICS)
    reason = f"in the held-out half, the adjacency of {last.name} has one class only"
    assert scores["AUC_heldout"] == Score.undefined(reason)
    alone = replace(TISSUE, graphs=TISSUE.graphs[:1], heldout=(first,))
    scores = evaluate(rows_for(alone, [rows.matrix[rows.dataset == 0]]), alone, ALL_METRICS)
    assert scores["NO_heldout"] == Score.undefined("in the held-out half, there is one dataset only")


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
