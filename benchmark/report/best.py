"""Which numbers of a column are best and second best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

Mark = Literal["best", "second", ""]


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
