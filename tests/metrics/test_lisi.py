"""LISI against the authors' example and closed forms; path neighbours against a plain search."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from metric_cases import SHARED
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial.distance import cdist

from geneboard.metrics.ilisi import graph_lisi, nearest_by_path
from geneboard.metrics.lisi import inverse_simpson, neighbour_weights


@pytest.mark.shared
@pytest.mark.skipif(not (SHARED / "reference" / "lisi").is_dir(), reason="../shared/reference is not here")
@pytest.mark.parametrize("label", ["label1", "label2"])
def test_example_of_the_authors(label):
    folder = SHARED / "reference" / "lisi"
    points = pd.read_table(folder / "lisi_x.tsv.gz").to_numpy()
    codes = pd.factorize(pd.read_table(folder / "lisi_metadata.tsv.gz")[label])[0]
    expected = pd.read_table(folder / "lisi_lisi.tsv.gz")[label].to_numpy()
    distances = cdist(points, points)
    # The authors look up 90 neighbours, the row itself being the first, and weigh the 89 others.
    nearest = np.argsort(distances, axis=1, kind="stable")[:, :90]
    assert (nearest[:, 0] == np.arange(len(points))).all()
    nearest = nearest[:, 1:]
    shares = np.eye(codes.max() + 1)[codes[nearest]]
    values = inverse_simpson(np.take_along_axis(distances, nearest, axis=1), shares, 30)
    np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12)


def test_weights_have_the_perplexity():
    distances = np.sort(np.random.default_rng(0).gamma(2, size=(50, 90)) * np.logspace(-8, 8, 50)[:, None])
    weights = neighbour_weights(distances, 30)
    entropy = -(weights * np.log(np.maximum(weights, 1e-300))).sum(axis=1)
    np.testing.assert_allclose(weights.sum(axis=1), 1)
    np.testing.assert_allclose(entropy, np.log(30), atol=1e-5)


def test_equal_distances_count_labels_alike():
    shares = np.eye(3)[np.array([[0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1]])]
    np.testing.assert_allclose(inverse_simpson(np.ones((3, 6)), shares, 2), [3, 1, 2])


def random_graph(n: int, seed: int, levels: int | None = None) -> sparse.csr_matrix:
    """A symmetric graph with lengths in 0..1, or one of a few lengths so that many paths are equally long."""
    rng = np.random.default_rng(seed)
    upper = np.triu(rng.random((n, n)) < 6 / n, 1)
    lengths = rng.random((n, n)) if levels is None else rng.integers(1, levels + 1, (n, n)) / levels
    return sparse.csr_matrix(np.where(upper, lengths, 0) + np.where(upper, lengths, 0).T)


@pytest.mark.parametrize("levels", [None, 4])
def test_nearest_rows_are_those_of_a_full_search(levels, monkeypatch):
    monkeypatch.setattr("geneboard.metrics.ilisi.BLOCK_ROWS", 64)
    graph, labels = random_graph(300, 5, levels), np.random.default_rng(1).integers(0, 4, 300)
    blocks = list(nearest_by_path(graph, labels, 40))
    assert max(len(block.rows) for block in blocks) <= 64  # what a block holds grows with the datasets
    paths = dijkstra(graph)
    np.fill_diagonal(paths, np.inf)
    reach_enough = np.flatnonzero(np.isfinite(paths).sum(axis=1) >= 40)
    found = [row for block in blocks for row in zip(block.rows, block.lengths, block.shares, strict=True)]
    assert sorted(row for row, _, _ in found) == reach_enough.tolist()
    for row, lengths, shares in found:
        np.testing.assert_allclose(lengths, np.sort(paths[row])[:40], rtol=1e-12)
        closer = paths[row] < lengths[-1] * (1 - 1e-9)
        tied = np.abs(paths[row] - lengths[-1]) <= lengths[-1] * 1e-9
        places = (40 - closer.sum()) / tied.sum()
        expected = np.bincount(labels, weights=closer + places * tied, minlength=4)
        np.testing.assert_allclose(shares.sum(axis=0), expected, atol=1e-9)


def test_rows_in_small_components_count_one():
    big, small = random_graph(200, 3), random_graph(60, 4)
    graph = sparse.block_diag([big, small], format="csr")
    labels = np.arange(260) % 2
    values = graph_lisi(graph, labels)
    assert (values[200:] == 1).all()
    assert np.median(values[:200]) > 1.8


def test_fewer_rows_than_neighbours():
    assert (graph_lisi(random_graph(91, 1)[:90][:, :90], np.arange(90) % 2) == 1).all()


def test_order_of_rows_does_not_matter_even_with_equal_lengths():
    graph, labels = random_graph(300, 7, levels=3), np.repeat(np.arange(3), 100)
    order = np.random.default_rng(2).permutation(300)
    np.testing.assert_allclose(
        graph_lisi(graph, labels)[order], graph_lisi(graph[order][:, order], labels[order])
    )
