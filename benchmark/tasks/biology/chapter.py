"""What the report shows of biology."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.long_table import score_lines
from geneboard.benchmark.report.section import Chapter, Definition, Glossary
from geneboard.benchmark.report.wording import extent
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard, biology_boards
from geneboard.benchmark.tasks.biology.board.section import TITLE, board_section
from geneboard.benchmark.tasks.biology.figures import board_figures
from geneboard.benchmark.tasks.biology.questions import MEASURES, Question

LEAD = (
    "Biology: embeddings are asked about gene sets and labels that no method was trained on. A number means "
    "something beside its null (genes of like expression and degree), beside the graph that the methods were "
    "trained on, and beside controls."
)


def chapter(records: Iterable[Record]) -> Chapter:
    """Return what records of this task, in any order, give."""
    boards = biology_boards(records)
    return Chapter(
        title=TITLE,
        sections=[replace(board_section(board), figures=board_figures(board)) for board in boards],
        lead=(LEAD, _run_sentence(boards)),
        glossaries=(_glossary(),),
        scores=_lines(boards),
    )


def _run_sentence(boards: Sequence[BiologyBoard]) -> str:
    cells = [record for board in boards for record in board.group.records]
    return f"{extent(len(boards), cells)} A cell is one embedding with one question."


def _lines(boards: Sequence[BiologyBoard]) -> list[dict[str, Any]]:
    """Return the lines of results.csv; the metric is called after the question too."""
    found = []
    for board in boards:
        asked = {
            record["key"]: Question.of(record)
            for record in (*board.group.records, *(left.record for left in board.group.left_out))
        }
        for line in score_lines([board.group], ()):
            question = asked[line["key"]]
            found.append({**line, "metric": f"{question.column} {line['metric']}"})
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
