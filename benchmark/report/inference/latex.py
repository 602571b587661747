"""A leaderboard of the L1000 task as a LaTeX table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from geneboard.benchmark.report.best import column_marks
from geneboard.benchmark.report.inference.board import InferenceBoard
from geneboard.benchmark.report.inference.columns import DIGITS, METRICS, RANK_DIGITS, direction
from geneboard.benchmark.report.inference.wording import (
    CONTROLS,
    NOT_COMPARABLE,
    inference_notes,
    inputs_text,
    metric_sentences,
    other_sets,
    sentences,
    targets_text,
    warning,
)
from geneboard.benchmark.report.latex_text import body, escape, figure, interval, marked, table
from geneboard.benchmark.report.wording import interval_cell, metric_cell, number

_LABELS = {"_best_inferred": "best inf.", "_landmarks": "landm."}
_SHORT = {"rank_correlation": "rank corr."}
_OF_OTHERS = METRICS[:3]
"""Scores that are shown of the sets of genes beside all targets."""


def render_inference_latex(board: InferenceBoard) -> str:
    """Return leaderboard.tex of a problem: a table environment that needs the package booktabs."""
    columns = _columns(board)
    header = [head for head, _ in columns]
    lines = list(zip(*(cells for _, cells in columns), strict=True))
    return table(
        caption=_caption(board),
        label="tab:" + "-".join(board.group.folder.parts),
        columns="l" + "r" * (len(columns) - 1),
        lines=body(header, lines, list(board.frame["kind"] == "control")),
        notes=list(map(escape, _notes(board))),
    )


def _columns(board: InferenceBoard) -> list[tuple[str, list[str]]]:
    """Return the head and the cells of every column, all as LaTeX source."""
    frame = board.frame
    lines = frame.to_dict("records")
    columns = [("Method", [escape(_title(line)) for line in lines])]
    columns += [(escape(_SHORT.get(name, name)), _marked(board, name)) for name in METRICS]
    columns.append(("PCC over seeds", [interval(interval_cell(line, METRICS[0], 2)) for line in lines]))
    columns += [
        (escape(f"{name}, {_LABELS[ending]}"), _marked(board, name + ending))
        for ending in other_sets(frame)
        for name in _OF_OTHERS
    ]
    ranks = column_marks(frame, "rank", RANK_DIGITS, "lower is better")
    columns.append(("Rank", marked([number(line["rank"], RANK_DIGITS) for line in lines], ranks)))
    return [
        *columns,
        ("Seeds", [str(line["seeds"]) for line in lines]),
        ("s", [figure(number(line["wall_seconds"], 1)) for line in lines]),
        ("MB", [figure(number(line["peak_mb"], 0)) for line in lines]),
    ]


def _title(line: Mapping[Any, Any]) -> str:
    return str(line["title"]) if line["seeds"] else f"{line['title']} ({line['status']})"


def _marked(board: InferenceBoard, score: str) -> list[str]:
    marks = column_marks(board.frame, score, DIGITS, direction(score))
    return marked([metric_cell(line, score, DIGITS) for line in board.frame.to_dict("records")], marks)


def _caption(board: InferenceBoard) -> str:
    group = board.group
    seeds = ", ".join(map(str, group.seeds))
    simulated = rf" \textbf{{{escape(warning(group.source))}}}" if warning(group.source) else ""
    return (
        escape(
            f"Inference from landmarks, {group.tissue}: source {group.source}, preset {group.preset}, seeds "
            f"{seeds}, data sha256 {group.data_hash}. Input landmarks: {inputs_text(board.problem)}. "
            f"Targets: {targets_text(board.problem)}. The best method of each column is bold, the second "
            f"best underlined; controls are in italics. {NOT_COMPARABLE}"
        )
        + simulated
    )


def _notes(board: InferenceBoard) -> list[str]:
    titles: dict[str, list[str]] = defaultdict(list)
    for title, note in inference_notes(board):
        titles[note].append(title)
    lines = [f"{', '.join(concerned)}: {note}." for note, concerned in titles.items()]
    lines += [*sentences(board), *metric_sentences()]
    lines.append(
        "s: mean over cells of the seconds that a cell took; MB: the highest peak of memory of them."
    )
    if (board.frame["kind"] == "control").any():
        lines.append(CONTROLS)
    return lines
