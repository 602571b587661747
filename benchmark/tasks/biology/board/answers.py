"""What one row answers to one question, and whether that is more than the graph says that it was made of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from geneboard.benchmark.report.intervals import Interval
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.tasks.biology.board.differences import apart_interval, difference_interval
from geneboard.benchmark.tasks.biology.questions import Question


@dataclass(frozen=True, eq=False)
class Answer:
    """The cells of a method with one question.

    Attributes
    ----------
    question
        What was asked.
    row
        One record per seed.
    """

    question: Question
    row: Row

    @property
    def value(self) -> float | None:
        """The score that the table is about, mean over seeds."""
        return self.row.means[self.question.about.lead]

    @property
    def interval(self) -> Interval | None:
        """Its interval over gene sets, or over folds and repeats; ends are means over seeds."""
        return _mean_ends([record["answer"]["interval"] for record in self.row.scored])

    def ends_of(self, score: str) -> Interval | None:
        """Return the interval of another score, where its records have one; ends are means over seeds."""
        return _mean_ends([record["answer"].get("intervals", {}).get(score) for record in self.row.scored])

    def mean(self, score: str) -> float | None:
        """Return another score, mean over seeds."""
        return self.row.means[score]

    @property
    def reason(self) -> str:
        """Why there is no value; empty if there is one."""
        return self.row.reason or self.row.undefined_among([self.question.about.lead])

    def above(self, other: Answer) -> Interval | None:
        """Return the interval of how much higher it is than another answer to the same question.

        Parts that both have in common are paired; without them the two are taken for independent. None where
        one of them has no value or no interval, or where more is not better.
        """
        if not self.question.about.is_ranked or self.value is None or other.value is None:
            return None
        if self.interval is None or other.interval is None:
            return None
        ours, theirs = ([record["answer"]["parts"] for record in one.row.scored] for one in (self, other))
        paired = difference_interval(self.question.measure, ours, theirs)
        return paired or apart_interval(self.value, self.interval, other.value, other.interval)


def _mean_ends(intervals: Sequence[tuple[float, float] | None]) -> Interval | None:
    """Return the interval whose ends are means over seeds; None where a seed has none."""
    known = [ends for ends in intervals if ends is not None]
    if not known or len(known) < len(intervals):
        return None
    return Interval(fmean(low for low, _ in known), fmean(high for _, high in known))


def mean_above(ours: Sequence[Answer], theirs: Sequence[Answer]) -> Interval | None:
    """Return the interval of how much higher some answers are on average than others to the same questions.

    Differences of different questions are taken for independent. None where one of them cannot be told.
    """
    found = [one.above(other) for one, other in zip(ours, theirs, strict=True)]
    told = [interval for interval in found if interval is not None]
    if not told or len(told) < len(found):
        return None
    centre = fmean((interval.low + interval.high) / 2 for interval in told)
    half = math.hypot(*((interval.high - interval.low) / 2 for interval in told)) / len(told)
    return Interval(centre - half, centre + half)
