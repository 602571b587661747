"""Friedman's test and Nemenyi's critical difference: methods across tissues."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import pandas as pd

from geneboard.benchmark.report.statistics.paired import ALPHA

MIN_TISSUES = 5
MIN_METHODS = 3


@dataclass(frozen=True)
class Friedman:
    """Friedman's test that all methods have the same mean rank over tissues.

    Attributes
    ----------
    statistic
        Chi-squared, corrected for ties.
    p_value
        From the chi-squared distribution with `n_methods` - 1 degrees of freedom.
    n_methods, n_tissues
        How many were ranked in how many tissues.
    """

    statistic: float
    p_value: float
    n_methods: int
    n_tissues: int


@dataclass(frozen=True, eq=False)
class CriticalDifference:
    """Nemenyi's test of all pairs of methods across tissues.

    Attributes
    ----------
    mean_ranks
        Mean rank over tissues by title, best (lowest) first.
    critical_difference
        Mean ranks that lie further apart than this differ at `alpha`.
    alpha
        Level, for all pairs together.
    n_tissues
        How many tissues the ranks are means over.
    p_values
        Table of titles by titles, in the order of `mean_ranks`.
    """

    mean_ranks: pd.Series[float]
    critical_difference: float
    alpha: float
    n_tissues: int
    p_values: pd.DataFrame


def friedman_test(ranks: pd.DataFrame) -> Friedman:
    """Test whether any method ranks otherwise than the others across tissues (Friedman 1937).

    Parameters
    ----------
    ranks
        Rank of every method (columns, at least three) in every tissue (rows), 1 is best; ties share their
        mean rank. In some tissue two ranks must differ.
    """
    from scipy.stats import friedmanchisquare  # a second to import, and often not needed

    result = friedmanchisquare(*(ranks[method] for method in ranks.columns))
    return Friedman(float(result.statistic), float(result.pvalue), ranks.shape[1], ranks.shape[0])


def nemenyi_test(ranks: pd.DataFrame) -> CriticalDifference:
    """Compare all pairs of methods across tissues (Nemenyi 1963; Demsar 2006, JMLR 7:1).

    The critical difference is q sqrt(k (k + 1) / (6 N)) for k methods and N tissues, where q is the upper
    point of the studentized range of k groups with infinite degrees of freedom, divided by sqrt(2).

    Parameters
    ----------
    ranks
        As for `friedman_test`.
    """
    from scikit_posthocs import posthoc_nemenyi_friedman
    from scipy.stats import studentized_range

    n, k = ranks.shape
    mean_ranks = ranks.mean().sort_values(kind="stable")
    q = float(studentized_range.ppf(1 - ALPHA, k, inf)) / sqrt(2)
    p_values = posthoc_nemenyi_friedman(ranks[mean_ranks.index])
    return CriticalDifference(mean_ranks, q * sqrt(k * (k + 1) / (6 * n)), ALPHA, n, p_values)
