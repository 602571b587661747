"""ASW, AUC, CGR, NO, GC and module_nmi against hand-computed values, scikit-learn and plain loops."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metric_cases import ALL_METRICS, control_embeddings, gene_graph, modular_tissue, rows_for
from scipy import sparse
from sklearn.metrics import roc_auc_score, silhouette_samples
from sklearn.metrics.pairwise import cosine_similarity as sklearn_cosine

import geneboard.metrics.neighbourhood_overlap as overlap_module
from geneboard.datasets.base import Tissue
from geneboard.metrics.asw import batch_silhouette, silhouette_widths
from geneboard.metrics.auc import GenePairs, cosine_similarity, roc_auc
from geneboard.metrics.base import SharedView
from geneboard.metrics.common_gene_ratio import common_gene_ratio
from geneboard.metrics.graph_connectivity import cluster_connectivity
from geneboard.metrics.module_nmi import module_nmi
from geneboard.metrics.neighbourhood_overlap import NeighbourhoodOverlap, cluster_overlaps, neighbour_names
from geneboard.metrics.neighbours import shared_view


def test_empty_unions_and_lone_datasets_count_zero():
    empty = np.zeros((2, 2))
    tissue = Tissue("t", "test", tuple(gene_graph(f"scrna_t__{n}", ["x", "y"], empty) for n in "AB"))
    rows = rows_for(tissue, [np.zeros((2, 1))] * 2)
    sets = neighbour_names(rows, tissue)
    for clusters in ([0, 0, 0, 0], [0, 0, 1, 1]):
        overlaps = cluster_overlaps(sets, rows.dataset, np.array(clusters)).values()
        assert all(overlap.mean == 0 for overlap in overlaps)


def overlap_by_loops(rows, tissue, clusters) -> float:
    sets = []
    for dataset, position in zip(rows.dataset, rows.position, strict=True):
        graph = tissue.graphs[dataset]
        sets.append(set(graph.genes[graph.adjacency[position].toarray().ravel()]))
    total = 0.0
    for cluster in np.unique(clusters):
        inside = np.flatnonzero(clusters == cluster)
        pairs = [(i, j) for i in inside for j in inside if rows.dataset[i] != rows.dataset[j]]
        values = [
            len(sets[i] & sets[j]) / len(sets[i] | sets[j]) if sets[i] | sets[j] else 0 for i, j in pairs
        ]
        total += len(inside) / len(clusters) * (sum(values) / len(values) if values else 0)
    return total


@pytest.mark.parametrize("product", ["dense", "sparse", "chosen"])
@pytest.mark.parametrize("block_rows", [7, 512])
def test_neighbourhood_overlap_against_loops(product, block_rows, monkeypatch):
    monkeypatch.setattr(overlap_module, "BLOCK_ROWS", block_rows)
    if product != "chosen":
        slow = f"{'SPARSE' if product == 'dense' else 'DENSE'}_SECONDS_PER_MULTIPLICATION"
        monkeypatch.setattr(overlap_module, slow, 1e9)
    rng = np.random.default_rng(4)
    graphs = []
    for name, n in (("A", 30), ("B", 40), ("C", 25)):
        upper = np.triu(rng.random((n, n)) < 0.1)  # with loops, which make a gene its own neighbour
        genes = [f"g{i}" for i in rng.permutation(60)[:n]]
        graphs.append(gene_graph(f"scrna_t__{name}", genes, upper | upper.T))
    tissue = Tissue("t", "test", tuple(graphs))
    rows = rows_for(tissue, [np.zeros((graph.n_genes, 2)) for graph in graphs])
    clusters = rng.integers(0, 4, len(rows.gene))
    clusters[rows.dataset == 2] = np.where(rng.random(25) < 0.5, 9, 0)
    view = SharedView(sparse.csr_matrix((95, 95)), clusters, np.ones(95, dtype=bool))
    value = NeighbourhoodOverlap().compute(rows, tissue, view).value
    assert value == pytest.approx(overlap_by_loops(rows, tissue, clusters), abs=1e-14)
    assert value > 0


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_common_gene_ratio_against_its_formula(data):
    n = data.draw(st.integers(1, 30))
    gene = np.array(data.draw(st.lists(st.sampled_from("abcdefg"), min_size=n, max_size=n)))
    clusters = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    terms = [
        (clusters == c).sum() / n * (1 - len(set(gene[clusters == c])) / (clusters == c).sum())
        for c in np.unique(clusters)
    ]
    assert common_gene_ratio(gene, clusters) == pytest.approx(sum(terms), abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 25), st.integers(1, 4), st.booleans())
def test_auc_against_sklearn(seed, n, dim, loops):
    rng = np.random.default_rng(seed)
    # Whole numbers make many equal cosines; rows may be zero.
    matrix = rng.integers(-1, 2, (n, dim)).astype(np.float32)
    upper = np.triu(rng.random((n, n)) < 0.4, 0 if loops else 1)
    adjacency = upper | upper.T
    similarity = np.round(cosine_similarity(matrix), 12)
    np.testing.assert_allclose(similarity, sklearn_cosine(matrix.astype(float)), atol=1e-12)
    pairs = GenePairs.of(similarity, adjacency)
    triangle = np.triu_indices(n, 1)
    for value, truth, score in (
        (roc_auc(pairs, diagonal=True), adjacency.ravel(), similarity.ravel()),
        (roc_auc(pairs, diagonal=False), adjacency[triangle], similarity[triangle]),
    ):
        if truth.all() or not truth.any():
            assert value is None
        else:
            assert value == pytest.approx(roc_auc_score(truth, score), abs=1e-12)


def test_cosine_with_extreme_and_zero_rows():
    matrix = np.array([[1e-38, 1e-38], [3e38, 3e38], [0, 0], [-1, 1]], dtype=np.float32)
    expected = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]
    np.testing.assert_allclose(cosine_similarity(matrix), expected, atol=1e-15)


@pytest.mark.parametrize("labels", [[0] * 20 + [1] * 20, [0, *([1] * 39)], [*range(20), *([20] * 20)]])
def test_silhouettes_against_sklearn(labels):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(40, 5)) + np.array(labels)[:, None] / 10
    np.testing.assert_allclose(
        silhouette_widths(matrix, np.array(labels)), silhouette_samples(matrix, labels)
    )


def test_silhouette_of_equal_points_is_zero():
    assert (silhouette_widths(np.ones((6, 2)), np.array([0, 0, 0, 1, 1, 1])) == 0).all()


def test_silhouettes_do_not_depend_on_blocks(monkeypatch):
    rng = np.random.default_rng(0)
    matrix, labels = rng.normal(size=(50, 3)), rng.integers(0, 3, 50)
    whole = silhouette_widths(matrix, labels)
    monkeypatch.setattr("geneboard.metrics.asw.BLOCK_ROWS", 7)
    np.testing.assert_allclose(silhouette_widths(matrix, labels), whole, rtol=1e-13)


def test_clusters_without_comparison_are_left_out_of_asw():
    matrix = np.random.default_rng(0).normal(size=(9, 2))
    clusters = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3])
    dataset = np.array([0, 0, 1, 0, 1, 2, 2, 2, 0])
    # 1 has as many datasets as rows, 2 has one dataset, 3 is a single row.
    assert list(batch_silhouette(matrix, dataset, clusters)) == [0]


def test_connectivity_by_hand():
    # Cluster 0 is the path 0-1-2 and the row 3, which is tied to cluster 1 only: 3/4. Cluster 1 is whole.
    graph = np.zeros((6, 6))
    for i, j in ((0, 1), (1, 2), (3, 4), (4, 5)):
        graph[i, j] = graph[j, i] = 0.5
    values = cluster_connectivity(sparse.csr_matrix(graph), np.array([0, 0, 0, 0, 1, 1]))
    assert values == {0: 0.75, 1: 1.0}


def test_module_information():
    truth = pd.Series({"a": "M1", "b": "M1", "c": "M2", "d": "M2", "n": "background"})
    gene, clusters = np.array(["a", "b", "c", "d", "n", "unlisted"]), np.array([5, 5, 7, 7, 5, 7])
    assert module_nmi(gene, clusters, truth) == pytest.approx(1)
    assert module_nmi(gene, np.array([5, 7, 5, 7, 5, 7]), truth) == pytest.approx(0)
    # Clusters {a, b, c} {d}: mutual information over the mean entropy, worked out from the counts.
    information = (2 * np.log(4 / 3) + np.log(2 / 3) + np.log(2)) / 4
    entropy = (np.log(2) - (3 * np.log(3 / 4) + np.log(1 / 4)) / 4) / 2
    assert module_nmi(gene, np.array([5, 5, 5, 7, 0, 0]), truth) == pytest.approx(information / entropy)
    assert module_nmi(gene[:2], clusters[:2], truth) is None


def test_nothing_that_is_passed_in_is_changed():
    tissue = modular_tissue()
    rows = control_embeddings(tissue)["oracle"]
    view = shared_view(rows, tissue)
    arrays = [rows.matrix, rows.gene, rows.dataset, rows.position, view.clusters, view.common]
    arrays += [view.connectivities.data, *(graph.adjacency.data for graph in tissue.graphs)]
    before = [array.copy() for array in arrays]
    for metric in ALL_METRICS:
        metric.compute(rows, tissue, view)
    assert all((now == then).all() for now, then in zip(arrays, before, strict=True))
