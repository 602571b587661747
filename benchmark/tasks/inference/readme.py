"""What the README shows of the L1000 task: the top of its tables in one, and who leads them."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.render.markdown import escape, list_item, row_line
from geneboard.benchmark.tasks.inference.board.columns import LEAD
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard
from geneboard.benchmark.tasks.inference.board.words import winner_sentence
from geneboard.benchmark.tasks.inference.chapter import board_section

MARKERS = "<!-- inference: made by .ci/readme -->", "<!-- end of inference -->"
"""Around the fragment in the README; a test holds what is between them."""

_COLUMNS = ("title", LEAD, "PCC_within", "MAE", "rank_correlation")

SHOWN = 2
"""Models of a leaderboard with all landmarks, the best first, beside the control that knows the organ.

Where landmarks were chosen, the README shows only the best. Rows with settings of their own stand in the
leaderboards.
"""

CONTROL = "organ_mean"


def readme_fragment(boards: Sequence[InferenceBoard]) -> str:
    """Return the top of some leaderboards as one Markdown table, and who leads them as a list.

    Parameters
    ----------
    boards
        Of any problems; each row says how many landmarks of which set it was given.
    """
    lines: list[str] = []
    for board in boards:
        table = board_section(board).tables[0]
        columns = [
            column
            for column in table.columns_in("md")
            if column.key in _COLUMNS and column.kind != "interval"
        ]
        if not lines:
            lines.append(row_line(["data", *(column.head_in("md") for column in columns)]))
            lines.append(row_line(["---" if n < 2 else "---:" for n in range(len(columns) + 1)]))
        has_all = board.problem["selection"] == "all"
        for part in table.parts_in("md"):
            if part.is_control:
                shown = [line for line in part.lines if line["method"] == CONTROL and has_all]
            else:
                presets = [line for line in part.lines if "[" not in line["method"]]
                shown = presets[: SHOWN if has_all else 1]
            for line in shown:
                cells = [escape(column.cell(line, "md").text or MISSING) for column in columns]
                title = f"*{cells[0]}* (control)" if part.is_control else cells[0]
                lines.append(row_line([escape(_name(board)), title, *cells[1:]]))
    verdicts = [list_item(f"{_name(board)}: {winner_sentence(board)}") for board in boards]
    return "\n".join([*verdicts, "", *lines])


def _name(board: InferenceBoard) -> str:
    data = board.group.source.partition(":")[2] or board.group.source
    problem = board.problem
    return f"{data}, {problem['landmarks']} landmarks ({problem['selection']})"
