"""The columns that leaderboards of all tasks have: what a row is, how its cells ended, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from statistics import fmean
from typing import Any, Literal, Protocol

from geneboard.benchmark.report.groups import canonical
from geneboard.benchmark.report.intervals import seeds_interval_kind
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.table import Cell, Column, Format, Line


class OfRow(Protocol):
    """What a task makes its columns of."""

    @property
    def row(self) -> Row:
        """The cells of the row."""


def csv_column(
    key: str, kind: Literal["text", "integer", "number", "flag"], value: Callable[[Any], Any]
) -> Column:
    """Return a column that only the file has."""
    return Column(key, kind=kind, formats=frozenset(), value=value)


def _mean(cost: str) -> Callable[[OfRow], float | None]:
    return lambda entry: fmean(costs) if (costs := entry.row.cost(cost)) else None


def _highest(cost: str) -> Callable[[OfRow], float | None]:
    return lambda entry: max(entry.row.cost(cost), default=None)


def _seeds(line: Line, form: Format) -> Cell:
    failed = line["seeds_failed"] if form == "txt" else 0
    text = f"{line['seeds']}/{line['seeds'] + failed}" if failed else str(line["seeds"])
    return Cell(text, float(line["seeds"]))


def shared(values: Iterable[int | None]) -> int | None:
    """Return the number that all values are, or None."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _overrides(entry: OfRow) -> str:
    overrides = entry.row.first["overrides"]
    return canonical(overrides) if overrides else ""


FIRST = -100
"""Place of the first columns that are read."""

TITLE = Column("title", "method", kind="name", place=FIRST, value=lambda entry: entry.row.title)

ROW = (
    csv_column("method", "text", lambda entry: entry.row.name),
    TITLE,
    Column(
        "kind",
        kind="text",
        formats=frozenset({"html"}),
        place=FIRST,
        secondary=True,
        value=lambda entry: entry.row.first["kind"],
    ),
    Column(
        "status",
        kind="text",
        formats=frozenset({"md", "html"}),
        place=90,
        secondary=True,
        value=lambda entry: entry.row.status,
        show=lambda line, _: Cell(str(line["status"]), reason=str(line["reason"])),
    ),
    Column(
        "seeds",
        kind="integer",
        place=80,
        secondary=True,
        value=lambda entry: len(entry.row.scored),
        show=_seeds,
    ),
)
"""The first columns; ``seeds`` counts the cells that the means are over."""

COSTS = (
    Column(
        "wall_seconds",
        "time (s)",
        "s",
        digits=1,
        explained="wall time, mean over cells",
        place=80,
        secondary=True,
        value=_mean("wall_seconds"),
    ),
    Column(
        "peak_mb",
        "memory (MB)",
        "MB",
        digits=0,
        explained="highest peak of the cells",
        place=80,
        secondary=True,
        value=_highest("peak_mb"),
    ),
    Column(
        "cpu_seconds",
        "CPU (s)",
        digits=1,
        explained="CPU time, mean over cells",
        table="details",
        value=_mean("cpu_seconds"),
    ),
    Column(
        "scoring_seconds",
        "scoring (s)",
        digits=1,
        explained="wall time of the metrics, mean over cells",
        table="details",
        value=_mean("scoring_seconds"),
    ),
    Column(
        "peak_device_mb",
        "device memory (MB)",
        digits=0,
        explained="highest peak of the cells",
        table="details",
        value=_highest("peak_device_mb"),
    ),
)
"""Times (s) are means over cells, memory (MB) is the highest of them."""

FAILURES = (
    csv_column("seeds_failed", "integer", lambda entry: len(entry.row.records) - len(entry.row.scored)),
    csv_column("reason", "text", lambda entry: entry.row.reason),
)
"""``seeds_failed`` counts the cells that gave no scores."""

SEEDS_INTERVAL = csv_column(
    "seeds_interval", "text", lambda entry: seeds_interval_kind(len(entry.row.scored))
)
"""What the intervals over seeds are."""

RUN = (
    csv_column(
        "device", "text", lambda entry: ", ".join(sorted({cell["device"] for cell in entry.row.records}))
    ),
    csv_column("threads", "integer", lambda entry: shared(cell["threads"] for cell in entry.row.records)),
    csv_column("overrides", "text", _overrides),
    csv_column("reference", "text", lambda entry: entry.row.first["reference"]),
)
"""The last columns."""
