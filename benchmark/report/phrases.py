"""Small parts of sentences: about the rows of a leaderboard, and how much was run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import KIND_ORDER

FrameRow = Mapping[Any, Any]
"""A row of `Board.frame`."""


def listed(parts: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def counted(n: int, noun: str) -> str:
    """Return "1 cell" or "2 cells"."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def methods_of(rows: Iterable[FrameRow]) -> list[FrameRow]:
    """Return the rows of a leaderboard that are no controls."""
    return [row for row in rows if row["kind"] != "control"]


def controls_of(rows: Iterable[FrameRow]) -> list[FrameRow]:
    """Return the rows of a leaderboard that are controls."""
    return [row for row in rows if row["kind"] == "control"]


def best_row(rows: Iterable[FrameRow], column: str, *, lowest: bool = False) -> FrameRow | None:
    """Return the row with the highest (or lowest) value of a column, or None where it has none."""
    known = [row for row in rows if pd.notna(row[column])]
    sign = -1 if lowest else 1
    return max(known, key=lambda row: sign * row[column], default=None)


def extent(n_boards: int, records: Sequence[Record]) -> str:
    """Return how much was run, and how it ended.

    "2 leaderboards of 1 published method and 2 controls, made from the records of 6 cells (6 ok)."
    """
    ends = Counter(record["status"] for record in records)
    told = ", ".join(
        f"{ends[status]} {status}" for status in sorted(ends, key=lambda end: (end != "ok", end))
    )
    kinds: Counter[str] = Counter(
        kind for _, kind in {(record["method"], record["kind"]) for record in records}
    )
    nouns = {kind: "published method" if kind == "published" else kind for kind in KIND_ORDER}
    listing = listed([counted(kinds[kind], noun) for kind, noun in nouns.items() if kind in kinds])
    return (
        f"{counted(n_boards, 'leaderboard')} of {listing}, made from the records of "
        f"{counted(len(records), 'cell')} ({told})."
    )
