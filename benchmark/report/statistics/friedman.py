"""Friedman's test and Nemenyi's critical difference: methods across tissues."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import pandas as pd

from geneboard.benchmark.report.statistics.paired import ALPHA

MIN_TISSUES = 5
MIN_METHODS = 3


@dataclass(frozen=True, eq=False)
class RankTest:
    """Whether methods rank differently over tissues, and which of them do.

    Attributes
    ----------
    statistic, p_value
        Friedman's test that all methods have the same mean rank: chi-squared, corrected for ties, with one
        degree of freedom less than there are methods.
    mean_ranks
        Mean rank over tissues by title, best (lowest) first.
    critical_difference
        Mean ranks that lie further apart than this differ at `ALPHA`, for all pairs together.
    n_tissues
        How many tissues the ranks are means over.
    """

    statistic: float
    p_value: float
    mean_ranks: pd.Series[float]
    critical_difference: float
    n_tissues: int

    @property
    def rank_intervals(self) -> dict[str, tuple[int, int]]:
        """Interval of each rank, by title.

        From 1 plus the number of methods that are better by more than the critical difference to the number
        of methods less those that are worse by more.
        """
        ranks, apart = self.mean_ranks, self.critical_difference
        return {
            str(title): (
                1 + int((rank - ranks > apart).sum()),
                len(ranks) - int((ranks - rank > apart).sum()),
            )
            for title, rank in ranks.items()
        }


def rank_test(ranks: pd.DataFrame) -> RankTest:
    """Test whether any method ranks otherwise than the others across tissues, and compare all pairs.

    The test is that of Friedman (1937), the comparison that of Nemenyi (1963; Demsar 2006, JMLR 7:1): the
    critical difference is q sqrt(k (k + 1) / (6 N)) for k methods and N tissues, where q is the upper point
    of the studentized range of k groups with infinite degrees of freedom, divided by sqrt(2).

    Parameters
    ----------
    ranks
        Rank of every method (columns, at least three) in every tissue (rows), 1 is best; ties share their
        mean rank. In some tissue two ranks must differ.
    """
    from scipy.stats import friedmanchisquare, studentized_range  # a second to import, and often not needed

    n, k = ranks.shape
    friedman = friedmanchisquare(*(ranks[method] for method in ranks.columns))
    q = float(studentized_range.ppf(1 - ALPHA, k, inf)) / sqrt(2)
    return RankTest(
        statistic=float(friedman.statistic),
        p_value=float(friedman.pvalue),
        mean_ranks=ranks.mean().sort_values(kind="stable"),
        critical_difference=q * sqrt(k * (k + 1) / (6 * n)),
        n_tissues=n,
    )
