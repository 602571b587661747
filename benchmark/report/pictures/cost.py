"""What a method costs against how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from geneboard.benchmark.report.pictures.labels import Point, place_labels
from geneboard.benchmark.report.pictures.style import (
    CAPTION_LINE,
    KIND_COLOURS,
    KIND_MARKERS,
    caption,
    new_figure,
    number_label,
    picture_style,
    place,
    short,
    tissue_title,
    wrapped,
)
from geneboard.benchmark.tasks.embedding.board.board import Board

WIDTH, PLOT_HEIGHT = 7.0, 3.9
LABEL_SIZE = 6.5


def draw(board: Board) -> Figure:
    """Return processor time (logarithmic) against average score; areas grow with the peak memory."""
    frame = board.frame
    shown = frame[frame["average_score"].notna() & (frame["cpu_seconds"] > 0)]
    notes = _notes(frame, shown)
    with picture_style():
        below = 0.7 + CAPTION_LINE * len(notes)
        height = 0.65 + PLOT_HEIGHT + below
        figure = new_figure(WIDTH, height, tissue_title(board.group, "cost and quality"), board.group, 0.12)
        axes = figure.add_axes(place(figure, 0.55, below, 0.15, 0.65))
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(number_label)
        axes.minorticks_off()
        axes.yaxis.set_major_formatter(number_label)
        axes.set_xlabel("processor time of one training, seconds")
        axes.set_ylabel("average score (higher is better)")
        axes.grid(color="#E5E5E5", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.set_xlim(shown["cpu_seconds"].min() / 2.2, shown["cpu_seconds"].max() * 4)
        low, high = shown["average_score"].min(), shown["average_score"].max()
        rim = max(0.08 * (high - low), 0.02)
        axes.set_ylim(low - rim, high + rim)
        for kind, marker in KIND_MARKERS.items():
            of_kind = shown[shown["kind"] == kind]
            axes.scatter(
                of_kind["cpu_seconds"],
                of_kind["average_score"],
                s=[_area(mb) for mb in of_kind["peak_mb"]],
                marker=marker,
                color=KIND_COLOURS[kind],
                edgecolors="black",
                linewidths=0.5,
                alpha=0.85,
                label=kind,
                gid=kind,
            )
        _write_labels(figure, axes, shown)
        kinds = [kind for kind in KIND_MARKERS if (shown["kind"] == kind).any()]
        handles = [
            Line2D([], [], color=KIND_COLOURS[kind], marker=KIND_MARKERS[kind], linestyle="none", label=kind)
            for kind in kinds
        ]
        figure.legend(
            handles=handles, loc="lower center", ncols=len(handles), borderaxespad=0.2,
            bbox_to_anchor=(0.5, (0.06 + CAPTION_LINE * len(notes)) / height),
        )  # fmt: skip
        caption(figure, notes)
    return figure


def _area(megabytes: float) -> float:
    """Return the area of a mark in square points."""
    return 20.0 if pd.isna(megabytes) else 8.0 + megabytes / 10


def _write_labels(figure: Figure, axes: object, shown: pd.DataFrame) -> None:
    transform = axes.transData  # type: ignore[attr-defined]
    dots = figure.dpi / 72
    points = [
        Point(
            x=transform.transform((row["cpu_seconds"], row["average_score"]))[0] / dots,
            y=transform.transform((row["cpu_seconds"], row["average_score"]))[1] / dots,
            radius=sqrt(_area(row["peak_mb"])) / 2,
            text=_label(row["title"], row["peak_mb"]),
        )
        for row in shown.to_dict("records")
    ]
    box = axes.bbox  # type: ignore[attr-defined]
    inside = (box.x0 / dots, box.y0 / dots, box.x1 / dots, box.y1 / dots)
    for point, label in zip(points, place_labels(points, LABEL_SIZE, inside), strict=True):
        axes.annotate(  # type: ignore[attr-defined]
            point.text,
            (label.x * dots, label.y * dots),
            xycoords="figure pixels",
            fontsize=LABEL_SIZE,
            va="center",
            ha="left",
            annotation_clip=False,
        )


def _label(title: str, megabytes: float) -> str:
    memory = "" if pd.isna(megabytes) else f", {megabytes:.0f} MB"
    return short(title, 26) + memory


def _notes(frame: pd.DataFrame, shown: pd.DataFrame) -> list[str]:
    notes = "Areas and the numbers behind the names: peak memory. Time and memory are of the training alone."
    missing = frame.loc[~frame.index.isin(shown.index), "title"]
    return wrapped(notes, WIDTH) + _missing(list(missing))


def _missing(titles: Sequence[str]) -> list[str]:
    if not titles:
        return []
    names = ", ".join(short(title, 26) for title in titles)
    return wrapped(f"Not shown, without a score or a time: {names}.", WIDTH)
