"""The training curves of every method of a tissue."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from geneboard.benchmark.report.pictures.panels import first_scored, grid, rows_in_order
from geneboard.benchmark.report.pictures.style import (
    CAPTION_LINE,
    caption,
    new_figure,
    number_label,
    picture_style,
    series_style,
    short,
    tissue_title,
    wrapped,
)
from geneboard.benchmark.report.rows import Leaderboard, Row

PANEL = (1.3, 1.05)
GAPS = (0.42, 0.38)
MOST_POINTS = 300
"""Points of a curve that are drawn: more than a panel has pixels."""

DECADES = 2.0
"""A panel whose values span more powers of ten than this, and are all positive, has a logarithmic axis."""


def has_curves(board: Leaderboard) -> bool:
    """Return whether any method of a leaderboard recorded its training."""
    return any(_has_curves(row) for row in rows_in_order(board))


def draw(board: Leaderboard) -> Figure:
    """Return a panel for each method that recorded its training: every curve, further seeds thin and pale."""
    rows = rows_in_order(board)
    shown = [row for row in rows if _has_curves(row)]
    names = sorted(
        {name for row in shown for record in row.scored for name in record["history"]}, key=_loss_first
    )
    notes = _notes([row.title for row in rows if not _has_curves(row)])
    lines = -(-len(names) // 6)
    below = 0.5 + 0.16 * lines + CAPTION_LINE * len(notes)
    places = grid(len(shown), PANEL, GAPS, below)
    with picture_style():
        title = tissue_title(board.group, "training curves")
        figure = new_figure(places.width, places.height, title, board.group, 0.12)
        for number, row in enumerate(shown):
            _draw_panel(figure.add_axes(places.rectangle(number)), row, names)
        handles = [Line2D([], [], label=short(name, 24), **series_style(i)) for i, name in enumerate(names)]
        figure.legend(
            handles=handles, loc="lower center", ncols=-(-len(names) // lines), handlelength=2.6,
            columnspacing=1.2, borderaxespad=0.1,
            bbox_to_anchor=(0.5, (0.08 + CAPTION_LINE * len(notes)) / figure.get_figheight()),
        )  # fmt: skip
        caption(figure, notes)
    return figure


def _has_curves(row: Row) -> bool:
    return any(len(curve) > 1 for record in row.scored for curve in record["history"].values())


def _loss_first(name: str) -> tuple[bool, str]:
    return name != "loss", name


def _draw_panel(axes: Any, row: Row, names: Sequence[str]) -> None:
    first = first_scored(row)
    for record in reversed(row.scored):  # the first seed on top
        is_first = record is first
        for number, name in enumerate(names):
            curve = record["history"].get(name, [])
            steps = thinned(len(curve))
            look = series_style(number) | ({} if is_first else {"linewidth": 0.4, "alpha": 0.35})
            axes.plot(steps + 1, np.asarray(curve, float)[steps], gid=f"{name} seed {record['seed']}", **look)
    values = np.array([v for record in row.scored for curve in record["history"].values() for v in curve])
    if spans_decades(values):
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=5))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(number_label)
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.tick_params(labelsize=6.5, pad=2)
    axes.set_title(
        short(row.title, 24), y=1.0, pad=3
    )  # y: where it is is not computed anew from the ticks, which takes long


def thinned(length: int) -> np.ndarray:
    """Return which points of a curve are drawn: all, or so many at equal distances, ends included."""
    return np.unique(np.linspace(0, length - 1, min(length, MOST_POINTS)).round().astype(int))


def spans_decades(values: np.ndarray) -> bool:
    """Return whether values are better shown on a logarithmic axis."""
    return bool(len(values)) and bool(values.min() > 0) and log10(values.max() / values.min()) > DECADES


def _notes(without: Sequence[str]) -> list[str]:
    width = 7.5
    notes = wrapped(
        "Along the axis: recorded steps, for most methods epochs. Thick: first seed; thin: others.", width
    )
    if without:
        names = ", ".join(short(title, 26) for title in without)
        notes += wrapped(f"Without curves: {names}.", width)
    return notes
