"""Sentences that the page makes of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.report.wording import number

FrameRow = dict[Any, Any]
"""A row of `Board.frame`."""

NAMED = 3
"""Methods that a sentence names; more are counted."""


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


def winner_sentence(rows: Iterable[FrameRow], pairs: pd.DataFrame) -> str:
    """Return who leads a leaderboard, who is not told apart from it, and of whom that is not known.

    Parameters
    ----------
    rows
        The rows of the leaderboard.
    pairs
        All pairs of its methods, as in `benchmark.report.statistics.Comparison`.
    """
    methods = methods_of(rows)
    best = best_row(methods, "average_score")
    if best is None:
        return "No average score."
    told_apart = _told_apart_from(str(best["method"]), pairs)
    tied = [str(row["title"]) for row in methods if told_apart.get(row["method"]) is False]
    unknown = [str(row["title"]) for row in methods if told_apart.get(row["method"], True) is None]
    parts = [f"{best['title']} has the highest average score, {number(best['average_score'], 3)}"]
    if tied:
        parts.append(f"not told apart from it: {_some(tied, len(methods) - 1)}")
    if unknown and not best["tie_group"]:
        parts.append("whether others tie with it is not known")
    elif unknown:
        parts.append(f"not known whether told apart: {_some(unknown, len(methods) - 1)}")
    return "; ".join(parts) + "."


def _told_apart_from(name: str, pairs: pd.DataFrame) -> dict[str, bool | None]:
    """Return whether each other method is told apart from one, None where that is not known."""
    found: dict[str, bool | None] = {}
    for one, two, apart in zip(pairs["method_1"], pairs["method_2"], pairs["told_apart"], strict=True):
        if name in (one, two):
            found[two if one == name else one] = None if pd.isna(apart) else bool(apart)
    return found


def _some(titles: Sequence[str], others: int) -> str:
    return listed(titles) if len(titles) <= NAMED else f"{len(titles)} of {others} others"
