"""Intervals over the datasets of a tissue, from the scores that each leave out one dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geneboard.benchmark.report.intervals import Interval, datasets_interval
from geneboard.benchmark.report.rows import Row, defined_value, why_undefined
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS
from geneboard.benchmark.tasks.embedding.board.scale import Scale, Values


@dataclass(frozen=True)
class Replicates:
    """The scores of a row without each dataset, of its first seed.

    Attributes
    ----------
    values
        Values of the six metrics, by the dataset left out; empty if there are none to use.
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
    def of(cls, row: Row, datasets: Sequence[str]) -> Replicates:
        """Read the replicates of a row, which must cover every dataset."""
        found = next((loo for record in row.scored if (loo := record.get("leave_one_out"))), {})
        problem = ""
        if len(datasets) < 2:
            problem = "a single dataset"
        elif not found:
            problem = "no leave-one-out scores"
        elif missing := sorted(set(datasets) - set(found)):
            problem = f"no leave-one-out scores without {missing[0]}"
        if problem:
            return cls({}, problem, {}, "")
        values = {
            name: {metric: defined_value(found[name], metric) for metric in METRICS} for name in datasets
        }
        undefined: dict[str, str] = {}
        mismatches = []
        for metric in METRICS:
            gaps = [name for name in datasets if values[name][metric] is None]
            if gaps:
                why = why_undefined(found[gaps[0]].get(metric))
                undefined[metric] = f"{metric} undefined without {gaps[0]} ({why})"
            if row.means[metric] is not None and gaps:
                mismatches.append(undefined[metric])
            elif row.means[metric] is None and len(gaps) < len(datasets):
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
        The average score without each dataset, in the order of the datasets; empty if there are none to use.
    no_average
        Why there are none; also empty where the row has no average score at all.
    """

    intervals: Mapping[str, Interval]
    reason: str
    average_without: tuple[float, ...] = ()
    no_average: str = ""


def dataset_intervals(
    rows: Sequence[Row], scale: Scale, datasets: Sequence[str]
) -> dict[str, DatasetIntervals]:
    """Return the jackknife intervals of every row but the controls, by name of the row.

    The intervals lie around the values of the leaderboard. For the average score the min-max scale is set
    anew in every replicate, by the same rows. A metric that is not defined in every replicate has no
    interval; neither has an average score if a metric, in the row or in one that sets the scale, is defined
    in some replicates only.
    """
    replicates = {row.name: Replicates.of(row, datasets) for row in rows if row.scored}
    range_rows = [row for row in rows if row.sets_range]
    faults = [
        f"the scale rests on {row.title}, {why}"
        for row in range_rows
        if (why := replicates[row.name].problem or replicates[row.name].mismatch)
    ]
    scales = {}
    if not faults:
        scales = {
            name: Scale.of([replicates[row.name].values[name] for row in range_rows]) for name in datasets
        }
    return {
        row.name: _intervals(row, replicates[row.name], scale.average(row.means), scales, faults)
        for row in rows
        if row.scored and row.first["kind"] != "control"
    }


def _intervals(
    row: Row, own: Replicates, average: float | None, scales: Mapping[str, Scale], faults: Sequence[str]
) -> DatasetIntervals:
    """Return the intervals of a row; `scales` are those without each dataset, unless they have `faults`."""
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
