"""The leading scores of every method of a problem of the L1000 task, beside the linear baseline."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from geneboard.benchmark.report.inference.board import InferenceBoard
from geneboard.benchmark.report.inference.columns import direction
from geneboard.benchmark.report.inference.paired import BASELINE
from geneboard.benchmark.report.inference.wording import inputs_text, targets_text
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
from geneboard.benchmark.report.wording import UNDEFINED

METRICS = ("PCC", "PCC_within", "MAE")
WIDTH = 8.4
NAME_WIDTH = 2.2
GAP = 0.2
ROW = 0.25
RIM = 0.12
"""Space in inches at the right."""


def draw(board: InferenceBoard) -> Figure:
    """Return one panel for each of `METRICS`, methods from the best PCC down, controls apart below.

    A bar is the interval over seeds, a dashed line the baseline. Rows without a score say what became of
    them.
    """
    rows = board.frame.to_dict("records")
    heights = row_positions(board.frame)
    notes = wrapped(
        f"Input landmarks: {inputs_text(board.problem)}. Targets: {targets_text(board.problem)}.", WIDTH
    )
    with picture_style():
        tall = heights[-1] + 1
        below = 0.72 + CAPTION_LINE * len(notes)
        height = 0.7 + ROW * tall + below
        figure = new_figure(WIDTH, height, tissue_title(board.group, "inferred genes"), board.group, 0.12)
        panel = (WIDTH - NAME_WIDTH - RIM - GAP * (len(METRICS) - 1)) / len(METRICS)
        for number, metric in enumerate(METRICS):
            left = NAME_WIDTH + number * (panel + GAP)
            axes = figure.add_axes(place(figure, left, below, WIDTH - left - panel, 0.7))
            axes.set_ylim(tall - 0.5, -0.5)
            axes.set_yticks(heights, [short(row["title"], 28) for row in rows] if not number else [])
            axes.tick_params(axis="y", length=0)
            draw_metric(axes, rows, heights, metric)
        figure.legend(
            handles=_handles(board.frame), loc="lower center", ncols=5, handlelength=1.6, columnspacing=1.1,
            bbox_to_anchor=(0.5, (0.04 + CAPTION_LINE * len(notes)) / height), borderaxespad=0.2,
        )  # fmt: skip
        caption(figure, notes)
    return figure


def draw_metric(axes: Any, rows: list[dict[Any, Any]], heights: list[float], metric: str) -> None:
    """Draw one score of all rows."""
    axes.xaxis.set_major_formatter(number_label)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel(f"{metric} ({direction(metric)})")
    axes.margins(x=0.08)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    for row, y in zip(rows, heights, strict=True):
        if pd.isna(row[metric]):
            text = UNDEFINED if row["seeds"] else row["status"]
            axes.text(
                0.02, y, text, transform=axes.get_yaxis_transform(), va="center", style="italic", color=GREY
            )
            continue
        colour = KIND_COLOURS[row["kind"]]
        if pd.notna(row[f"{metric}_low"]):
            ends = [row[f"{metric}_low"], row[f"{metric}_high"]]
            axes.plot(
                ends, [y, y], color=colour, linewidth=4.5, alpha=0.45, solid_capstyle="butt", gid="over seeds"
            )
        axes.plot([row[metric]], [y], KIND_MARKERS[row["kind"]], color=colour, markersize=5,
                  markeredgecolor="white", markeredgewidth=0.5, gid="score")  # fmt: skip
        if row["method"] == BASELINE:
            axes.axvline(row[metric], color=colour, linestyle="--", linewidth=0.8, zorder=0, gid="baseline")


def _handles(frame: pd.DataFrame) -> list[Line2D]:
    handles = [
        Line2D([], [], color=KIND_COLOURS[kind], marker=KIND_MARKERS[kind], linestyle="none", label=kind)
        for kind in KIND_COLOURS
        if (frame["kind"] == kind).any()
    ]
    if frame["PCC_low"].notna().any() or frame["MAE_low"].notna().any():
        handles.append(Line2D([], [], color=GREY, linewidth=4.5, alpha=0.45, label="over seeds"))
    baseline = frame.loc[(frame["method"] == BASELINE) & frame["PCC"].notna()]
    for title, kind in zip(baseline["title"], baseline["kind"], strict=True):
        handles.append(
            Line2D([], [], color=KIND_COLOURS[kind], linestyle="--", linewidth=0.8, label=short(title, 20))
        )
    return handles
