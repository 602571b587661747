"""The two aggregates over metrics: the average score and the average rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import pandas as pd

from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS

MIN_ROWS = 5
"""So many of the nine published methods set the scale at least: with fewer it says how they differ."""

Values = Mapping[str, float | None]
"""Value of each metric; None where it is undefined."""


@dataclass(frozen=True)
class Scale:
    """The min-max scale of each metric, set by some rows and applied to all.

    The published average score (arXiv 2310.02275) does not spell out its scaling; this is the project's
    reading.

    Attributes
    ----------
    titles
        Of the rows that set it.
    ranges
        For each metric its lowest and highest value among those rows; None without a spread.
    is_of_reference
        True where they are not rows of the table, but of the reference run on the same data.
    """

    titles: tuple[str, ...]
    ranges: Mapping[str, tuple[float, float] | None]
    is_of_reference: bool = False

    @classmethod
    def of(cls, rows: Mapping[str, Values], *, is_of_reference: bool = False) -> Scale:
        """Return the scale that the defined values of some rows, by title, set."""
        ranges: dict[str, tuple[float, float] | None] = {}
        for metric in METRICS:
            values = [value for row in rows.values() if (value := row[metric]) is not None]
            spread = bool(values) and max(values) - min(values) > ROUNDING
            ranges[metric] = (min(values), max(values)) if spread else None
        return cls(tuple(sorted(rows)), ranges, is_of_reference)

    @classmethod
    def of_table(cls, rows: Sequence[Row], reference: Sequence[Row] = ()) -> Scale:
        """Return the scale of a leaderboard: that of its published methods, or else of a reference run.

        Parameters
        ----------
        rows
            Its rows.
        reference
            Rows of a reference run on the same data, which set the scale where too few of the table do.
        """
        own, other = ({row.title: row.means for row in rows if row.sets_range} for rows in (rows, reference))
        if len(own) < MIN_ROWS <= len(other):
            return cls.of(other, is_of_reference=True)
        return cls.of(own)

    @property
    def is_defined(self) -> bool:
        """True where enough rows set it."""
        return len(self.titles) >= MIN_ROWS

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
        if not self.is_defined:
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
