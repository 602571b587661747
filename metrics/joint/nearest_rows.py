"""How many datasets there are among the rows nearest to a gene, without a graph."""

from __future__ import annotations

import numpy as np

from geneboard.metrics.lisi import N_NEAREST, PERPLEXITY, inverse_simpson

FEWEST_ROWS = 31
"""With fewer, a row has no 30 others, and their perplexity cannot be 30."""

BLOCK_ROWS = 512
"""Rows whose distances are held at once: 512 x 40 000 float64 are 160 MB."""

DECIMALS = 12
"""Squared distances of unit vectors that are equal to so many decimals are ties."""


def nearest_rows_lisi(vectors: np.ndarray, labels: np.ndarray, n_labels: int) -> np.ndarray | None:
    """Return the effective number of labels among the 90 rows nearest to every row (LISI, perplexity 30).

    Where more rows are as far as the last of the nearest than there are places left, they share them, so that
    the order of the rows has no influence.

    Parameters
    ----------
    vectors
        Unit vectors, shape (n_rows, dim); distances are Euclidean, a row is not its own neighbour.
    labels
        Label of each row as an integer from 0, shape (n_rows,).
    n_labels
        Number of labels.

    Returns
    -------
    np.ndarray or None
        1 to the number of labels, shape (n_rows,). None with fewer than 31 rows.
    """
    n_rows = len(vectors)
    if n_rows < FEWEST_ROWS:
        return None
    n_nearest = min(N_NEAREST, n_rows - 1)
    is_label = np.eye(n_labels)[labels]
    lengths = np.square(vectors).sum(axis=1)
    found = []
    for start in range(0, n_rows, BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        squared = lengths[block, None] + lengths - 2 * (vectors[block] @ vectors.T)
        squared = np.maximum(np.round(squared, DECIMALS), 0)
        squared[np.arange(len(squared)), np.arange(start, start + len(squared))] = np.inf
        nearest = np.argpartition(squared, n_nearest - 1, axis=1)[:, :n_nearest]
        near = np.take_along_axis(squared, nearest, axis=1)
        last = near.max(axis=1, keepdims=True)
        shares = is_label[nearest]
        tied = squared == last
        crowded = np.flatnonzero(tied.sum(axis=1) > (near == last).sum(axis=1))
        among_tied = tied[crowded] @ is_label
        row, place = np.nonzero(near[crowded] == last[crowded])
        shares[crowded[row], place] = (among_tied / among_tied.sum(axis=1, keepdims=True))[row]
        found.append(inverse_simpson(np.sqrt(near), shares, PERPLEXITY))
    return np.concatenate(found)


def median_mixing(vectors: np.ndarray, labels: np.ndarray, n_labels: int) -> float | None:
    """Return the median of `nearest_rows_lisi` over the rows, scaled to 0 (one label) .. 1 (all, evenly)."""
    values = nearest_rows_lisi(vectors, labels, n_labels)
    return None if values is None or n_labels < 2 else float((np.median(values) - 1) / (n_labels - 1))
