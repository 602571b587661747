"""The training curves of the rows of a leaderboard, one panel for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from math import log10
from typing import Any

import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.figures.style import (
    Heading,
    key,
    line_look,
    new_figure,
    number_label,
    short,
)
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.report.section import Figure

Curves = Mapping[str, Sequence[float] | np.ndarray]
"""Values at each step, by the name of what was recorded."""

COLUMNS = 5
MOST_POINTS = 300
"""Points of a curve that are drawn: more than a panel has pixels."""

DECADES = 2.0
"""A panel whose values span more powers of ten than this, and are all positive, has a logarithmic axis."""

NOTE = "Along the axis: recorded steps, for most methods epochs. Thick: first seed; thin: others."


def curves_figures(group: Group, names: Iterable[str]) -> list[Figure]:
    """Return the figure of the training curves of some rows in their order, if any has recorded one."""
    by_name = {row.name: row for row in make_rows(group.records)}
    rows = [by_name[name] for name in names]
    recorded = {row.title: [_curves(record) for record in row.scored] for row in rows}
    shown = {
        title: seeds
        for title, seeds in recorded.items()
        if any(len(curve) > 1 for curves in seeds for curve in curves.values())
    }
    if not shown:
        return []
    courses = {title: course for title, seeds in shown.items() if (course := _course(seeds))}
    told = "; ".join(f"{title}: {name} from {a:.3g} to {b:.3g}" for title, (name, a, b) in courses.items())
    losses = [last < first for name, first, last in courses.values() if name == "loss"]
    title = f"{group.tissue}: the loss of {sum(losses)} of {len(losses)} methods ends below its start"
    without = [row.title for row in rows if row.title not in shown]
    return [
        Figure(
            "training_curves",
            partial(draw, Heading.of(group, title), shown, without),
            alt=f"Training curves, first and last value of the first seed: {told}.",
            caption="Training curves: the loss of each method by epoch. Only its course can be compared; "
            "each method has a loss of its own.",
            wide=True,
        )
    ]


def _curves(record: Record) -> Curves:
    """Return the curves of a record, with NaN for gaps."""
    return {name: np.array(curve, dtype=float) for name, curve in record["history"].items()}


def _course(seeds: Sequence[Curves]) -> tuple[str, float, float] | None:
    """Return how the loss of a row went, or another curve where it has none."""
    for curves in seeds:
        finite = {name: np.asarray(curve)[np.isfinite(curve)] for name, curve in curves.items()}
        long = {name: curve for name, curve in finite.items() if len(curve) > 1}
        if long:
            name = "loss" if "loss" in long else min(long)
            return name, long[name][0], long[name][-1]
    return None


def draw(heading: Heading, rows: Mapping[str, Sequence[Curves]], without: Sequence[str] = ()) -> Drawing:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    rows
        The curves of each seed, by the title of the row.
    without
        Titles of rows that recorded nothing.
    """
    names = sorted(
        {name for seeds in rows.values() for curves in seeds for name in curves},
        key=lambda name: (name != "loss", name),
    )
    looks = {name: line_look(number) | {"marker": None} for number, name in enumerate(names)}
    notes = [
        NOTE,
        *([f"Without curves: {', '.join(short(title, 26) for title in without)}."] if without else []),
    ]
    columns = min(len(rows), COLUMNS)
    lines = -(-len(rows) // columns)
    figure = new_figure(
        max(5.6, 1.68 * columns),
        1.4 * lines,
        heading,
        notes,
        [key(name, **look) for name, look in looks.items()],
    )
    grid = figure.subplots(lines, columns, squeeze=False).ravel()
    for axes, (title, seeds) in zip(grid, rows.items(), strict=False):
        _draw_panel(axes, short(title, 24), seeds, looks)
    for axes in grid[len(rows) :]:
        axes.remove()
    return figure


def _draw_panel(axes: Any, title: str, seeds: Sequence[Curves], looks: Mapping[str, dict[str, Any]]) -> None:
    for name, look in looks.items():
        lines = [_points(curves[name]) for curves in seeds[1:] if name in curves]
        # One artist for all thin lines: a thousand seeds would take as many seconds to draw one by one.
        style = {"colors": look["color"], "linestyles": look["linestyle"], "linewidths": 0.4, "alpha": 0.35}
        axes.add_collection(LineCollection(lines, gid=f"{name} others", **style))
    for name, look in looks.items():  # the first seed on top
        if name in seeds[0]:
            axes.plot(*_points(seeds[0][name]).T, gid=f"{name} first", zorder=3, **look)
    if spans_decades(np.array([v for curves in seeds for curve in curves.values() for v in curve])):
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=5))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(number_label)
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.tick_params(labelsize=6.5, pad=2)
    axes.set_title(title, fontsize=7, y=1.0, pad=3)  # y: not computed anew from the ticks, which takes long


def _points(curve: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return the points of a curve that are drawn, a row with step and value each."""
    steps = thinned(len(curve))
    return np.column_stack([steps + 1, np.asarray(curve, float)[steps]])


def thinned(length: int) -> np.ndarray:
    """Return which points of a curve are drawn: all, or so many at equal distances, ends included."""
    return np.unique(np.linspace(0, length - 1, min(length, MOST_POINTS)).round().astype(int))


def spans_decades(values: np.ndarray) -> bool:
    """Return whether values are better shown on a logarithmic axis."""
    values = values[np.isfinite(values)]
    return bool(len(values)) and bool(values.min() > 0) and log10(values.max() / values.min()) > DECADES
