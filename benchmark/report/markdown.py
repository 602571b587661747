"""A leaderboard as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.report.markdown_text import escape, table
from geneboard.benchmark.report.wording import (
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
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.extra import shown_extra
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS


def render_markdown(board: Board) -> str:
    """Return leaderboard.md of a group."""
    group, frame = board.group, board.frame
    genes = f", genes of {escape(group.covered_by)}" if group.covered_by else ""
    lines = [f"# Leaderboard: {escape(group.tissue)}{genes}", ""]
    if is_synthetic(group):
        lines += ["> [!WARNING]", f"> **{SYNTHETIC}**", ""]
    lines += [f"- {label}: {escape(value)}" for label, value in facts(group).items()]
    lines += ["", f"**{NOT_COMPARABLE}**", ""]
    is_control = frame["kind"] == "control"
    for title, part in (("Methods", frame.loc[~is_control]), ("Controls", frame.loc[is_control])):
        if len(part):
            lines += [f"## {title}", "", *_table(part, board), ""]
    lines += ["## Notes", ""]
    lines += [f"- **{escape(title)}**: {escape(note)}" for title, note in notes(board)]
    lines += [f"- {escape(sentence)}" for sentence in scale_sentences(frame)]
    lines += [f"- {rank_sentence()}", *(f"- {sentence}" for sentence in interval_sentences(frame))]
    lines += [f"- {escape(sentence)}" for sentence in board.comparison.sentences]
    if frame["published_score"].notna().any():
        lines.append(f"- Published score: average score of arXiv 2310.02275 ({PUBLISHED_LABEL}).")
    lines += [f"- {escape(sentence)}" for column in board.foreign for sentence in column.sentences]
    if is_control.any():
        lines.append(f"- {CONTROLS}")
    lines.append("- Time is the mean over cells, memory the highest peak of them.")
    return "\n".join(lines) + "\n"


def _table(part: pd.DataFrame, board: Board) -> list[str]:
    """Return the lines of one table; which columns there are is decided by the whole leaderboard."""
    frame = board.frame
    extra = shown_extra(frame)
    foreign = [column.table.column for column in board.foreign]
    header = ["method", *METRICS, "average score", "ties", "over seeds", "over datasets", "average rank"]
    header += [f"published score ({PUBLISHED_LABEL})", *map(escape, foreign), *extra]
    header += ["seeds", "time (s)", "memory (MB)", "status"]
    return table(header, [_cells(row, foreign, extra) for row in part.to_dict("records")], texts=(0, -1))


def _cells(row: dict[Any, Any], foreign: Sequence[str], extra: Sequence[str]) -> list[str]:
    return [
        escape(row["title"]),
        *(metric_cell(row, metric) for metric in METRICS),
        number(row["average_score"], 3),
        row["tie_group"] or MISSING,
        interval_cell(row, "average_score", 3),
        interval_cell(row, "average_score_datasets", 3),
        number(row["average_rank"], 2),
        number(row["published_score"], 2),
        *(number(row[column], 2) for column in foreign),
        *(metric_cell(row, metric) for metric in extra),
        str(row["seeds"]),
        number(row["wall_seconds"], 1),
        number(row["peak_mb"], 0),
        escape(row["status"]),
    ]
