"""A leaderboard as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from benchmark.report.boards import Board
from benchmark.report.columns import EXTRA_METRICS, METRICS
from benchmark.report.wording import (
    CONTROLS,
    MISSING,
    NOT_COMPARABLE,
    PUBLISHED_LABEL,
    SYNTHETIC,
    facts,
    interval_cell,
    interval_sentences,
    is_synthetic,
    metric_cell,
    notes,
    number,
    rank_sentence,
    scale_sentences,
)


def render_markdown(board: Board) -> str:
    """Return leaderboard.md of a group."""
    group, frame = board.group, board.frame
    genes = f", genes of {_escape(group.covered_by)}" if group.covered_by else ""
    lines = [f"# Leaderboard: {_escape(group.tissue)}{genes}", ""]
    if is_synthetic(group):
        lines += ["> [!WARNING]", f"> **{SYNTHETIC}**", ""]
    lines += [f"- {label}: {_escape(value)}" for label, value in facts(group).items()]
    lines += ["", f"**{NOT_COMPARABLE}**", ""]
    is_control = frame["kind"] == "control"
    for title, part in (("Methods", frame.loc[~is_control]), ("Controls", frame.loc[is_control])):
        if len(part):
            lines += [f"## {title}", "", *_table(part, frame), ""]
    lines += ["## Notes", ""]
    lines += [f"- **{_escape(title)}**: {_escape(note)}" for title, note in notes(frame)]
    lines += [f"- {_escape(sentence)}" for sentence in scale_sentences(frame)]
    lines += [f"- {rank_sentence()}", *(f"- {sentence}" for sentence in interval_sentences(frame))]
    lines += [f"- {_escape(sentence)}" for sentence in board.comparison.sentences]
    if frame["published_score"].notna().any():
        lines.append(f"- Published score: average score of arXiv 2310.02275 ({PUBLISHED_LABEL}).")
    if is_control.any():
        lines.append(f"- {CONTROLS}")
    lines.append("- Time is the mean over cells, memory the highest peak of them.")
    return "\n".join(lines) + "\n"


def _table(part: pd.DataFrame, frame: pd.DataFrame) -> list[str]:
    """Return the lines of one table; which columns there are is decided by the whole leaderboard."""
    extra = [metric for metric in EXTRA_METRICS if frame[metric].notna().any()]
    header = ["method", *METRICS, "average score", "ties", "over seeds", "over datasets"]
    header += [
        "average rank",
        f"published score ({PUBLISHED_LABEL})",
        *extra,
        "seeds",
        "time (s)",
        "memory (MB)",
        "status",
    ]
    align = ["---", *["---:"] * (len(header) - 2), "---"]
    return [_row(header), _row(align), *(_row(_cells(row, extra)) for row in part.to_dict("records"))]


def _cells(row: dict[Any, Any], extra: Sequence[str]) -> list[str]:
    return [
        _escape(row["title"]),
        *(metric_cell(row, metric) for metric in METRICS),
        number(row["average_score"], 3),
        row["tie_group"] or MISSING,
        interval_cell(row, "average_score", 3),
        interval_cell(row, "average_score_datasets", 3),
        number(row["average_rank"], 2),
        number(row["published_score"], 2),
        *(number(row[metric], 3) for metric in extra),
        str(row["seeds"]),
        number(row["wall_seconds"], 1),
        number(row["peak_mb"], 0),
        _escape(row["status"]),
    ]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _escape(text: str) -> str:
    """Keep text of others (names, error messages) from being read as Markdown."""
    for sign in "\\`*<|":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.replace("](", "]\\(").split())
