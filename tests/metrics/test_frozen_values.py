"""The frozen example of ../shared: graph, clusters and every metric, from the embedding alone."""

from __future__ import annotations

import json

import numpy as np
import pytest
from metric_cases import ALL_METRICS, SIX, load_six, stored_matrix

from geneboard.metrics.asw import batch_silhouette
from geneboard.metrics.auc import dataset_aucs
from geneboard.metrics.ilisi import graph_lisi
from geneboard.metrics.neighbourhood_overlap import cluster_overlaps, neighbour_names
from geneboard.metrics.neighbours import neighbour_graph, shared_view
from geneboard.metrics.score import evaluate

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not SIX[0].is_dir(), reason="../shared/reference is not here"),
]


@pytest.fixture(scope="module", params=SIX, ids=["six", "clean"])
def case(request):
    tissue, rows, data = load_six(request.param)
    return tissue, rows, data, json.loads((request.param / "scib_values.json").read_text())


def test_neighbours_and_clusters_are_reproduced(case):
    tissue, rows, data, _ = case
    view = shared_view(rows, tissue)
    expected = stored_matrix(data, "full_connectivities")
    assert (view.connectivities != expected).nnz == 0
    assert (view.clusters.astype(str) == data["leiden"]).all()
    assert (view.common == data["is_common"]).all()
    common = neighbour_graph(rows.matrix[view.common])
    assert (common != stored_matrix(data, "common_connectivities")).nnz == 0


def test_all_scores(case):
    tissue, rows, _, expected = case
    scores = evaluate(rows, tissue, ALL_METRICS)
    # scib's silhouettes are float32 and its path lengths have six digits; the rest is exact.
    assert scores["ASW"].value == pytest.approx(expected["silhouette_batch_common"], abs=2e-7)
    assert scores["iLISI"].value == pytest.approx(expected["ilisi_graph_embed_common"], abs=1e-5)
    exact = {"GC": "graph_connectivity_common_subset_of_full_graph"}
    for name in ("GC", "AUC", "AUC_offdiag", "CGR", "NO"):
        assert scores[name].value == pytest.approx(expected[exact.get(name, name)], abs=1e-13), name
    assert scores["module_nmi"].status == "undefined"


def test_silhouette_of_each_cluster(case):
    _, rows, data, expected = case
    common = data["is_common"]
    values = batch_silhouette(rows.matrix[common], rows.dataset[common], data["leiden"][common].astype(int))
    means = {int(cluster): value for cluster, value in expected["silhouette_group_means"].items()}
    assert values == pytest.approx(means, abs=2e-7)


def test_lisi_of_each_row(case):
    _, rows, data, expected = case
    values = graph_lisi(stored_matrix(data, "common_connectivities"), rows.dataset[data["is_common"]])
    np.testing.assert_allclose(values, data["lisi_rows_embed_common"], atol=3e-5, rtol=0)
    assert (values == 1).sum() == expected["rows_not_enough_neighbours_embed"]


def test_auc_of_each_dataset(case):
    tissue, rows, _, expected = case
    values = [value for _, value in dataset_aucs(rows, tissue, diagonal=True)]
    assert values == pytest.approx(expected["AUC_per_dataset"], abs=1e-13)


def test_overlap_of_each_cluster(case):
    tissue, rows, data, expected = case
    overlaps = cluster_overlaps(neighbour_names(rows, tissue), rows.dataset, data["leiden"].astype(int))
    assert len(overlaps) == len(expected["NO_per_cluster"])
    for cluster, reference in expected["NO_per_cluster"].items():
        overlap = overlaps[int(cluster)]
        assert overlap.n_rows == reference["n_rows"]
        assert overlap.mean == pytest.approx(reference["mean"], abs=1e-14)
