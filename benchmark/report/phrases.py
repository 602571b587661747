"""Small parts of sentences about the rows of a leaderboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

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
