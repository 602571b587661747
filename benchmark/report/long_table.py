"""The tidy table of all scores, results.csv."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import pandas as pd

from geneboard.benchmark.records.record import Record, covering_embedding, variant_suffix
from geneboard.benchmark.report.groups import Group, data_digest
from geneboard.benchmark.report.rows import why_undefined


class ScoreLine(NamedTuple):
    """A line of results.csv; `status` is that of the metric, or that of a cell that has no scores."""

    source: str
    preset: str
    tissue: str
    data: str
    method: str
    title: str
    kind: str
    seed: int
    metric: str
    value: float | None
    status: str
    reason: str
    in_leaderboard: bool
    left_out: str
    covered_by: str
    device: str
    threads: int
    wall_seconds: float | None
    peak_mb: float | None
    finished_at: str
    key: str


COLUMNS = ScoreLine._fields

_ORDER = ["source", "preset", "tissue", "method", "seed", "finished_at", "key"]


def score_lines(
    groups: Iterable[Group], always: Sequence[str], others: Sequence[str] = ()
) -> list[ScoreLine]:
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


def long_table(lines: Iterable[ScoreLine]) -> pd.DataFrame:
    """Return the lines of all tasks as results.csv has them."""
    return pd.DataFrame(lines, columns=list(COLUMNS)).sort_values(_ORDER, kind="stable", ignore_index=True)


def _lines(
    record: Record, left_out: str, always: Sequence[str], others: Sequence[str]
) -> Iterator[ScoreLine]:
    variant, cost, scores = variant_suffix(record["overrides"]), record["cost"], record["scores"]
    cell = partial(
        ScoreLine,
        source=record["source"],
        preset=record["preset"],
        tissue=record["tissue"],
        data=data_digest(record),
        method=record["method"] + variant,
        title=record["title"] + variant,
        kind=record["kind"],
        seed=record["seed"],
        in_leaderboard=not left_out,
        left_out=left_out,
        covered_by=covering_embedding(record),
        device=record["device"],
        threads=record["threads"],
        wall_seconds=cost["wall_seconds"],
        peak_mb=cost["peak_mb"],
        finished_at=cost["finished_at"],
        key=record["key"],
    )
    known = [*always, *(name for name in others if name in scores and name not in always)]
    for metric in (*known, *sorted(set(scores) - set(known))):
        if record["status"] != "ok":
            yield cell(metric=metric, value=None, status=record["status"], reason=record["reason"])
        else:
            reason = why_undefined(scores.get(metric))
            value = None if reason else scores[metric]["value"]
            yield cell(metric=metric, value=value, status="undefined" if reason else "ok", reason=reason)
