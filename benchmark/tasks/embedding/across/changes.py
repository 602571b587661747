"""Does a change of a training help or cost? The difference of joint scores, its interval, and the word."""

from __future__ import annotations

from geneboard.benchmark.report.intervals import Interval
from geneboard.benchmark.report.number_text import MISSING, interval_text, number_or_none, signed
from geneboard.benchmark.report.table import Cell, Format, Line

HELPS, COSTS, UNTOLD = "helps", "costs", "cannot be told"
DIGITS = 3


def word_of(interval: Interval | None) -> str:
    """Return what the 95 % interval of a difference says of the change; higher is better."""
    if interval is None:
        return UNTOLD
    return HELPS if interval.low > 0 else COSTS if interval.high < 0 else UNTOLD


def difference_cell(line: Line, _: Format, column: str = "difference") -> Cell:
    """Return a difference with its interval, if there is one."""
    value, interval = number_or_none(line[column]), interval_text(line, column, DIGITS)
    return Cell(signed(value, DIGITS) + (f" ({interval})" if interval != MISSING else ""), value)
