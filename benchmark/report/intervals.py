"""Uncertainty of a score: over seeds (training noise) and over datasets (jackknife)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from statistics import fmean
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95
ROUNDING = 1e-9
"""Differences of scores below this are rounding: they are neither a spread nor a difference of ranks."""

MIN_BOOTSTRAP = 6
"""Seeds from which on a bootstrap interval is given; below, the range."""

RESAMPLES = 10_000

RANGE = "range"
BOOTSTRAP = "bootstrap 95 %"


class Interval(NamedTuple):
    """Lower and upper end."""

    low: float
    high: float


def seeds_interval_kind(n_seeds: int) -> str:
    """Return what an interval over so many seeds is; nothing for a single seed."""
    if n_seeds < 2:
        return ""
    return RANGE if n_seeds < MIN_BOOTSTRAP else BOOTSTRAP


def seeds_interval(values: Sequence[float]) -> Interval | None:
    """Return the uncertainty of a mean over seeds.

    Parameters
    ----------
    values
        One value per seed.

    Returns
    -------
    Interval or None
        With six values or more the percentile bootstrap 95 % interval of their mean; with two to five their
        minimum and maximum; None with fewer. The resamples depend on the number of values alone, so that the
        same values always give the same interval.
    """
    kind = seeds_interval_kind(len(values))
    if not kind:
        return None
    if kind == RANGE:
        return Interval(min(values), max(values))
    array = np.asarray(values, dtype=np.float64)
    total = np.zeros(RESAMPLES)
    for draw in _resamples(len(values)):  # one addition at a time: the same bits on every machine
        total += array[draw]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(total / len(values), [tail, 1 - tail])
    return Interval(float(low), float(high))


@lru_cache(maxsize=32)
def _resamples(n: int) -> np.ndarray:
    """Return the indices of the bootstrap samples, shape (n, RESAMPLES)."""
    return np.random.default_rng(n).integers(0, n, size=(n, RESAMPLES))


def t_interval(centre: float, error: float, n: int) -> Interval:
    """Return the 95 % interval of a mean: Student's t with n - 1 degrees of freedom times its error."""
    half = float(stdtrit(n - 1, (1 + LEVEL) / 2)) * error
    return Interval(centre - half, centre + half)


def mean_interval(values: Sequence[float] | np.ndarray) -> Interval | None:
    """Return the 95 % t interval of the mean of independent values; None for fewer than two."""
    n = len(values)
    return t_interval(fmean(values), float(np.std(values, ddof=1)) / n**0.5, n) if n > 1 else None


def welch_interval(one: Sequence[float], other: Sequence[float]) -> Interval | None:
    """Return the 95 % interval of the difference of two means of independent values, of unequal variances.

    Student's t with the degrees of freedom of Welch and Satterthwaite (Welch 1947, Biometrika 34:28); None
    where one has fewer than two values.
    """
    if min(len(one), len(other)) < 2:
        return None
    parts = [float(np.var(values, ddof=1)) / len(values) for values in (one, other)]
    difference, variance = fmean(one) - fmean(other), sum(parts)
    if variance == 0:
        return Interval(difference, difference)
    below = sum(part**2 / (len(values) - 1) for part, values in zip(parts, (one, other), strict=True))
    half = float(stdtrit(variance**2 / below, (1 + LEVEL) / 2)) * variance**0.5
    return Interval(difference - half, difference + half)


def jackknife_error(replicates: Sequence[float]) -> float:
    """Return the jackknife standard error of a score over the datasets of a tissue.

    It is sqrt((G - 1) / G * sum of (x_g - mean x)^2) over the G scores x_g that each leave out one group of
    datasets; for a mean over groups this equals s / sqrt(G). Groups need not be of equal size: they are what
    was sampled (the delete-one-cluster jackknife; Wolter, Introduction to Variance Estimation, 2007, ch. 4).

    Parameters
    ----------
    replicates
        The scores without each group, at least two.
    """
    n = len(replicates)
    mean = fmean(replicates)
    return float(((n - 1) / n * sum((value - mean) ** 2 for value in replicates)) ** 0.5)


def datasets_interval(centre: float, replicates: Sequence[float]) -> Interval:
    """Return the jackknife 95 % interval of a score over the datasets of a tissue.

    The interval is `centre` plus and minus the 97.5 % point of Student's t with G - 1 degrees of freedom
    times the jackknife standard error. It is not cut at the limits of the metric.

    Parameters
    ----------
    centre
        The score of all datasets, as the leaderboard shows it (mean over seeds).
    replicates
        The scores without each of G groups of datasets, at least two, of the first seed.
    """
    return t_interval(centre, jackknife_error(replicates), len(replicates))
