"""A leaderboard of the L1000 task as Markdown."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geneboard.benchmark.report.inference.board import InferenceBoard
from geneboard.benchmark.report.inference.columns import DIGITS, METRICS, RANK_DIGITS
from geneboard.benchmark.report.inference.wording import (
    CONTROLS,
    COST,
    NOT_COMPARABLE,
    heading,
    inference_facts,
    inference_notes,
    metric_sentences,
    other_sets,
    sentences,
    warning,
)
from geneboard.benchmark.report.markdown_text import escape, table
from geneboard.benchmark.report.wording import interval_cell, metric_cell, number

WITH_INTERVAL = METRICS[:3]
"""Scores whose intervals over seeds the table shows; leaderboard.csv has all."""


def render_inference_markdown(board: InferenceBoard) -> str:
    """Return leaderboard.md of a problem."""
    group, frame = board.group, board.frame
    lines = [f"# Inference from landmarks: {escape(group.tissue)}", ""]
    if warning(group.source):
        lines += ["> [!WARNING]", f"> **{warning(group.source)}**", ""]
    lines += [f"- {label}: {escape(value)}" for label, value in inference_facts(board).items()]
    lines += ["", f"**{NOT_COMPARABLE}**", ""]
    is_control = frame["kind"] == "control"
    for title, part in (("Methods", frame.loc[~is_control]), ("Controls", frame.loc[is_control])):
        if len(part):
            lines += [f"## {title}", "", *_table(part), ""]
    for ending in other_sets(frame):
        lines += [f"## {heading(ending, board)}", "", *_other_table(frame, ending), ""]
    lines += ["## Notes", ""]
    lines += [f"- **{escape(title)}**: {escape(note)}" for title, note in inference_notes(board)]
    lines += [f"- {escape(sentence)}" for sentence in sentences(board)]
    lines += [f"- {CONTROLS}"] if is_control.any() else []
    lines += [f"- {escape(sentence)}" for sentence in metric_sentences()]
    lines.append(f"- {COST}")
    return "\n".join(lines) + "\n"


def _table(part: pd.DataFrame) -> list[str]:
    header = ["method", *map(escape, METRICS), *(f"{escape(name)} over seeds" for name in WITH_INTERVAL)]
    header += ["rank", "seeds", "time (s)", "memory (MB)", "status"]
    return table(header, [_cells(row) for row in part.to_dict("records")], texts=(0, -1))


def _cells(row: dict[Any, Any]) -> list[str]:
    return [
        escape(row["title"]),
        *(metric_cell(row, metric, DIGITS) for metric in METRICS),
        *(interval_cell(row, metric, DIGITS) for metric in WITH_INTERVAL),
        number(row["rank"], RANK_DIGITS),
        str(row["seeds"]),
        number(row["wall_seconds"], 1),
        number(row["peak_mb"], 0),
        escape(row["status"]),
    ]


def _other_table(frame: pd.DataFrame, ending: str) -> list[str]:
    """Return the scores over another set of genes."""
    lines = [
        [escape(row["title"]), *(metric_cell(row, f"{metric}{ending}", DIGITS) for metric in METRICS)]
        for row in frame.to_dict("records")
    ]
    return table(["method", *map(escape, METRICS)], lines)
