"""From the records of one group to its leaderboard, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.average import AverageScore
from geneboard.benchmark.report.columns import LEADERBOARD_COLUMNS, SCORED
from geneboard.benchmark.report.groups import canonical, dataset_names
from geneboard.benchmark.report.intervals import Interval, seeds_interval, seeds_interval_kind
from geneboard.benchmark.report.leave_one_out import DatasetIntervals, dataset_intervals
from geneboard.benchmark.report.mixing import refuse_mixed
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.scale import Scale, average_ranks
from geneboard.benchmark.report.statistics import Comparison, compare_methods

_INTEGERS = ("seeds", "seeds_failed", "dim", "threads")
_TEXTS = (
    "method",
    "title",
    "kind",
    "status",
    "reason",
    "undefined",
    "seeds_interval",
    "no_datasets_interval",
    "device",
    "overrides",
    "reference",
    "tie_group",
)


def leaderboard(records: Iterable[Record], published: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return the leaderboard of the records of one group; see `score_and_compare`."""
    return score_and_compare(records, published)[0]


def score_and_compare(
    records: Iterable[Record], published: Mapping[str, float] | None = None
) -> tuple[pd.DataFrame, Comparison]:
    """Return the leaderboard of the records of one group, and which of its methods are told apart.

    Parameters
    ----------
    records
        Records of one source, preset, tissue and state of the data, at most one per method, hyper-parameters
        and seed (`benchmark.report.groups.select_groups` sees to that), in any order.
    published
        Published average scores by title, shown beside the rows of those methods.

    Returns
    -------
    frame : pandas.DataFrame
        One row per method and hyper-parameters with the columns `LEADERBOARD_COLUMNS`; methods by descending
        average score, rows without scores, then controls. The rows of kind "published" set the scale of the
        average score, of each method the one without overrides if there is one; controls have no rank.
    comparison : Comparison
        Tie groups and tests of the methods.

    Raises
    ------
    InputError
        If the records are of different sources, presets, tissues, data or versions of the metrics.
    ValueError
        If there are no records, or two are of the same method, hyper-parameters and seed.
    """
    records = list(records)
    rows = make_rows(records)
    if not rows:
        raise ValueError("a leaderboard needs at least one record")
    refuse_mixed(records)
    scale = Scale.of([row.means for row in rows if row.sets_range])
    ranked = [row for row in rows if row.first["kind"] != "control"]
    ranks = average_ranks({row.name: row.means if row.scored else None for row in ranked})
    datasets = dataset_intervals(rows, scale, dataset_names(rows[0].first))
    averages = {row.name: AverageScore.of(row, scale, datasets.get(row.name)) for row in rows}
    compared = [found for row in ranked if (found := averages[row.name]) is not None]
    comparison = compare_methods(compared, dataset_names(rows[0].first))
    lines = [
        _line(
            row,
            averages[row.name],
            ranks,
            datasets.get(row.name),
            comparison.letters.get(row.name, ""),
            published or {},
        )
        for row in rows
    ]
    lines.sort(key=_place)
    frame = pd.DataFrame(lines, columns=list(LEADERBOARD_COLUMNS))
    for column in frame.columns:
        if column in _INTEGERS:
            frame[column] = frame[column].astype("Int64")
        elif column == "sets_range":
            frame[column] = frame[column].astype(bool)
        elif column not in _TEXTS:
            frame[column] = frame[column].astype(float)
    return frame, comparison


def _line(
    row: Row,
    average: AverageScore | None,
    ranks: Mapping[str, float],
    datasets: DatasetIntervals | None,
    tie_group: str,
    published: Mapping[str, float],
) -> dict[str, Any]:
    first = row.first
    line: dict[str, Any] = {
        "method": row.name,
        "title": row.title,
        "kind": first["kind"],
        "status": row.status,
        "seeds": len(row.scored),
        **row.means,
        "average_score": average.value if average else None,
        "average_rank": ranks.get(row.name),
        "seeds_failed": len(row.records) - len(row.scored),
        "reason": row.reason,
        "undefined": row.undefined,
        "seeds_interval": seeds_interval_kind(len(row.scored)),
        "no_datasets_interval": datasets.reason if datasets else "",
        "sets_range": row.sets_range,
        "coverage": row.coverage,
        "dim": _common([record["dim"] for record in row.scored]),
        "device": ", ".join(sorted({record["device"] for record in row.records})),
        "threads": _common([record["threads"] for record in row.records]),
        "overrides": canonical(first["overrides"]) if first["overrides"] else "",
        "reference": first["reference"],
    }
    is_published = first["kind"] == "published" and (row.is_default or row.stands_in)
    line["published_score"] = published.get(first["title"]) if is_published else None
    line["tie_group"] = tie_group
    for name in ("wall_seconds", "cpu_seconds", "scoring_seconds"):
        line[name] = fmean(costs) if (costs := row.cost(name)) else None
    for name in ("peak_mb", "peak_device_mb"):
        line[name] = max(row.cost(name), default=None)
    for column in SCORED:
        if column != "average_score":
            _set_ends(line, column, seeds_interval(row.per_seed(column) or ()))
        _set_ends(line, f"{column}_datasets", datasets.intervals.get(column) if datasets else None)
    _set_ends(line, "average_score", average.seeds_interval if average else None)
    return line


def _set_ends(line: dict[str, Any], column: str, interval: Interval | None) -> None:
    line[f"{column}_low"], line[f"{column}_high"] = interval or (None, None)


def _common(values: Sequence[int | None]) -> int | None:
    """Return the value that all cells share, or None."""
    return values[0] if len(set(values)) == 1 else None


def _place(line: Mapping[str, Any]) -> tuple[bool, bool, float, float, str]:
    """Return the sort key of a row: methods first, the best average score first."""

    def last_if_missing(value: float | None, sign: int) -> float:
        return np.inf if value is None else sign * value

    return (
        line["kind"] == "control",
        not line["seeds"],
        last_if_missing(line["average_score"], -1),
        last_if_missing(line["average_rank"], 1),
        line["method"],
    )
