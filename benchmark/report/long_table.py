"""The tidy table of all scores, results.csv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record, covering_embedding, variant_suffix
from geneboard.benchmark.report.groups import Group, data_digest
from geneboard.benchmark.report.rows import defined_value, why_undefined

COLUMNS = (
    "source",
    "preset",
    "tissue",
    "data",
    "method",
    "title",
    "kind",
    "seed",
    "metric",
    "value",
    "status",
    "reason",
    "in_leaderboard",
    "left_out",
    "covered_by",
    "device",
    "threads",
    "wall_seconds",
    "peak_mb",
    "finished_at",
    "key",
)
"""``status`` is that of the metric, or that of the cell where it has no scores."""

_ORDER = ["source", "preset", "tissue", "method", "seed", "finished_at", "key"]


def score_lines(
    groups: Iterable[Group], always: Sequence[str], others: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """Return one line per cell and metric of a task, cells that are in no leaderboard included.

    Rows that were taken from another result folder are left to its own table.

    Parameters
    ----------
    always, others
        Metrics that every cell has, and those that come next where a cell has them.
    """
    return [
        line
        for group in groups
        for record, left_out in (
            *((record, "") for record in group.records),
            *((left.record, left.reason) for left in group.left_out),
        )
        if "taken_from" not in record
        for line in _lines(record, left_out, always, others)
    ]


def long_table(lines: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return the lines of all tasks as results.csv has them."""
    return pd.DataFrame(lines, columns=list(COLUMNS)).sort_values(_ORDER, kind="stable", ignore_index=True)


def _lines(
    record: Record, left_out: str, always: Sequence[str], others: Sequence[str]
) -> Iterator[dict[str, Any]]:
    cell = {
        **{name: record[name] for name in ("source", "preset", "tissue", "kind", "seed", "device", "key")},
        **{name: record["cost"][name] for name in ("wall_seconds", "peak_mb", "finished_at")},
        "data": data_digest(record),
        "method": record["method"] + variant_suffix(record["overrides"]),
        "title": record["title"] + variant_suffix(record["overrides"]),
        "in_leaderboard": not left_out,
        "left_out": left_out,
        "covered_by": covering_embedding(record),
        "threads": record["threads"],
    }
    scores = record["scores"]
    known = [*always, *(name for name in others if name in scores and name not in always)]
    for metric in (*known, *sorted(set(scores) - set(known))):
        if record["status"] != "ok":
            outcome: dict[str, Any] = {"value": None, "status": record["status"], "reason": record["reason"]}
        else:
            reason = why_undefined(scores.get(metric))
            value = defined_value(scores, metric)
            outcome = {"value": value, "status": "undefined" if reason else "ok", "reason": reason}
        yield {**cell, "metric": metric, **outcome}
