"""What the records of a row tell beside its scores: a tree, genes, regulators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.biology.board.words import methods_of
from geneboard.benchmark.tasks.biology.questions import Question


@dataclass(frozen=True, eq=False)
class ToldAnswer:
    """What a method tells to a question.

    Attributes
    ----------
    entry
        Its row.
    question
        What was asked.
    answer
        That of its first seed.
    """

    entry: Entry
    question: Question
    answer: Mapping[str, Any]


def answers_of(entry: Entry, question: Question, fact: str) -> list[Mapping[str, Any]]:
    """Return the answers of a row's seeds that have a fact."""
    answer = entry.answers.get(question)
    records = [] if answer is None else answer.row.scored
    return [record["answer"] for record in records if fact in record["answer"]]


def told_answers(board: BiologyBoard, measure: str, fact: str) -> Iterator[list[ToldAnswer]]:
    """Return for each question of a measure what methods tell that have a fact, in the order of the board."""
    for question in board.questions:
        if question.measure == measure:
            found = [
                ToldAnswer(entry, question, answers[0])
                for entry in methods_of(board)
                if (answers := answers_of(entry, question, fact))
            ]
            if found:
                yield found
