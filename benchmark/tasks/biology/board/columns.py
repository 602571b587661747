"""The columns of a leaderboard of biology, each stated once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import fmean
from typing import Any

from geneboard.benchmark.report.intervals import Interval
from geneboard.benchmark.report.number_text import MISSING, interval_text, number, number_or_none
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.run_columns import FIRST, csv_column
from geneboard.benchmark.report.table import LONG, READ, Cell, Column, Format, Line
from geneboard.benchmark.tasks.biology.board.answers import Answer, mean_above
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.biology.questions import Question

ABOVE = "*"
"""Sign of an answer that is above that of the graph."""

OF_SETS = "retrieval"
"""The measure that rows are ordered by, where it was asked."""


@dataclass(frozen=True, eq=False)
class Entry:
    """What the columns of a row are made of.

    Attributes
    ----------
    answers
        Of the row, by question.
    graph
        Those of the graph that methods are trained on; empty for what is not compared with it.
    ranked_by
        The questions that rows are ordered by, the same for all.
    """

    answers: Mapping[Question, Answer]
    graph: Mapping[Question, Answer]
    ranked_by: Collection[Question]

    @property
    def row(self) -> Row:
        """The cells of the first question, which name and kind are read from."""
        return next(iter(self.answers.values())).row

    @property
    def name(self) -> str:
        """Name of the method."""
        return self.row.name

    @property
    def kind(self) -> str:
        """What kind of method it is."""
        return self.row.first["kind"]

    @cached_property
    def means(self) -> dict[str, float]:
        """Mean over pieces of knowledge of what each measure found, where it found anything."""
        found: dict[str, list[float]] = {}
        for question, answer in self.answers.items():
            if answer.value is not None and question in self.ranked_by and question.about.is_ranked:
                found.setdefault(question.measure, []).append(answer.value)
        return {measure: fmean(values) for measure, values in found.items()}

    @property
    def lead(self) -> float | None:
        """What rows are ordered by: the first measure that has an answer."""
        return next((self.means[name] for name in MEASURES if name in self.means), None)

    @cached_property
    def above_graph(self) -> dict[Question, Interval]:
        """How much higher than the graph each answer is, where that can be told."""
        found = {}
        for question, answer in self.answers.items():
            other = self.graph.get(question)
            interval = None if other is None else answer.above(other)
            if interval is not None:
                found[question] = interval
        return found

    @property
    def beaten(self) -> list[Question]:
        """The questions that it answers better than the graph."""
        return [question for question, interval in self.above_graph.items() if interval.low > 0]

    def above(self, other: Entry, measure: str) -> Interval | None:
        """Return the interval of how much higher it is than another row by the mean of a measure."""
        shared = [one for one in self.ranked_by if one.measure == measure]
        return mean_above([self.answers[one] for one in shared], [other.answers[one] for one in shared])

    @property
    def seconds(self) -> float:
        """How long answering took."""
        return sum(sum(answer.row.cost("scoring_seconds")) for answer in self.answers.values())

    @property
    def reasons(self) -> str:
        """Which questions have no answer, and why, those of one reason together."""
        found: dict[str, list[str]] = {}
        for question, answer in self.answers.items():
            if answer.value is None:
                found.setdefault(answer.reason, []).append(question.label)
        return "; ".join(f"{', '.join(labels)}: {reason}" for reason, labels in found.items())


def columns_of(questions: Sequence[Question]) -> tuple[Column, ...]:
    """Return the columns of a board with these questions, in the order of leaderboard.csv."""
    return (
        csv_column("method", "text", lambda entry: entry.name),
        Column("title", "method", kind="name", place=FIRST, value=lambda entry: entry.row.title),
        Column(
            "kind",
            kind="text",
            formats=frozenset({"html"}),
            place=FIRST,
            secondary=True,
            value=lambda entry: entry.kind,
        ),
        Column(
            "beats_graph",
            "beats the graph in",
            "beats graph",
            kind="text",
            formats=READ,
            place=FIRST,
            explained="questions in which the interval of the difference to the raw graph is above 0",
            value=_beats_graph,
        ),
        *(column for question in questions for column in question_columns(question)),
        Column(
            "seeds",
            kind="integer",
            formats=LONG,
            place=80,
            secondary=True,
            value=lambda entry: len(entry.row.scored),
        ),
        Column(
            "seconds",
            "time (s)",
            "s",
            digits=1,
            formats=LONG,
            place=80,
            secondary=True,
            explained="wall time of all answers",
            value=lambda entry: entry.seconds,
        ),
        csv_column("status", "text", lambda entry: entry.row.status),
        csv_column("reason", "text", lambda entry: entry.reasons),
    )


def _beats_graph(entry: Entry) -> str:
    return f"{len(entry.beaten)} of {len(entry.above_graph)}" if entry.above_graph else ""


def question_columns(question: Question) -> Iterable[Column]:
    """Return the columns of a question: the score that is read, with its interval, and the others."""
    key, measure = question.column, question.about
    yield Column(
        key,
        f"{question.knowledge}: {measure.head}" + (" (forest)" if question.is_second else ""),
        question.knowledge + (" (forest)" if question.is_second else ""),
        kind="metric",
        digits=measure.digits,
        better="higher" if measure.is_ranked else "",
        explained=measure.title,
        secondary=not measure.is_ranked,
        table=measure.name,
        value=_of(question, lambda answer: answer.value),
        show=_shown(question),
    )
    for end in ("low", "high"):
        yield csv_column(f"{key}_{end}", "number", _end(question, end))
    for score in measure.scores[1:]:
        yield csv_column(f"{key}_{score}", "number", _of(question, _mean(score)))
        if score in measure.with_interval:
            for end in ("low", "high"):
                yield csv_column(f"{key}_{score}_{end}", "number", _end(question, end, score))
    for end in ("low", "high"):
        yield csv_column(f"{key}_above_graph_{end}", "number", _above(question, end))


def _of(question: Question, read: Callable[[Answer], float | None]) -> Callable[[Entry], float | None]:
    return lambda entry: read(entry.answers[question]) if question in entry.answers else None


def _mean(score: str) -> Callable[[Answer], float | None]:
    return lambda answer: answer.mean(score)


def _end(question: Question, end: str, score: str = "") -> Callable[[Entry], float | None]:
    def read(answer: Answer) -> float | None:
        interval = answer.ends_of(score) if score else answer.interval
        return None if interval is None else float(getattr(interval, end))

    return _of(question, read)


def _above(question: Question, end: str) -> Callable[[Entry], float | None]:
    def read(entry: Entry) -> float | None:
        interval = entry.above_graph.get(question)
        return None if interval is None else float(getattr(interval, end))

    return read


def _shown(question: Question) -> Callable[[Line, Format], Cell]:
    """Return what makes the cell of a question: a number with its sign, and in the page what stands below."""
    key, digits = question.column, question.about.digits

    def show(line: Line, form: Format) -> Cell:
        value = number_or_none(line[key])
        if value is None:
            return Cell(MISSING, reason=str(line["reason"]))
        low = line[f"{key}_above_graph_low"]
        text = number(value, digits) + (ABOVE if number_or_none(low) is not None and low > 0 else "")
        interval, *others = _beside(line, question)
        beside = [*([] if interval == MISSING else [interval]), *others]
        if form == "html":
            return Cell(text, value, lines=tuple(beside))
        told = beside if form == "md" else others
        return Cell(f"{text} ({', '.join(told)})" if told else text, value)

    return show


def _beside(line: Mapping[Any, Any], question: Question) -> list[str]:
    """Return what stands beside a number: its interval, and what chance or the null is."""
    key, other = question.column, question.about.beside
    found = [interval_text(line, key, question.about.digits)]
    if other is not None:
        found.append(other.text(number(number_or_none(line[f"{key}_{other.score}"]), other.digits)))
    return found
