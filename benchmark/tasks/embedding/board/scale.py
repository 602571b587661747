"""The two aggregates over metrics: the average score and the average rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import pandas as pd

from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS

MIN_ROWS = 2
"""A range needs at least two rows."""

Values = Mapping[str, float | None]
"""Value of each metric; None where it is undefined."""


@dataclass(frozen=True)
class Scale:
    """The min-max scale of each metric, set by some rows and applied to all.

    The published average score (arXiv 2310.02275) does not spell out its scaling; this is the project's
    reading.

    Attributes
    ----------
    rows
        How many rows set the range.
    ranges
        For each metric its lowest and highest value among those rows; None without a spread.
    """

    rows: int
    ranges: Mapping[str, tuple[float, float] | None]

    @classmethod
    def of(cls, rows: Sequence[Values]) -> Scale:
        """Return the scale that the defined values of some rows set."""
        ranges: dict[str, tuple[float, float] | None] = {}
        for metric in METRICS:
            values = [value for row in rows if (value := row[metric]) is not None]
            spread = bool(values) and max(values) - min(values) > ROUNDING
            ranges[metric] = (min(values), max(values)) if spread else None
        return cls(len(rows), ranges)

    def scaled(self, metric: str, value: float | None) -> float:
        """Return a value between 0 (lowest of the rows that set the range) and 1 (highest), or outside.

        An undefined value scales to 0; a metric without spread to 0.5 for all rows that have a value.
        """
        if value is None:
            return 0.0
        bounds = self.ranges[metric]
        if bounds is None:
            return 0.5
        low, high = bounds
        return (value - low) / (high - low)

    def average(self, values: Values) -> float | None:
        """Return the mean of the six scaled metrics, or None when too few rows set the range."""
        if self.rows < MIN_ROWS:
            return None
        return fsum(self.scaled(metric, values[metric]) for metric in METRICS) / len(METRICS)


def average_ranks(rows: Mapping[str, Values | None]) -> dict[str, float]:
    """Return the mean over the six metrics of the rank of each row; 1 is best.

    Parameters
    ----------
    rows
        Values of each row; None for a row without any scores (failed, skipped).

    Returns
    -------
    dict
        Ties share their average rank, undefined values share the places after all values, and rows without
        scores share those after all others.
    """
    scored = {name: values for name, values in rows.items() if values is not None}
    table = pd.DataFrame.from_dict(scored, orient="index", columns=list(METRICS), dtype=float)
    places = (
        table.div(ROUNDING).round().rank(ascending=False, method="average", na_option="bottom").to_numpy()
    )
    ranks = {name: fsum(of_row) / len(METRICS) for name, of_row in zip(scored, places, strict=True)}
    last = (len(scored) + 1 + len(rows)) / 2
    return {name: ranks.get(name, last) for name in rows}
