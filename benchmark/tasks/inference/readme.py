"""What the README shows of the L1000 task: one table and the verdicts of its tests."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.render.markdown import escape, row_line
from geneboard.benchmark.tasks.inference.board.columns import LEAD
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard
from geneboard.benchmark.tasks.inference.board.verdicts import verdicts
from geneboard.benchmark.tasks.inference.board.words import winner_sentence
from geneboard.benchmark.tasks.inference.chapter import board_section

MARKERS = "<!-- inference: made by .ci/readme -->", "<!-- end of inference -->"
"""Around the fragment in the README; a test holds what is between them."""

_SHOWN = ("title", LEAD, "PCC_within", "MAE", "R95", "rank_correlation", "seeds")
_TOLD = "gnn_tuned"
"""The row whose tests against the linear baseline are told."""


def readme_fragment(boards: Sequence[InferenceBoard]) -> str:
    """Return the rows of some leaderboards as one Markdown table, and what their tests say as a list.

    Parameters
    ----------
    boards
        Of any problems; each row says how many landmarks of which set it was given.
    """
    lines: list[str] = []
    sentences: list[str] = []
    for board in boards:
        table = board_section(board).tables[0]
        columns = [
            column
            for column in table.columns_in("md")
            if column.key in _SHOWN and (column.kind != "interval" or column.key == LEAD)
        ]
        if not lines:
            lines.append(row_line(["data", *(column.head_in("md") for column in columns)]))
            lines.append(row_line(["---" if n < 2 else "---:" for n in range(len(columns) + 1)]))
        name = _name(board)
        for part in table.parts_in("md"):
            for line in part.lines:
                cells = [escape(column.cell(line, "md").text or MISSING) for column in columns]
                title = f"*{cells[0]}* (control)" if part.is_control else cells[0]
                lines.append(row_line([name, title, *cells[1:]]))
        told = verdicts(board.tests)
        sentences.append(f"- {name}: {escape(winner_sentence(board))}")
        sentences += [f"  - {escape(told[_TOLD])}"] if _TOLD in told else []
    return "\n".join([*lines, "", *sentences])


def _name(board: InferenceBoard) -> str:
    data = board.group.source.partition(":")[2] or board.group.source
    problem = board.problem
    return escape(f"{data}, {problem['landmarks']} landmarks ({problem['selection']})")
