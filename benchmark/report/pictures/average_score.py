"""The average score of every method of a tissue with its intervals."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from geneboard.benchmark.report.pictures.style import (
    CAPTION_LINE,
    GREY,
    KIND_COLOURS,
    KIND_MARKERS,
    caption,
    new_figure,
    number_label,
    picture_style,
    place,
    row_positions,
    short,
    tissue_title,
    wrapped,
)
from geneboard.benchmark.report.wording import PUBLISHED_LABEL
from geneboard.benchmark.tasks.embedding.board.board import Board

WIDTH = 7.0
NAME_WIDTH = 2.35
ROW = 0.25


def draw(board: Board) -> Figure:
    """Return the average scores of a leaderboard, the best on top.

    A thick bar is the interval over seeds, a thin line that over datasets, an open diamond the published
    score, the letters at the right the tie groups. Rows without a score say what became of them.
    """
    frame = board.frame
    rows = frame.to_dict("records")
    heights = row_positions(frame)
    letters = board.comparison.letters
    notes = _notes(frame, bool(letters))
    with picture_style():
        tall = heights[-1] + 1
        below = 0.68 + CAPTION_LINE * len(notes)
        height = 0.7 + ROW * tall + below
        figure = new_figure(WIDTH, height, tissue_title(board.group, "average score"), board.group, 0.12)
        axes = figure.add_axes(place(figure, NAME_WIDTH, below, 0.75, 0.7))
        axes.set_ylim(tall - 0.5, -0.5)
        axes.set_yticks(heights, [short(row["title"], 30) for row in rows])
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter(number_label)
        axes.set_xlabel("average score (higher is better)")
        axes.set_xlim(_limits(frame))
        axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
        axes.set_axisbelow(True)
        for row, y in zip(rows, heights, strict=True):
            _draw_row(axes, row, y)
            _at_right(axes, y, letters.get(row["method"], ""))
        if letters:
            axes.text(1.03, 1.0, "tie group", transform=axes.transAxes, fontsize=7, color=GREY, va="bottom")
        _legend(figure, frame, height, notes)
        caption(figure, notes)
    return figure


def _draw_row(axes: Any, row: dict[Any, Any], y: float) -> None:
    score = row["average_score"]
    if pd.isna(score):
        text = row["status"] if not row["seeds"] else "no average score"
        axes.text(
            0.02, y, text, transform=axes.get_yaxis_transform(), va="center", style="italic", color=GREY
        )
        return
    colour = KIND_COLOURS[row["kind"]]
    for ends, width in (("average_score_datasets", 1.0), ("average_score", 4.5)):
        low, high = row[f"{ends}_low"], row[f"{ends}_high"]
        if pd.notna(low):
            alpha = 0.45 if width > 2 else 1.0
            axes.plot(
                [low, high],
                [y, y],
                color=colour,
                linewidth=width,
                alpha=alpha,
                solid_capstyle="butt",
                gid=ends,
            )
    axes.plot([score], [y], KIND_MARKERS[row["kind"]], color=colour, markersize=5, markeredgecolor="white",
              markeredgewidth=0.5, gid="score")  # fmt: skip
    if pd.notna(row["published_score"]):
        axes.plot([row["published_score"]], [y], "D", color="black", markerfacecolor="none", markersize=5,
                  gid="published")  # fmt: skip


def _at_right(axes: Any, y: float, letters: str) -> None:
    if letters:
        axes.text(
            1.03, y, short(letters, 9), transform=axes.get_yaxis_transform(), va="center", family="monospace"
        )


def _limits(frame: pd.DataFrame) -> tuple[float, float]:
    columns = ["average_score", "published_score", "average_score_low", "average_score_high"]
    columns += ["average_score_datasets_low", "average_score_datasets_high"]
    values = frame[columns].to_numpy(float)
    low, high = min(0.0, pd.Series(values.ravel()).min()), max(1.0, pd.Series(values.ravel()).max())
    rim = 0.03 * (high - low)
    return low - rim, high + rim


def _legend(figure: Figure, frame: pd.DataFrame, height: float, notes: list[str]) -> None:
    handles = [
        Line2D([], [], color=KIND_COLOURS[kind], marker=KIND_MARKERS[kind], linestyle="none", label=kind)
        for kind in KIND_COLOURS
        if (frame["kind"] == kind).any()
    ]
    if frame["average_score_low"].notna().any():
        handles.append(Line2D([], [], color=GREY, linewidth=4.5, alpha=0.45, label="over seeds"))
    if frame["average_score_datasets_low"].notna().any():
        handles.append(Line2D([], [], color=GREY, linewidth=1.0, label="over datasets"))
    if frame["published_score"].notna().any():
        handles.append(
            Line2D(
                [],
                [],
                color="black",
                marker="D",
                markerfacecolor="none",
                linestyle="none",
                label="published score",
            )
        )
    bottom = (0.04 + CAPTION_LINE * len(notes)) / height
    figure.legend(
        handles=handles, loc="lower center", bbox_to_anchor=(0.5, bottom), ncols=len(handles),
        handlelength=1.3, columnspacing=1.1, handletextpad=0.5, borderaxespad=0.2,
    )  # fmt: skip


def _notes(frame: pd.DataFrame, letters: bool) -> list[str]:
    notes = []
    if letters:
        notes += wrapped("Methods that share a letter are not told apart (see the table).", WIDTH)
    if frame["published_score"].notna().any():
        notes += wrapped(f"Published score: arXiv 2310.02275 ({PUBLISHED_LABEL}).", WIDTH)
    if (frame["kind"] == "control").any():
        notes += wrapped("Controls have no interval over datasets.", WIDTH)
    return notes
