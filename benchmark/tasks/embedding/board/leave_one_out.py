"""Intervals over the datasets of a tissue, from the scores that each leave out one group of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geneboard.benchmark.report.intervals import Interval, datasets_interval
from geneboard.benchmark.report.rows import Row, defined_value, why_undefined
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates
from geneboard.benchmark.tasks.embedding.board.scale import Scale, Values


@dataclass(frozen=True)
class RowReplicates:
    """The values of a row without each group of datasets, of its first seed.

    Attributes
    ----------
    values
        Values of the six metrics, by the group left out; empty if there are none to use.
    problem
        Why there are none.
    undefined
        For each metric that has no value in some replicate, where and why.
    mismatch
        Which metric has a value in the leaderboard and not in every replicate, or the reverse; empty if none.
    """

    values: Mapping[str, Values]
    problem: str
    undefined: Mapping[str, str]
    mismatch: str

    @classmethod
    def of(cls, row: Row, replicates: Replicates) -> RowReplicates:
        """Take those of a row."""
        if problem := replicates.why_none(row.name):
            return cls({}, problem, {}, "")
        found = replicates.scores[row.name]
        values = {
            name: {metric: defined_value(scores, metric) for metric in METRICS}
            for name, scores in found.items()
        }
        undefined: dict[str, str] = {}
        mismatches = []
        for metric in METRICS:
            gaps = [name for name in found if values[name][metric] is None]
            if gaps:
                why = why_undefined(found[gaps[0]].get(metric))
                undefined[metric] = f"{metric} undefined without {gaps[0]} ({why})"
            if row.means[metric] is not None and gaps:
                mismatches.append(undefined[metric])
            elif row.means[metric] is None and len(gaps) < len(found):
                mismatches.append(f"{metric} undefined with all datasets and not without some")
        return cls(values, "", undefined, mismatches[0] if mismatches else "")


@dataclass(frozen=True)
class DatasetIntervals:
    """Jackknife intervals of a row.

    Attributes
    ----------
    intervals
        By column.
    reason
        Why the others are absent.
    average_without
        The average score without each group, in the order of the groups; empty if there are none to use.
    no_average
        Why there are none; also empty where the row has no average score at all.
    """

    intervals: Mapping[str, Interval]
    reason: str
    average_without: tuple[float, ...] = ()
    no_average: str = ""


def dataset_intervals(rows: Sequence[Row], scale: Scale, found: Replicates) -> dict[str, DatasetIntervals]:
    """Return the jackknife intervals of every row but the controls, by name of the row.

    The intervals lie around the values of the leaderboard. For the average score the min-max scale is set
    anew in every replicate, by the same rows. A metric that is not defined in every replicate has no
    interval; neither has an average score if a metric, in the row or in one that sets the scale, is defined
    in some replicates only.
    """
    replicates = {row.name: RowReplicates.of(row, found) for row in rows if row.scored}
    range_rows = [row for row in rows if row.sets_range]
    faults = [
        f"the scale rests on {row.title}, {why}"
        for row in range_rows
        if (why := replicates[row.name].problem or replicates[row.name].mismatch)
    ]
    scales = {}
    if not faults:
        scales = {
            name: Scale.of([replicates[row.name].values[name] for row in range_rows]) for name in found.groups
        }
    return {
        row.name: _intervals(row, replicates[row.name], scale.average(row.means), scales, faults)
        for row in rows
        if row.scored and row.first["kind"] != "control"
    }


def _intervals(
    row: Row, own: RowReplicates, average: float | None, scales: Mapping[str, Scale], faults: Sequence[str]
) -> DatasetIntervals:
    """Return the intervals of a row; `scales` are those without each group, unless they have `faults`."""
    if own.problem:
        return DatasetIntervals({}, own.problem, no_average=own.problem)
    intervals = {
        metric: datasets_interval(mean, _defined(values[metric] for values in own.values.values()))
        for metric in METRICS
        if (mean := row.means[metric]) is not None and metric not in own.undefined
    }
    reasons = [why for metric, why in own.undefined.items() if row.means[metric] is not None]
    if average is None:
        return DatasetIntervals(intervals, "; ".join(reasons))
    if blocked := own.mismatch or next(iter(faults), ""):
        reasons.append(f"average_score: {blocked}")
        return DatasetIntervals(intervals, "; ".join(reasons), no_average=blocked)
    without = _defined(scales[name].average(values) for name, values in own.values.items())
    intervals["average_score"] = datasets_interval(average, without)
    return DatasetIntervals(intervals, "; ".join(reasons), tuple(without))


def _defined(values: Iterable[float | None]) -> list[float]:
    """Return values that are known to be defined, as a list of numbers."""
    return [value for value in values if value is not None]
