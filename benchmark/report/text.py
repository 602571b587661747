"""A leaderboard as plain text for the terminal."""

from __future__ import annotations

from typing import Any

import pandas as pd

from geneboard.benchmark.report.plain_text import WIDTH, aligned, aligned_table, wrap
from geneboard.benchmark.report.wording import (
    MISSING,
    NOT_COMPARABLE,
    PUBLISHED_LABEL,
    SYNTHETIC,
    covered_sentence,
    holdout_sentence,
    interval_cell,
    interval_sentences,
    is_holdout,
    is_synthetic,
    left_out_sentence,
    metric_cell,
    notes,
    number,
    scale_sentences,
)
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS

_HEADER = (
    "method",
    *METRICS,
    "score",
    "ties",
    "over seeds",
    "over data",
    "rank",
    "publ.",
    "seeds",
    "s",
    "MB",
)


def render_text(board: Board) -> str:
    """Return a leaderboard as aligned text of at most 120 columns, without a line break at its end."""
    group, frame = board.group, board.frame
    genes = f", genes: {covered_sentence(group)}" if group.covered_by else ""
    lines = wrap(
        f"{group.tissue}: source {group.source}, preset {group.preset}, {len(group.datasets)} datasets, "
        f"data {group.data_hash}, {len(group.records)} records, {left_out_sentence(group)}{genes}"
    )
    if is_synthetic(group):
        lines += wrap(SYNTHETIC)
    lines += ["", *_table(frame), ""]
    if is_holdout(group):
        lines += [*wrap(holdout_sentence(group)), "", *_heldout_table(frame), ""]
    for title, note in notes(board):
        lines += wrap(f"{title}: {note}")
    for sentence in (*scale_sentences(frame), *interval_sentences(frame), *board.comparison.sentences):
        lines += wrap(sentence)
    if frame["published_score"].notna().any():
        lines += wrap(f"publ.: average score of arXiv 2310.02275 ({PUBLISHED_LABEL}).")
    return "\n".join([*lines, NOT_COMPARABLE])


def _table(frame: pd.DataFrame) -> list[str]:
    rows = frame.to_dict("records")
    n_methods = sum(row["kind"] != "control" for row in rows)
    return aligned_table(_HEADER, [_cells(row) for row in rows], n_methods)


def _heldout_table(frame: pd.DataFrame) -> list[str]:
    """Return AUC and NO of every row beside the same on the graphs of unseen cells."""
    columns = [column for name in ("AUC", "NO") for column in (name, f"{name}_heldout")]
    table = [["method", *columns]]
    table += [
        [row["title"], *(metric_cell(row, name) for name in columns)] for row in frame.to_dict("records")
    ]
    widths = [max(len(line[column]) for line in table) + 2 for column in range(len(table[0]))]
    widths[0] = min(widths[0], WIDTH - sum(widths[1:]))
    return ["".join(aligned(line, widths)).rstrip() for line in table]


def _cells(row: dict[Any, Any]) -> list[str]:
    return [
        row["title"] if row["status"] == "ok" or row["seeds"] else f"{row['title']} ({row['status']})",
        *(metric_cell(row, metric) for metric in METRICS),
        number(row["average_score"], 3),
        row["tie_group"] or MISSING,
        interval_cell(row, "average_score", 2),
        interval_cell(row, "average_score_datasets", 2),
        number(row["average_rank"], 2),
        number(row["published_score"], 2),
        str(row["seeds"]) + (f"/{row['seeds'] + row['seeds_failed']}" if row["seeds_failed"] else ""),
        number(row["wall_seconds"], 1),
        number(row["peak_mb"], 0),
    ]
