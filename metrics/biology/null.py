"""A number beside what it is when the names of genes are permuted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AgainstNull:
    """A number, its null and its interval; higher is better.

    Attributes
    ----------
    value
        The number.
    null_mean, null_sd
        Mean and standard deviation over the draws of the null.
    p_value
        Share of the draws that are at least as high, (1 + their number) / (1 + draws).
    low, high
        Bootstrap 95 % interval of `value`; None where resampling would not keep its meaning.
    resampled
        The values that the interval is taken from, in an order that answers to one question share.
    """

    value: float
    null_mean: float
    null_sd: float
    p_value: float
    low: float | None = None
    high: float | None = None
    resampled: tuple[float, ...] = ()

    @classmethod
    def of(cls, value: float, null: np.ndarray, resampled: np.ndarray | None = None) -> AgainstNull:
        """Compare a number with draws of its null, and take the interval from resampled values.

        Parameters
        ----------
        value
            The number.
        null
            The same number for permuted names, shape (n_draws,), at least two.
        resampled
            The same number for resampled data, shape (n_resamples,); NaN where it is undefined.
        """
        at_least = int((null >= value - 1e-12).sum())  # equal but for rounding
        p_value = (1 + at_least) / (1 + len(null))
        low = high = None
        if resampled is not None:
            low, high = map(float, np.nanpercentile(resampled, [2.5, 97.5]))
        kept = () if resampled is None else tuple(resampled.tolist())
        return cls(float(value), float(null.mean()), float(null.std(ddof=1)), p_value, low, high, kept)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Both ends of the interval; None where there is none."""
        return None if self.low is None or self.high is None else (self.low, self.high)

    @property
    def above_null(self) -> float:
        """The number minus the mean of its null."""
        return self.value - self.null_mean

    @property
    def z(self) -> float | None:
        """How many standard deviations of the null it is above it; None for a constant null."""
        return self.above_null / self.null_sd if self.null_sd > 0 else None
