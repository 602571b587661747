"""Intervals over the independent groups of a tissue's datasets, from the scores that leave out one each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from geneboard.benchmark.records.record import Scores
from geneboard.benchmark.report.intervals import Interval, datasets_interval
from geneboard.benchmark.report.rows import Row, defined_value, why_undefined
from geneboard.benchmark.tasks.embedding.board.metrics import AVERAGE, METRICS, SCORED
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates
from geneboard.benchmark.tasks.embedding.board.scale import Scale


@dataclass(frozen=True)
class GroupIntervals:
    """Jackknife intervals of a row.

    Attributes
    ----------
    intervals
        By column.
    without
        By column the score without each group; only of columns that have an interval.
    missing
        By column why there is no interval; only of columns that have a value.
    problem
        Why there are none at all.
    """

    intervals: Mapping[str, Interval] = field(default_factory=dict)
    without: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def reason(self) -> str:
        """Everything that is absent and why."""
        return self.problem or "; ".join(dict.fromkeys(self.missing.values()))

    def why_not(self, column: str) -> str:
        """Return why a column has no interval."""
        return self.problem or self.missing.get(column, "")


def group_intervals(row: Row, scale: Scale, replicates: Replicates) -> GroupIntervals:
    """Return the jackknife intervals of a row, around the values of the leaderboard.

    The average score of each replicate is on the scale of the leaderboard.
    """
    if problem := replicates.why_none(row.name):
        return GroupIntervals(problem=problem)
    found = replicates.scores[row.name]
    values = {**row.means, AVERAGE: scale.average(row.means)}
    intervals: dict[str, Interval] = {}
    scores_without: dict[str, Mapping[str, float]] = {}
    missing: dict[str, str] = {}
    for column in SCORED:
        if (value := values.get(column)) is None:
            continue
        of_column: dict[str, float] = {}
        for group, scores in found.items():
            one = _average(row, scale, scores) if column == AVERAGE else defined_value(scores, column)
            if one is None:
                missing[column] = _why(column, group, scores)
                break
            of_column[group] = one
        else:
            scores_without[column] = of_column
            intervals[column] = datasets_interval(value, list(of_column.values()))
    return GroupIntervals(intervals, scores_without, missing)


def _average(row: Row, scale: Scale, scores: Scores) -> float | None:
    """Return the average score without a group, unless other metrics are undefined than in the row."""
    values = {metric: defined_value(scores, metric) for metric in METRICS}
    same = all((values[metric] is None) == (row.means[metric] is None) for metric in METRICS)
    return scale.average(values) if same else None


def _why(column: str, group: str, scores: Scores) -> str:
    if column == AVERAGE:
        return f"{column}: other metrics are undefined without {group} than with all datasets"
    return f"{column} undefined without {group} ({why_undefined(scores.get(column))})"
