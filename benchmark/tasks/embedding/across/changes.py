"""Does a change of a training help or cost? The difference of joint scores, its interval, and the word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneboard.benchmark.report.intervals import Interval
from geneboard.benchmark.report.number_text import MISSING, interval_text, number_or_none, signed
from geneboard.benchmark.report.rows import Row, defined_value
from geneboard.benchmark.report.table import Cell, Format, Line
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT

HELPS, COSTS, UNTOLD = "helps", "costs", "cannot be told"
DIGITS = 3


FEWEST_TRAININGS = 2

TRAININGS = (
    "Of what a seed changes, at least two seeds that both trainings have are needed, and all must agree."
)


def word_of(interval: Interval | None, trainings: Sequence[float] | None) -> str:
    """Return what the 95 % interval of a difference says of the change; higher is better.

    Parameters
    ----------
    interval
        Of the difference.
    trainings
        The difference in each training where the interval lies over what they share, datasets for example:
        two at least, all of one sign, as verdicts on claims need them. None where no seed changes them, or
        the interval lies over trainings.
    """
    if interval is None or interval.low <= 0 <= interval.high:
        return UNTOLD
    if trainings is not None and not agree(trainings):
        return UNTOLD
    return HELPS if interval.low > 0 else COSTS


def agree(trainings: Sequence[float]) -> bool:
    """Return whether the differences of independent trainings, at least two, have one sign."""
    return len(trainings) >= FEWEST_TRAININGS and len({np.sign(one) for one in trainings}) == 1


def by_seed(one: Row, other: Row) -> dict[int, float]:
    """Return how much higher the joint score of a row is, by the seeds that both have.

    Nothing where they have no seed in common, or a score is undefined in one.
    """
    ours, theirs = (
        {record["seed"]: defined_value(record["scores"], JOINT) for record in row.scored}
        for row in (one, other)
    )
    pairs = {seed: (ours[seed], theirs[seed]) for seed in ours if seed in theirs}
    apart = {seed: a - b for seed, (a, b) in pairs.items() if a is not None and b is not None}
    return apart if len(apart) == len(pairs) else {}


def is_random(*rows: Row) -> bool:
    """Return whether a seed changes any of some rows."""
    return not all(row.first["deterministic"] for row in rows)


def difference_cell(line: Line, _: Format, column: str = "difference") -> Cell:
    """Return a difference with its interval, if there is one."""
    value, interval = number_or_none(line[column]), interval_text(line, column, DIGITS)
    return Cell(signed(value, DIGITS) + (f" ({interval})" if interval != MISSING else ""), value)
