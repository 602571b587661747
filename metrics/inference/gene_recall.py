"""Gene recall: whether a predicted gene is more like its true self than like other genes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import rankdata

from geneboard.metrics.inference.correlations import unit_columns

GENES_AT_ONCE = 512
"""Rows of the matrix of all correlations that are held at once: 512 x 12,000 float32 are 25 MB."""


def recalled_genes(true: np.ndarray, predicted: np.ndarray, percentiles: Sequence[float]) -> np.ndarray:
    """Return which genes are recalled at some percentiles of their own null (Subramanian et al. 2017).

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
    correlations_of = _Correlations(true, predicted)
    recalled = np.full((len(percentiles), true.shape[1]), np.nan)
    for genes, own, correlations in correlations_of.blocks():
        correlations[correlations_of.own_places(genes)] = np.inf  # not among the others
        for row, percentile in enumerate(percentiles):
            recalled[row, genes] = _exceeds(own, correlations, correlations_of.n_genes - 1, percentile)
    return recalled


def recalled_of_all(true: np.ndarray, predicted: np.ndarray, percentiles: Sequence[float]) -> np.ndarray:
    """Return which genes are recalled at some percentiles of one null for all genes (Kim et al. 2025).

    The null is the correlations of every prediction with all other true genes, of all genes together
    (github.com/HyunjinHwn/GeneExpressionGNN). A gene is recalled if its correlation is at least the
    percentile. Genes that correlate with many others have an easy null of their own here, others a hard one.

    Parameters
    ----------
    true, predicted, percentiles
        As for `recalled_genes`.

    Returns
    -------
    numpy.ndarray
        As of `recalled_genes`; predictions that do not vary are not in the null.
    """
    correlations_of = _Correlations(true, predicted)
    recalled = np.full((len(percentiles), true.shape[1]), np.nan)
    varying = correlations_of.prediction_varies
    n_null = int(varying.sum()) * (correlations_of.n_genes - 1)
    places = [percentile / 100 * (n_null - 1) for percentile in percentiles]
    n_highest = n_null - int(min(places, default=0)) if n_null > 0 else 0  # all that percentiles are made of
    highest = np.zeros(0, dtype=np.float32)
    owns = np.full(true.shape[1], np.nan)
    for genes, own, correlations in correlations_of.blocks():
        owns[genes] = own
        others = np.ones(correlations.shape, dtype=bool)
        others[correlations_of.own_places(genes)] = False
        highest = np.concatenate([highest, correlations[others & varying[genes][:, None]]])
        if len(highest) > n_highest:
            highest = np.partition(highest, len(highest) - n_highest)[len(highest) - n_highest :]
    scored = ~np.isnan(owns)
    recalled[:, scored] = 0
    highest = np.sort(highest).astype(np.float64)
    for row, place in enumerate(places):
        if n_null > 0:
            percentile = np.interp(place, np.arange(n_null - n_highest, n_null), highest)
            recalled[row, scored] = varying[scored] & (owns[scored] >= percentile)
    return recalled


class _Correlations:
    """Spearman correlations over samples of predictions with all true genes that vary.

    Attributes
    ----------
    n_genes
        True genes that vary.
    prediction_varies
        Shape (n_genes in all,): whether the gene and its prediction vary.
    """

    def __init__(self, true: np.ndarray, predicted: np.ndarray) -> None:
        true_unit = unit_columns(rankdata(true, axis=0)).astype(np.float32)
        constant = np.isnan(unit_columns(predicted)[0])
        # A prediction that does not vary gets equal values, also in the last place.
        of_predicted = unit_columns(rankdata(np.where(constant, 0.0, predicted), axis=0))
        self._genes = np.flatnonzero(~np.isnan(true_unit[0]))
        self._true, self._predicted = (
            true_unit[:, self._genes],
            np.nan_to_num(of_predicted).astype(np.float32),
        )
        self.n_genes = len(self._genes)
        self.prediction_varies = ~constant & ~np.isnan(true_unit[0])

    def blocks(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield some genes, their correlation with themselves, and that with every true gene.

        Nothing where fewer than two genes vary: there are no others then.
        """
        for start in range(0, self.n_genes if self.n_genes > 1 else 0, GENES_AT_ONCE):
            genes = self._genes[start : start + GENES_AT_ONCE]
            correlations = self._predicted[:, genes].T @ self._true
            yield genes, correlations[self.own_places(genes)], correlations

    def own_places(self, genes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return where in the block of some genes their correlations with themselves are."""
        return np.arange(len(genes)), np.searchsorted(self._genes, genes)


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
