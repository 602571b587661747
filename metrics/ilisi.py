"""iLISI: how many datasets surround a gene in the neighbour graph (doi:10.1038/s41592-019-0619-0)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components, dijkstra

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView
from geneboard.metrics.neighbours import neighbour_graph

N_NEAREST = 90
PERPLEXITY = 30.0
TIE = 1e-9
"""Path lengths that differ by less, relative to them, are equal: connectivities are float32."""
SAMPLE_ROWS = 64
TOLERANCE = 1e-5
"""Accepted error of the entropy of a neighbourhood, in nats; the authors', as is `MAX_STEPS`."""
MAX_STEPS = 50
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


def nearest_by_path(graph: sparse.csr_matrix, labels: np.ndarray, n_nearest: int) -> PathNeighbours:
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

    Returns
    -------
    PathNeighbours
        Of the rows that reach that many others, in no particular order.
    """
    graph = sparse.csr_matrix(graph, dtype=np.float64)
    _, component = connected_components(graph, directed=False)
    pending = np.flatnonzero(np.bincount(component)[component] > n_nearest)
    limit = 0.0
    if len(pending):
        sample = pending[np.linspace(0, len(pending) - 1, min(SAMPLE_ROWS, len(pending))).astype(int)]
        reach = dijkstra(graph, directed=True, indices=sample)
        limit = 1.01 * float(np.quantile(np.partition(reach, n_nearest, axis=1)[:, n_nearest], 0.8))
    found = [
        PathNeighbours(pending[:0], np.zeros((0, n_nearest)), np.zeros((0, n_nearest, labels.max() + 1)))
    ]
    while len(pending):
        blocks = np.array_split(pending, range(BLOCK_ROWS, len(pending), BLOCK_ROWS))
        found += [_search_within(graph, block, labels, n_nearest, limit) for block in blocks]
        pending = np.setdiff1d(pending, np.concatenate([part.rows for part in found]))
        limit *= 1.5
    return PathNeighbours(
        np.concatenate([part.rows for part in found]),
        np.concatenate([part.lengths for part in found]),
        np.concatenate([part.shares for part in found]),
    )


def _gaussian_weights(distances: np.ndarray, precision: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights exp(-precision * distance) scaled to sum 1, and their entropy in nats."""
    weights = np.exp(-distances * precision[:, None])
    total = weights.sum(axis=1)
    entropy = np.log(total) + precision * (distances * weights).sum(axis=1) / total
    return weights / total[:, None], entropy


def neighbour_weights(distances: np.ndarray, perplexity: float) -> np.ndarray:
    """Return the weight of every neighbour, such that each row's weights have the given perplexity.

    The precision of each row is found by doubling or halving until it is bracketed and by bisection from
    there on, to an entropy within 1e-5 of log(perplexity) or for 50 steps. The search stops at the first
    value that is good enough, so its steps are part of the result and are those of the authors.

    Parameters
    ----------
    distances
        Distances to the neighbours of each row, shape (n_rows, n_neighbours), finite.
    perplexity
        Effective number of neighbours.

    Returns
    -------
    np.ndarray
        Non-negative, rows sum to 1, shape (n_rows, n_neighbours).
    """
    # Only differences within a row matter; without the common part not all weights of a row can vanish.
    distances = distances - distances.min(axis=1, keepdims=True)
    precision = np.ones(len(distances))
    low, high = np.full(len(distances), -np.inf), np.full(len(distances), np.inf)
    weights, entropy = _gaussian_weights(distances, precision)
    excess = entropy - np.log(perplexity)
    for _ in range(MAX_STEPS):
        active = np.flatnonzero(np.abs(excess) > TOLERANCE)
        if not len(active):
            break
        now = precision[active]
        too_wide = excess[active] > 0
        low[active[too_wide]] = now[too_wide]
        high[active[~too_wide]] = now[~too_wide]
        below, above = low[active], high[active]
        bisected = (np.where(np.isinf(below), 0, below) + np.where(np.isinf(above), 0, above)) / 2
        bracketed = np.isfinite(below) & np.isfinite(above)
        precision[active] = np.where(bracketed, bisected, np.where(too_wide, now * 2, now / 2))
        weights[active], entropy[active] = _gaussian_weights(distances[active], precision[active])
        excess[active] = entropy[active] - np.log(perplexity)
    return weights


def inverse_simpson(distances: np.ndarray, shares: np.ndarray, perplexity: float) -> np.ndarray:
    """Return the effective number of labels around every row, LISI (Korsunsky 2019).

    Parameters
    ----------
    distances
        Distances to the neighbours of each row, shape (n_rows, n_neighbours), finite.
    shares
        Label of these neighbours, shape (n_rows, n_neighbours, n_labels): 1 for the label and 0 for the
        others, or fractions that sum to 1 for a place that several rows share.
    perplexity
        Effective number of neighbours.

    Returns
    -------
    np.ndarray
        1 (one label) to the number of labels (evenly mixed), shape (n_rows,).
    """
    weights = neighbour_weights(distances, perplexity)
    of_label = np.einsum("nk,nkl->nl", weights, shares)
    return np.asarray(1 / np.square(of_label).sum(axis=1))


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
    found = nearest_by_path(graph, labels, N_NEAREST)
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
