"""What the report shows of biology."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import board_of
from geneboard.benchmark.report.long_table import ScoreLine, score_lines
from geneboard.benchmark.report.section import Chapter, Definition, Glossary, Section
from geneboard.benchmark.report.wording import extent
from geneboard.benchmark.tasks.biology.agreement.agreement import Agreement, agreements
from geneboard.benchmark.tasks.biology.agreement.section import agreement_section
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard, biology_boards
from geneboard.benchmark.tasks.biology.board.section import TITLE, board_section
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.biology.figures.board import board_figures
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.benchmark.tasks.embedding.board.board import leaderboards

LEAD = (
    "Biology: embeddings are asked about gene sets and labels that no method was trained on. A number means "
    "something beside its null (genes of like expression and degree), beside the graph that the methods were "
    "trained on, and beside controls."
)


def chapter(records: Iterable[Record], embeddings: Iterable[Record] = ()) -> Chapter:
    """Return what records give of this task.

    Parameters
    ----------
    records
        Cell records of this task, in any order.
    embeddings
        Those of the task of embeddings, to compare the order of methods.
    """
    boards = biology_boards(records)
    return Chapter(
        title=TITLE,
        sections=_sections(boards, embeddings),
        lead=(LEAD, _run_sentence(boards)),
        glossaries=(_glossary(),),
        scores=_lines(boards),
    )


def _sections(boards: Sequence[BiologyBoard], embeddings: Iterable[Record]) -> list[Section]:
    """Return a section for each board, and behind those of a source and preset the agreement of orders."""
    found = {(one.source, one.preset): one for one in _agreements(boards, embeddings)}
    sections: list[Section] = []
    for run, members in groupby(boards, lambda board: (board.group.source, board.group.preset)):
        sections += [replace(board_section(board), figures=board_figures(board)) for board in members]
        sections += [agreement_section(found[run])] if run in found else []
    return sections


def _agreements(boards: Sequence[BiologyBoard], embeddings: Iterable[Record]) -> list[Agreement]:
    asked = {board_of(record)[:3] for board in boards for record in board.group.records}
    return agreements(boards, leaderboards(record for record in embeddings if board_of(record)[:3] in asked))


def agreement_sentences(records: Iterable[Record], embeddings: Iterable[Record]) -> list[str]:
    """Return how far the order of methods by what they know is that by the scores of their embeddings.

    Parameters
    ----------
    records, embeddings
        As for `chapter`.
    """
    found = _agreements(biology_boards(records), embeddings)
    return [agreement_section(agreement).verdict for agreement in found]


def _run_sentence(boards: Sequence[BiologyBoard]) -> str:
    cells = [record for board in boards for record in board.group.records]
    return f"{extent(len(boards), cells)} A cell is one embedding with one question."


def _lines(boards: Sequence[BiologyBoard]) -> list[ScoreLine]:
    """Return the lines of results.csv; the metric is called after the question too."""
    found: list[ScoreLine] = []
    for board in boards:
        asked = {
            record["key"]: Question.of(record)
            for record in (*board.group.records, *(left.record for left in board.group.left_out))
        }
        found += [
            line._replace(metric=f"{asked[line.key].column} {line.metric}")
            for line in score_lines([board.group], ())
        ]
    return found


def _glossary() -> Glossary:
    return Glossary(
        title="What the questions about genes mean",
        anchor="biology-questions",
        text="A gene set has 5 to 300 of the genes of a tissue, labels at least 20 genes of each class.",
        definitions=[
            Definition(measure.title, text=measure.text, details={"Cannot tell": measure.cannot_tell})
            for measure in MEASURES.values()
        ],
    )
