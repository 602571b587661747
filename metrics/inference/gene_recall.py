"""Gene recall: whether a predicted gene is more like its true self than like other genes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from geneboard.metrics.inference.correlations import unit_columns

GENES_AT_ONCE = 512
"""Rows of the matrix of all correlations that are held at once: 512 x 12,000 float32 are 25 MB."""


def recalled_genes(true: np.ndarray, predicted: np.ndarray, percentiles: Sequence[float]) -> np.ndarray:
    """Return which genes are recalled at some percentiles of the null (Subramanian et al. 2017).

    A gene is recalled at the 95th percentile if the Spearman correlation over samples of its prediction with
    its true values exceeds the 95th percentile of the correlations of its prediction with all other true
    genes (linear interpolation between two of these). R95 is the share of recalled genes; higher is better.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).
    percentiles
        Between 0 and 100, for example ``(95, 99)``.

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_percentiles, n_genes): 1 recalled, 0 not. A prediction that does not vary recalls
        nothing: 0. NaN where the true gene does not vary: it can be neither recalled nor in the null.
    """
    true_unit = unit_columns(rankdata(true, axis=0)).astype(np.float32)
    predicted_unit = np.nan_to_num(unit_columns(rankdata(_rounded(predicted), axis=0))).astype(np.float32)
    varies = ~np.isnan(true_unit[0])
    recalled = np.full((len(percentiles), true.shape[1]), np.nan)
    genes = np.flatnonzero(varies)
    if len(genes) < 2:
        return recalled
    null_of = true_unit[:, genes]
    for start in range(0, len(genes), GENES_AT_ONCE):
        block = genes[start : start + GENES_AT_ONCE]
        correlations = predicted_unit[:, block].T @ null_of
        own_place = (np.arange(len(block)), start + np.arange(len(block)))
        own = correlations[own_place]
        correlations[own_place] = np.inf  # not among the others
        for row, percentile in enumerate(percentiles):
            recalled[row, block] = _exceeds(own, correlations, len(genes) - 1, percentile)
    return recalled


def _rounded(predicted: np.ndarray) -> np.ndarray:
    """Return predictions in which a gene that does not vary has equal values, also in the last place."""
    constant = np.isnan(unit_columns(predicted)[0])
    return np.where(constant, 0.0, predicted)


def _exceeds(own: np.ndarray, others: np.ndarray, n_others: int, percentile: float) -> np.ndarray:
    """Return which values exceed a percentile of the finite numbers in their row of `others`.

    Counting the lower ones decides, without any sorting, unless a value lies between the two numbers that
    the percentile lies between.
    """
    place = percentile / 100 * (n_others - 1)
    below = int(place)
    lower = others < own[:, None]
    n_lower = lower.sum(axis=1)
    exceeds: np.ndarray = n_lower > below + 1
    for row in np.flatnonzero(n_lower == below + 1):
        low, high = others[row, lower[row]].max(), others[row, ~lower[row]].min()
        at_the_end = below + 1 == n_others  # the 100th percentile is the highest number
        exceeds[row] = at_the_end or own[row] > low + (place - below) * (high - low)
    return exceeds
