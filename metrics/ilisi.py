"""iLISI: how many datasets surround a gene in the neighbour graph."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from datasets.base import Tissue
from metrics.base import EmbeddingRows, Metric, Score, SharedView
from metrics.lisi import inverse_simpson
from metrics.neighbours import neighbour_graph

N_NEAREST = 90
PERPLEXITY = 30.0
SAMPLE_ROWS = 64
BLOCK_ROWS = 512
"""Rows whose path lengths are held at once: 512 x 6000 float64 are 25 MB."""


def _nearest_within(
    graph: sparse.csr_matrix, sources: np.ndarray, n_nearest: int, limit: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which sources reach enough rows within a path length, and the lengths and rows for these."""
    lengths = dijkstra(graph, directed=True, indices=sources, limit=limit)
    lengths[np.arange(len(sources)), sources] = np.inf
    source, reached = np.nonzero(np.isfinite(lengths))
    order = np.lexsort((lengths[source, reached], source))
    source, reached = source[order], reached[order]
    counts = np.bincount(source, minlength=len(sources))
    enough = counts >= n_nearest
    first = np.cumsum(counts) - counts
    nearest = reached[first[enough][:, None] + np.arange(n_nearest)]
    return enough, lengths[np.flatnonzero(enough)[:, None], nearest], nearest


def nearest_by_path(graph: sparse.csr_matrix, n_nearest: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Find the rows nearest to every row by shortest path, the row itself not among them.

    Rows that are equally far are taken in their order. Paths are searched up to a length that is enough for
    most rows (from a sample), and further for the rest.

    Parameters
    ----------
    graph
        Symmetric graph whose entries are the lengths of its edges, positive, shape (n_rows, n_rows).
    n_nearest
        How many.

    Returns
    -------
    rows
        The rows that reach that many others, ascending, shape (n_found,).
    lengths
        Path lengths, ascending in each row, shape (n_found, n_nearest).
    nearest
        The rows at these lengths, shape (n_found, n_nearest).
    """
    graph = sparse.csr_matrix(graph, dtype=np.float64)
    _, component = connected_components(graph, directed=False)
    pending = np.flatnonzero(np.bincount(component)[component] > n_nearest)
    found: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    empty = np.zeros((0, n_nearest))
    if not len(pending):
        return pending, empty, empty.astype(int)
    sample = pending[np.linspace(0, len(pending) - 1, min(SAMPLE_ROWS, len(pending))).astype(int)]
    needed = np.partition(dijkstra(graph, directed=True, indices=sample), n_nearest, axis=1)[:, n_nearest]
    limit = float(np.quantile(needed, 0.8))
    while len(pending):
        missed = []
        for start in range(0, len(pending), BLOCK_ROWS):
            sources = pending[start : start + BLOCK_ROWS]
            enough, lengths, nearest = _nearest_within(graph, sources, n_nearest, limit)
            found.append((sources[enough], lengths, nearest))
            missed.append(sources[~enough])
        pending = np.concatenate(missed)
        limit *= 1.5
    rows, lengths, nearest = (np.concatenate(part) for part in zip(*found, strict=True))
    order = np.argsort(rows)
    return rows[order], lengths[order], nearest[order]


def graph_lisi(graph: sparse.csr_matrix, labels: np.ndarray) -> np.ndarray:
    """Return the effective number of labels among the 90 rows nearest to every row by shortest path.

    The length of an edge is its connectivity, so strongly connected rows count as far: an oddity of the
    published metric (scib, doi:10.1038/s41592-021-01336-8), kept for comparability.

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
    rows, lengths, nearest = nearest_by_path(graph, N_NEAREST)
    values[rows] = inverse_simpson(lengths, labels[nearest], PERPLEXITY)
    return values


class IntegrationLisi(Metric):
    """Median effective number of datasets around the common genes, scaled to 0 (one) .. 1 (all, evenly)."""

    name = "iLISI"
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
