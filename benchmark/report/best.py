"""Which numbers of a column are best and second best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pandas as pd

from geneboard.benchmark.report.number_text import number

Mark = Literal["best", "second", ""]
Direction = Literal["higher is better", "lower is better"]


def column_marks(frame: pd.DataFrame, column: str, digits: int, direction: Direction) -> list[Mark]:
    """Mark the best and the second best method of a column, as far as the digits shown tell them apart.

    Controls take no part, and neither do rows without scores: these have a rank, which is the last, but in a
    short table the last may be the second.

    Parameters
    ----------
    frame
        A leaderboard, or the table across tissues.
    column
        Name of the column.
    digits
        Digits after the point that are shown.
    direction
        Which end of the column is best.

    Returns
    -------
    list
        One mark for each row, in the order of the rows.
    """
    takes_part = (frame["kind"] != "control") & _has_scores(frame) & frame[column].notna()
    shown = [
        float(number(value, digits)) if part else None
        for value, part in zip(frame[column], takes_part, strict=True)
    ]
    return best_and_second(shown, lower_is_better=direction == "lower is better")


def _has_scores(frame: pd.DataFrame) -> pd.Series:
    """Return which rows have scores: in some seed of a leaderboard, in some tissue of the table across."""
    if "tissues_scored" in frame:
        return ~frame["tissues_scored"].str.startswith("0 of ")
    return frame["seeds"] > 0


def best_and_second(values: Sequence[float | None], *, lower_is_better: bool = False) -> list[Mark]:
    """Mark the best and the second best of the numbers that a column shows.

    Parameters
    ----------
    values
        Numbers as they are shown, that is rounded, so that what looks equal is treated as equal; None for a
        cell that takes no part (undefined, failed, a control).
    lower_is_better
        True for ranks.

    Returns
    -------
    list
        "best" for all that share the best number; "second" for all that share the next, unless several are
        best: then there is no second.
    """
    shown = sorted({value for value in values if value is not None}, reverse=not lower_is_better)
    best = shown[0] if shown else None
    second = shown[1] if len(shown) > 1 and list(values).count(best) == 1 else None
    return [
        "" if value is None else "best" if value == best else "second" if value == second else ""
        for value in values
    ]
