"""What the README shows of leaderboards: one table and what the tests say, so that no sentence is by hand."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.render.markdown import escape
from geneboard.benchmark.report.table import Line
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS, MIXING, STRUCTURE
from geneboard.benchmark.tasks.embedding.board.section import board_section
from geneboard.benchmark.tasks.embedding.board.words import winner_sentence

MARKERS = "<!-- leaderboards: made by benchmark/tasks/embedding/readme.py -->", "<!-- end of leaderboards -->"
"""Around the fragment in the README; a test holds what is between them."""

_SHOWN = (
    "title",
    "joint_score",
    "joint_score_datasets",
    "rank",
    "tie_group",
    STRUCTURE,
    MIXING,
    *METRICS,
    "average_score",
    "published_score",
    "seeds",
)


def readme_fragment(boards: Sequence[Board]) -> str:
    """Return the rows of some leaderboards as one Markdown table, and their verdicts as a list.

    Parameters
    ----------
    boards
        Of one source and preset, all ranked by the joint score.
    """
    lines: list[str] = []
    for board in boards:
        columns = [
            column for column in board_section(board).tables[0].columns_in("md") if column.key in _SHOWN
        ]
        if not lines:
            heads = ["tissue", *(column.head_in("md") for column in columns)]
            lines += [
                _row(heads),
                _row(["---" if head in ("tissue", "method") else "---:" for head in heads]),
            ]
        for line in board.lines:
            cells = [escape(column.cell(line, "md").text or MISSING) for column in columns]
            lines.append(_row([board.group.tissue, _title(line, cells[0]), *cells[1:]]))
    verdicts = [f"- {board.group.tissue}: {winner_sentence(board)}" for board in boards]
    tests = [
        f"- {sentence}"
        for across in across_tissues(boards)
        for sentence in across.sentences
        if sentence.startswith(("Friedman", "Nemenyi", "Too few"))
    ]
    return "\n".join([*lines, "", *verdicts, *tests])


def _title(line: Line, title: str) -> str:
    return f"*{title}* ({line['kind']})" if line["kind"] in ("baseline", "control") else title


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
