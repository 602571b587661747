"""Tests of the difference between two methods of a tissue, and Holm's correction for many pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np
from scipy.special import stdtr

from geneboard.benchmark.report.intervals import ROUNDING, Interval, datasets_interval, jackknife_error

ALPHA = 0.05
"""Level of all tests, after correction."""

MIN_PAIRS = 6
"""Pairs of values from which on a signed-rank test is made: with five, even the smallest p is above 0.05."""


@dataclass(frozen=True)
class LeadScore:
    """The score by which a row is ranked; higher is better.

    Attributes
    ----------
    name, title
        Of the row.
    value
        The score that the leaderboard shows, the mean over seeds.
    per_seed
        The score of each seed.
    seeds_interval
        Its uncertainty over seeds; None for a single seed.
    deterministic
        True if another seed would give the same embedding.
    failed_seeds
        Seeds that have no scores.
    without
        The score of the first seed without each independent group of datasets; empty if there are none.
    no_groups
        Why there are none.
    """

    name: str
    title: str
    value: float
    per_seed: Mapping[int, float]
    seeds_interval: Interval | None = None
    deterministic: bool = False
    failed_seeds: tuple[int, ...] = ()
    without: Mapping[str, float] = field(default_factory=dict)
    no_groups: str = ""

    @property
    def range_over_seeds(self) -> Interval | None:
        """The interval over seeds; of a deterministic method with one seed the score itself."""
        if self.seeds_interval is None and self.deterministic:
            return Interval(self.value, self.value)
        return self.seeds_interval


def jackknife_difference(one: LeadScore, two: LeadScore) -> tuple[Interval, float] | None:
    """Test the difference of two scores over the independent groups of datasets of a tissue.

    The two scores lose the same group in each replicate, so what a group does to both cancels. The
    difference divided by its jackknife standard error is compared with Student's t with G - 1 degrees of
    freedom (Miller 1974, Biometrika 61:1).

    Parameters
    ----------
    one, two
        Both with scores without each of the same G groups.

    Returns
    -------
    tuple or None
        The interval of the difference over groups and its p-value. None if the scores differ by the same
        amount in every replicate: then there is no error to compare the difference with, which is no proof
        of a difference.
    """
    replicates = [value - two.without[group] for group, value in one.without.items()]
    value = one.value - two.value
    error = jackknife_error(replicates)
    if abs(value) <= ROUNDING:
        p_value = 1.0
    elif error <= ROUNDING:
        return None
    else:
        p_value = 2 * float(stdtr(len(replicates) - 1, -abs(value) / error))
    return datasets_interval(value, replicates), p_value


def pseudo_values(score: LeadScore) -> list[float]:
    """Return one score per group, in the order of their names: its jackknife pseudo-values around the score.

    The scores that each leave out one group are almost copies of each other, as any two share all groups
    but two; a test that took them for independent values would find anything significant. The pseudo-value
    of a group undoes that: it is the score plus (G - 1) times what the score loses without the group,
    compared with the mean of the replicates. For a score that is a mean over groups these are the values
    of the groups themselves, and in general G * score - (G - 1) * score without g, less the jackknife's
    correction for bias: that is left out, because it is as noisy as the difference between two seeds times G.
    """
    without = [score.without[group] for group in sorted(score.without)]
    centre = fmean(without)
    return [score.value + (len(without) - 1) * (centre - value) for value in without]


def signed_rank_p(one: Sequence[float] | np.ndarray, two: Sequence[float] | np.ndarray) -> float:
    """Return the exact two-sided p-value of Wilcoxon's signed-rank test of paired values.

    Differences that are rounding are none and drop out; equal ones share their mean rank. All ways to give
    the ranks signs are counted, so the value is exact with ties too. (scipy's `wilcoxon` has the same values,
    but takes a tenth of a second for ten pairs with ties, and there are hundreds of pairs of methods.)

    Parameters
    ----------
    one, two
        Values of two methods, pair by pair.
    """
    differences = np.round(np.subtract(one, two) / ROUNDING)
    differences = differences[differences != 0]
    _, group, size = np.unique(np.abs(differences), return_inverse=True, return_counts=True)
    ranks = (2 * size.cumsum() - size + 1)[group]  # twice the mean ranks, to be whole numbers
    ways = np.ones(1)  # ways[w]: share of the sign patterns whose positive ranks have the sum w
    for rank in ranks:
        longer = np.zeros(len(ways) + rank)
        longer[: len(ways)] += ways / 2
        longer[rank:] += ways / 2
        ways = longer
    positive = ranks[differences > 0].sum()
    return float(min(1.0, 2 * min(ways[: positive + 1].sum(), ways[positive:].sum())))


def smallest_p(n_pairs: int) -> float:
    """Return the smallest p-value a two-sided signed-rank test can have: all differences of one sign."""
    return 2.0 ** (1 - n_pairs)


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected by Holm (1979, Scand. J. Stat. 6:65) for their number.

    The smallest of m is multiplied by m, the next by m - 1 and so on; none may become smaller than one
    before it, or larger than 1. (statsmodels has the same, but collects garbage in every call, which for
    twelve leaderboards costs more than all other statistics together.)
    """
    corrected = [1.0] * len(p_values)
    highest = 0.0
    for done, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, p_values[place] * (len(p_values) - done))
        corrected[place] = min(highest, 1.0)
    return corrected
