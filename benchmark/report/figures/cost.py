"""What a method costs against how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from geneboard.benchmark.report.figures.style import (
    KIND_LOOKS,
    Heading,
    key,
    new_figure,
    number_label,
    settle,
    short,
)

SHIFTS = (0.0, 0.8, -0.8, 1.6, -1.6, 2.4, -2.4, 3.2, -3.2)
"""How far above its point a name may be, in sizes of its font."""

NAME_SIZE = 6.5
NOTE = "Areas and the numbers behind the names: peak memory. Time and memory are of the training alone."


def draw(heading: Heading, frame: pd.DataFrame, score: str, label: str) -> Figure:
    """Return processor time (logarithmic) against a score; areas grow with the peak memory.

    Parameters
    ----------
    heading
        Title and origin.
    frame
        Columns title, kind, cpu_seconds, peak_mb and the score.
    score, label
        Column, and what stands at its axis.
    """
    has_both = frame[score].notna() & (frame["cpu_seconds"] > 0)
    shown, missing = frame[has_both], frame.loc[~has_both, "title"]
    names = ", ".join(short(title, 26) for title in missing)
    notes = [NOTE, *([f"Not shown, without a score or a time: {names}."] if names else [])]
    kinds = [kind for kind in KIND_LOOKS if (shown["kind"] == kind).any()]
    figure = new_figure(7.0, 4.2, heading, notes, [key(kind, **KIND_LOOKS[kind]) for kind in kinds])
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(number_label)
    axes.yaxis.set_major_formatter(number_label)
    axes.set_xlabel("processor time of one training, seconds")
    axes.set_ylabel(label)
    axes.grid()
    for kind in kinds:
        own = shown[shown["kind"] == kind]
        axes.scatter(
            own["cpu_seconds"], own[score], s=[_area(mb) for mb in own["peak_mb"]], edgecolors="black",
            linewidths=0.5, alpha=0.85, gid=kind, **KIND_LOOKS[kind],
        )  # fmt: skip
    axes.set_xlim(shown["cpu_seconds"].min() / 2.2, shown["cpu_seconds"].max() * 4)
    rim = max(0.08 * (shown[score].max() - shown[score].min()), 0.02)
    axes.set_ylim(shown[score].min() - rim, shown[score].max() + rim)
    settle(figure)
    _write_names(axes, shown.sort_values(score, ascending=False).to_dict("records"), score)
    return figure


def _area(megabytes: float) -> float:
    """Return the area of a mark in square points."""
    return 20.0 if pd.isna(megabytes) else 8.0 + megabytes / 10


def _write_names(axes: Any, rows: Sequence[dict[Any, Any]], score: str) -> None:
    """Write each name where it covers least of the marks and of the names before it, from the top down."""
    dot = axes.figure.dpi / 72
    to_share = axes.figure.transFigure.inverted()
    places = axes.transData.transform([(row["cpu_seconds"], row[score]) for row in rows])
    radii = np.array([sqrt(_area(row["peak_mb"])) / 2 * dot for row in rows])
    taken = np.hstack([places - radii[:, None], places + radii[:, None]])
    for row, (x, y), radius in zip(rows, places, radii, strict=True):
        memory = "" if pd.isna(row["peak_mb"]) else f", {row['peak_mb']:.0f} MB"
        name = axes.text(
            0, 0, short(row["title"], 26) + memory, fontsize=NAME_SIZE, transform=axes.figure.transFigure
        )
        left, bottom, width, height = name.get_window_extent().bounds
        lines = y - height / 2 + np.array(SHIFTS) * NAME_SIZE * dot
        starts = x + np.array([radius + 2 * dot, -radius - 2 * dot - width, -width / 2])
        corners = np.array([
            (start, line)
            for line in lines
            for start in (starts if abs(line + height / 2 - y) > NAME_SIZE * dot else starts[:2])
        ])  # fmt: skip
        boxes = np.hstack([corners, corners + np.array((width, height))])
        outside = width * height - _common(boxes, np.array([axes.bbox.extents]))
        best = boxes[np.argmin(np.round(_common(boxes, taken) + 10 * outside, 3))]
        name.set_position(to_share.transform(best[:2] - [left, bottom]))
        taken = np.vstack([taken, best])


def _common(boxes: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return the area that each box shares with others; a box is left, bottom, right, top."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    return np.asarray((high - low).clip(0).prod(axis=2).sum(axis=1))
