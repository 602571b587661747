"""Numbers and intervals as they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

MISSING = "–"
UNDEFINED = "undef"


def number(value: Any, digits: int, missing: str = MISSING) -> str:
    """Return a number with so many digits after the point, or a sign that there is none."""
    if pd.isna(value):
        return missing
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def signed(difference: Any, digits: int) -> str:
    """Return a difference with its sign."""
    text = number(difference, digits)
    return text if text.startswith("-") or text == MISSING else f"+{text}"


def interval_text(line: Mapping[Any, Any], column: str, digits: int) -> str:
    """Return the interval of a column as "low..high", or a dash."""
    low, high = line[f"{column}_low"], line[f"{column}_high"]
    return MISSING if pd.isna(low) else f"{number(low, digits)}..{number(high, digits)}"


def number_or_none(value: Any) -> float | None:
    """Return a number of a frame, or None where it is missing."""
    return None if pd.isna(value) else float(value)
