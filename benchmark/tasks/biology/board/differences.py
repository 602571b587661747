"""Whether two methods answer a question differently, over the parts that their answers have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from geneboard.benchmark.report.intervals import LEVEL, Interval, mean_interval, t_interval

FOLDS = 5
"""Of cross-validation: four fifths of the genes are learnt from."""


def resampled_interval(differences: np.ndarray) -> Interval:
    """Return the 95 % interval of a difference of which each part is a resampling: its percentiles."""
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(differences, [tail, 1 - tail])
    return Interval(float(low), float(high))


def folds_interval(differences: np.ndarray) -> Interval:
    """Return the 95 % interval of a mean difference over folds and repeats.

    Folds learn from genes that they share, so the variance of the mean is s^2 (1 / n + 1 / (k - 1)) for n
    differences of k folds: the corrected resampled t-test (Nadeau and Bengio 2003, Machine Learning 52).
    """
    n = len(differences)
    error = float(differences.std(ddof=1)) * (1 / n + 1 / (FOLDS - 1)) ** 0.5
    return t_interval(float(differences.mean()), error, n)


def apart_interval(ours: float, own: Interval, theirs: float, other: Interval) -> Interval:
    """Return the 95 % interval of the difference of two numbers that have intervals of their own.

    They are taken for independent. Two answers about the same genes are not: they rise and fall together, and
    the interval is wider than it would have to be.
    """
    half = math.hypot(own.high - own.low, other.high - other.low) / 2
    return Interval(ours - theirs - half, ours - theirs + half)


INTERVALS: Mapping[str, Callable[[np.ndarray], Interval | None]] = {
    "retrieval": resampled_interval,
    "orthologs": resampled_interval,
    "dataset_tree": resampled_interval,
    "over_time": mean_interval,  # terms are independent
}
"""What makes the interval of each measure whose parts are no folds."""


def difference_interval(
    measure: str, ours: Sequence[Sequence[float | None]], theirs: Sequence[Sequence[float | None]]
) -> Interval | None:
    """Return the 95 % interval of how much higher the first answer is than the second.

    Parameters
    ----------
    measure
        Name of what is compared.
    ours, theirs
        For each seed the parts of an answer, the same for all methods: resamplings of gene sets, folds, or
        terms. Seeds are averaged; a part without a value in one of them is left out.

    Returns
    -------
    Interval or None
        None where they have no parts, or other ones.
    """
    lengths = {len(parts) for parts in (*ours, *theirs)}
    if len(lengths) != 1 or min(lengths) < 2:
        return None
    first, second = (np.mean(np.array(parts, dtype=float), axis=0) for parts in (ours, theirs))
    differences = first - second
    differences = differences[np.isfinite(differences)]
    if len(differences) < 2:
        return None
    return INTERVALS.get(measure, folds_interval)(differences)
