"""From records to the leaderboards of what embeddings know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from geneboard.benchmark.records.record import Record, age
from geneboard.benchmark.report.groups import Group, LeftOut, board_of, data_digest, select_groups
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.report.table import make_frame
from geneboard.benchmark.tasks.biology.baselines import RAW_GRAPH, TITLES
from geneboard.benchmark.tasks.biology.board.answers import Answer
from geneboard.benchmark.tasks.biology.board.columns import Entry, columns_of
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.biology.questions import Question

FOLDER = "biology"
OLDER_KNOWLEDGE = "of another version of the gene sets or labels"
OTHER_DATA = "of other data than the newest"


@dataclass(frozen=True, eq=False)
class BiologyBoard:
    """What the embeddings of one tissue know.

    Attributes
    ----------
    group
        The records, and where they came from.
    questions
        In the order of the columns.
    entries
        The rows, in the order of the table.
    """

    group: Group
    questions: tuple[Question, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per method and baseline with the columns of `columns.columns_of`."""
        return make_frame(columns_of(self.questions), self.entries)


def biology_boards(records: Iterable[Record]) -> list[BiologyBoard]:
    """Return every leaderboard, ordered by source, preset and tissue.

    A board is of the newest data, and of each piece of knowledge it has the version that was asked last.

    Parameters
    ----------
    records
        Cell records of this task, in any order.
    """
    boards: dict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in records:
        boards[board_of(record)].append(record)
    return [_board(boards[key]) for key in sorted(boards)]


def _board(records: Sequence[Record]) -> BiologyBoard:
    left_out: list[LeftOut] = []
    data = data_digest(max(records, key=age))
    by_column: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if data_digest(record) == data:
            by_column[Question.of(record).column].append(record)
        else:
            left_out.append(LeftOut(record, OTHER_DATA))
    found: dict[Question, Group] = {}
    for members in by_column.values():
        question = Question.of(max(members, key=age))
        asked = [record for record in members if Question.of(record) == question]
        left_out += [
            LeftOut(record, OLDER_KNOWLEDGE) for record in members if Question.of(record) != question
        ]
        (found[question],) = select_groups(asked)
    questions = tuple(sorted(found, key=lambda question: question.place))
    first = found[questions[0]]
    group = Group(
        first.source,
        first.preset,
        first.tissue,
        first.folder / FOLDER,
        tuple(record for question in questions for record in found[question].records),
        (*left_out, *(left for question in questions for left in found[question].left_out)),
    )
    return BiologyBoard(group, questions, tuple(_entries(found, questions)))


def _entries(found: Mapping[Question, Group], questions: Sequence[Question]) -> list[Entry]:
    answers: dict[str, dict[Question, Answer]] = defaultdict(dict)
    for question in questions:
        for row in make_rows(found[question].records):
            answers[row.name][question] = Answer(question, row)
    graph = answers.get(RAW_GRAPH, {})
    shared = _shared(answers.values())
    entries = [Entry(own, {} if name in TITLES else graph, shared) for name, own in answers.items()]
    return sorted(entries, key=_place)


def _shared(rows: Collection[Mapping[Question, Answer]]) -> set[Question]:
    """Return for each measure the questions that all rows answer which answer any; all, if there are none.

    A mean over other libraries would be of another difficulty.
    """
    found: set[Question] = set()
    for measure in MEASURES:
        answered = [
            {one for one, answer in row.items() if _counts(one, measure) and answer.value is not None}
            for row in rows
        ]
        some = [own for own in answered if own]
        found |= set.intersection(*some) or set.union(*some) if some else set()
    return found


def _counts(question: Question, measure: str) -> bool:
    return question.measure == measure and not question.is_second


def _place(entry: Entry) -> tuple[bool, bool, float, str]:
    """Return the sort key of a row: methods first, who knows most first, rows without answers last."""
    lead = entry.lead
    return entry.kind == "control", lead is None, -(lead or 0.0), entry.name
