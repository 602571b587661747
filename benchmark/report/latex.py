"""A leaderboard as a LaTeX table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from geneboard.benchmark.report.best import column_marks
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.latex_text import body, escape, figure, interval, marked, table
from geneboard.benchmark.report.wording import (
    CONTROLS,
    NOT_COMPARABLE,
    PUBLISHED_LABEL,
    SYNTHETIC,
    holdout_sentence,
    interval_cell,
    interval_sentences,
    is_holdout,
    is_synthetic,
    metric_cell,
    notes,
    number,
    rank_sentence,
    scale_sentences,
)
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.extra import shown_extra
from geneboard.benchmark.tasks.embedding.board.metrics import EXTRA_METRICS, METRICS

DIGITS = {**dict.fromkeys((*METRICS, *EXTRA_METRICS), 3), "average_score": 3, "average_rank": 2}
"""Columns in which the best and the second best are marked, and their digits after the point."""

DAGGER = r"$^\dagger$"


def render_latex(board: Board) -> str:
    r"""Return leaderboard.tex: a table environment that needs the package booktabs.

    In every column of `DIGITS` the best of the methods is bold and the second best underlined, as far as the
    digits shown tell them apart. Controls stand below, in italics.
    """
    columns = _columns(board)
    header = [head for head, _ in columns]
    lines = list(zip(*(cells for _, cells in columns), strict=True))
    return table(
        caption=_caption(board.group),
        label="tab:" + "-".join(board.group.folder.parts),
        columns="l" + "r" * (len(columns) - 1),
        lines=body(header, lines, list(board.frame["kind"] == "control")),
        notes=[*map(escape, _notes(board)), *(DAGGER + escape(note) for note in _foreign_notes(board))],
    )


def _columns(board: Board) -> list[tuple[str, list[str]]]:
    """Return the header and the cells of every column, all as LaTeX source."""
    frame = board.frame
    lines = frame.to_dict("records")
    columns = [("Method", [escape(_title(line)) for line in lines])]
    columns += [(metric, _marked(frame, metric)) for metric in METRICS]
    columns += [
        ("Score", _marked(frame, "average_score")),
        ("Ties", [escape(line["tie_group"]) for line in lines]),
        ("Over seeds", [interval(interval_cell(line, "average_score", 2)) for line in lines]),
        ("Over data", [interval(interval_cell(line, "average_score_datasets", 2)) for line in lines]),
        ("Rank", _marked(frame, "average_rank")),
    ]
    others = [(column.table.label, column.table.column) for column in board.foreign]
    if frame["published_score"].notna().any():
        others.insert(0, ("Publ.", "published_score"))
    columns += [
        (escape(label) + DAGGER, [figure(number(line[column], 2)) for line in lines])
        for label, column in others
    ]
    columns += [(escape(metric), _marked(frame, metric)) for metric in shown_extra(frame)]
    return [
        *columns,
        ("Seeds", [str(line["seeds"]) for line in lines]),
        ("s", [figure(number(line["wall_seconds"], 1)) for line in lines]),
        ("MB", [figure(number(line["peak_mb"], 0)) for line in lines]),
    ]


def _title(line: Mapping[Any, Any]) -> str:
    return str(line["title"]) if line["seeds"] else f"{line['title']} ({line['status']})"


def _marked(frame: pd.DataFrame, column: str) -> list[str]:
    """Return the cells of a column, the best and the second best of the methods marked."""
    digits = DIGITS[column]
    marks = column_marks(
        frame, column, digits, "lower is better" if column == "average_rank" else "higher is better"
    )
    is_metric = column in (*METRICS, *EXTRA_METRICS)
    texts = [
        metric_cell(line, column, digits) if is_metric else number(line[column], digits)
        for line in frame.to_dict("records")
    ]
    return marked(texts, marks)


def _caption(group: Group) -> str:
    seeds = ", ".join(map(str, group.seeds))
    genes = f", only the genes of {group.covered_by}" if group.covered_by else ""
    heldout = f" {holdout_sentence(group)}" if is_holdout(group) else ""
    warning = rf" \textbf{{{escape(SYNTHETIC)}}}" if is_synthetic(group) else ""
    return (
        escape(
            f"Leaderboard of {group.tissue}{genes}: source {group.source}, preset {group.preset}, "
            f"seeds {seeds}, {len(group.datasets)} datasets, data sha256 {group.data_hash}. The best method "
            f"of each column is bold, the second best underlined; controls are in italics. "
            f"{NOT_COMPARABLE}{heldout}"
        )
        + warning
    )


def _notes(board: Board) -> list[str]:
    frame = board.frame
    lines = [f"{', '.join(titles)}: {note}." for note, titles in _titles_by_note(board).items()]
    lines += [
        *scale_sentences(frame),
        rank_sentence(),
        *interval_sentences(frame),
        *board.comparison.sentences,
    ]
    lines.append(
        "s: mean over cells of the seconds that a cell took; MB: the highest peak of memory of them."
    )
    if (frame["kind"] == "control").any():
        lines.append(CONTROLS)
    return lines


def _foreign_notes(board: Board) -> list[str]:
    notes = []
    if board.frame["published_score"].notna().any():
        notes.append(f"Publ.: average score of arXiv 2310.02275 ({PUBLISHED_LABEL}).")
    for column in board.foreign:
        notes += [f"{column.table.column}.", *column.sentences]
    return notes


def _titles_by_note(board: Board) -> dict[str, list[str]]:
    """Return which rows lack what: rows that lack the same share a note."""
    titles: dict[str, list[str]] = defaultdict(list)
    for title, note in notes(board):
        titles[note].append(title)
    return titles
