"""LISI, the effective number of labels around a row (Korsunsky 2019, doi:10.1038/s41592-019-0619-0)."""

from __future__ import annotations

import numpy as np

N_NEAREST = 90
PERPLEXITY = 30.0
TOLERANCE = 1e-5
"""Accepted error of the entropy of a neighbourhood, in nats; the authors', as is `MAX_STEPS`."""
MAX_STEPS = 50


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
