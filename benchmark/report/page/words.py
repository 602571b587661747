"""Sentences that the page makes of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from benchmark.report.wording import number

FrameRow = dict[Any, Any]
"""A row of `Board.frame`."""

NAMED = 3
"""Methods that a sentence names; more are counted."""


def listed(parts: Sequence[str]) -> str:
    """Return "a, b and c"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


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


def winner_sentence(rows: Iterable[FrameRow]) -> str:
    """Return who leads a leaderboard, and who is not told apart from it."""
    methods = methods_of(rows)
    best = best_row(methods, "average_score")
    if best is None:
        return "No average score."
    letters = set(best["tie_group"])
    tied = [
        str(row["title"])
        for row in methods
        if row["method"] != best["method"] and letters & set(row["tie_group"])
    ]
    told = listed(tied) if len(tied) <= NAMED else f"{len(tied)} of {len(methods) - 1} others"
    sentence = f"{best['title']} has the highest average score, {number(best['average_score'], 3)}"
    return f"{sentence}; not told apart from it: {told}." if tied else f"{sentence}."
