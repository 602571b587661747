"""A leaderboard of the L1000 task as plain text for the terminal."""

from __future__ import annotations

from typing import Any

from geneboard.benchmark.report.inference.board import InferenceBoard
from geneboard.benchmark.report.inference.columns import DIGITS, METRICS
from geneboard.benchmark.report.inference.wording import (
    NOT_COMPARABLE,
    inference_notes,
    inputs_text,
    sentences,
    targets_text,
    warning,
)
from geneboard.benchmark.report.plain_text import aligned_table, wrap
from geneboard.benchmark.report.wording import interval_cell, left_out_sentence, metric_cell, number

_SHORT = {"rank_correlation": "rank corr."}


def render_inference_text(board: InferenceBoard) -> str:
    """Return a leaderboard as aligned text of at most 120 columns, without a line break at its end."""
    group, rows = board.group, board.frame.to_dict("records")
    lines = wrap(
        f"{group.tissue}: source {group.source}, preset {group.preset}, data {group.data_hash}, "
        f"{len(group.records)} records, {left_out_sentence(group)}; input landmarks "
        f"{inputs_text(board.problem)}; targets {targets_text(board.problem)}"
    )
    if warning(group.source):
        lines += wrap(warning(group.source))
    header = ["method", *(_SHORT.get(metric, metric) for metric in METRICS)]
    header += ["PCC over seeds", "seeds", "s", "MB"]
    n_methods = sum(row["kind"] != "control" for row in rows)
    lines += ["", *aligned_table(header, [_cells(row) for row in rows], n_methods), ""]
    for title, note in inference_notes(board):
        lines += wrap(f"{title}: {note}")
    for sentence in sentences(board):
        lines += wrap(sentence)
    return "\n".join([*lines, *wrap(NOT_COMPARABLE)])


def _cells(row: dict[Any, Any]) -> list[str]:
    return [
        row["title"] if row["seeds"] else f"{row['title']} ({row['status']})",
        *(metric_cell(row, metric, DIGITS) for metric in METRICS),
        interval_cell(row, METRICS[0], 2),
        str(row["seeds"]) + (f"/{row['seeds'] + row['seeds_failed']}" if row["seeds_failed"] else ""),
        number(row["wall_seconds"], 1),
        number(row["peak_mb"], 0),
    ]
