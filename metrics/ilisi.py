"""iLISI: how many datasets surround a gene in the neighbour graph (doi:10.1038/s41592-019-0619-0)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView
from geneboard.metrics.lisi import N_NEAREST, PERPLEXITY, inverse_simpson
from geneboard.metrics.neighbours import neighbour_graph

TIE = 1e-9
"""Path lengths that differ by less, relative to them, are equal: connectivities are float32."""
SAMPLE_ROWS = 64
BLOCK_ROWS = 512
"""Rows whose path lengths are held at once: 512 x 6000 float64 are 25 MB."""


@dataclass(frozen=True, eq=False)
class PathNeighbours:
    """The nearest rows of some rows by shortest path.

    Parameters
    ----------
    rows
        The rows that reach enough others, shape (n_found,).
    lengths
        Path lengths to their nearest others, ascending, shape (n_found, n_nearest).
    shares
        Label of each of these as shares that sum to 1, shape (n_found, n_nearest, n_labels).
    """

    rows: np.ndarray
    lengths: np.ndarray
    shares: np.ndarray


def _search_within(
    graph: sparse.csr_matrix, sources: np.ndarray, labels: np.ndarray, n_nearest: int, limit: float
) -> PathNeighbours:
    """Return the neighbours of those sources that reach enough rows within a path length."""
    n_labels = int(labels.max()) + 1
    reach = dijkstra(graph, directed=True, indices=sources, limit=limit)
    reach[np.arange(len(sources)), sources] = np.inf
    source, reached = np.nonzero(np.isfinite(reach))
    length = reach[source, reached]
    order = np.lexsort((length, source))
    source, reached, length = source[order], reached[order], length[order]

    counts = np.bincount(source, minlength=len(sources))
    first = np.cumsum(counts) - counts
    last = np.full(len(sources), np.inf)
    last[counts >= n_nearest] = length[first[counts >= n_nearest] + n_nearest - 1]
    # Rows as far as the last one count too, so all of them must be within the limit.
    enough = np.flatnonzero(last * (1 + TIE) <= limit)
    nearest = first[enough][:, None] + np.arange(n_nearest)
    lengths, shares = length[nearest], np.eye(n_labels)[labels[reached[nearest]]]

    tied = np.abs(length - last[source]) <= TIE * last[source]
    key = source[tied] * n_labels + labels[reached[tied]]
    among_tied = np.bincount(key, minlength=len(sources) * n_labels).reshape(len(sources), n_labels)[enough]
    row, place = np.nonzero(lengths >= last[enough][:, None] * (1 - TIE))
    shares[row, place] = (among_tied / among_tied.sum(axis=1, keepdims=True))[row]
    return PathNeighbours(sources[enough], lengths, shares)


def nearest_by_path(graph: sparse.csr_matrix, labels: np.ndarray, n_nearest: int) -> Iterator[PathNeighbours]:
    """Find the rows nearest to every row by shortest path, the row itself not among them.

    Where more rows are as far as the last of the nearest than there are places left, they share them, so that
    the order of the rows has no influence. Paths are searched up to a length that is enough for most rows
    (from a sample), and further for the rest.

    Parameters
    ----------
    graph
        Symmetric graph whose entries are the lengths of its edges, positive, shape (n_rows, n_rows).
    labels
        Label of each row as an integer from 0, shape (n_rows,).
    n_nearest
        How many.

    Yields
    ------
    PathNeighbours
        Of at most 512 of the rows that reach that many others, in no particular order. The shares of all
        rows at once would take memory with the square of the number of datasets.
    """
    graph = sparse.csr_matrix(graph, dtype=np.float64)
    _, component = connected_components(graph, directed=False)
    pending = np.flatnonzero(np.bincount(component)[component] > n_nearest)
    limit = 0.0
    if len(pending):
        sample = pending[np.linspace(0, len(pending) - 1, min(SAMPLE_ROWS, len(pending))).astype(int)]
        reach = dijkstra(graph, directed=True, indices=sample)
        limit = 1.01 * float(np.quantile(np.partition(reach, n_nearest, axis=1)[:, n_nearest], 0.8))
    while len(pending):
        found = []
        for block in np.array_split(pending, range(BLOCK_ROWS, len(pending), BLOCK_ROWS)):
            part = _search_within(graph, block, labels, n_nearest, limit)
            found.append(part.rows)
            yield part
        pending = np.setdiff1d(pending, np.concatenate(found))
        limit *= 1.5


def graph_lisi(graph: sparse.csr_matrix, labels: np.ndarray) -> np.ndarray:
    """Return the effective number of labels among the 90 rows nearest to every row by shortest path.

    The length of an edge is its connectivity, so strongly connected rows count as far: an oddity of the
    published metric (scib, doi:10.1038/s41592-021-01336-8), kept for comparability. scib leaves it to its
    heap which of equally far rows is among the 90; here they share the places (`nearest_by_path`). That
    matters only for embeddings with equal rows, such as the control shared_random.

    Parameters
    ----------
    graph
        Connectivities, symmetric, shape (n_rows, n_rows).
    labels
        Label of each row as an integer from 0, shape (n_rows,).

    Returns
    -------
    np.ndarray
        1 to the number of labels, 1 also for a row that reaches fewer than 90 others, shape (n_rows,).
    """
    values = np.ones(len(labels))
    for found in nearest_by_path(graph, labels, N_NEAREST):
        values[found.rows] = inverse_simpson(found.lengths, found.shares, PERPLEXITY)
    return values


class IntegrationLisi(Metric):
    """Median effective number of datasets around the common genes, scaled to 0 (one) .. 1 (all, evenly)."""

    name = "iLISI"
    version = 1
    title = "datasets in the neighbourhood of a gene (graph iLISI)"
    headline = True

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score on the neighbour graph of the common genes alone."""
        n_datasets = len(tissue.graphs)
        if n_datasets < 2:
            return Score.undefined("there is one dataset only")
        if not view.common.any():
            return Score.undefined("no gene is common to all datasets")
        values = graph_lisi(neighbour_graph(rows.matrix[view.common]), rows.dataset[view.common])
        return Score(float((np.median(values) - 1) / (n_datasets - 1)))
