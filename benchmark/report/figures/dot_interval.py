"""Dots with their intervals: rows below each other, beside each other a panel for each score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from geneboard.benchmark.report.figures.style import (
    GREY,
    PALE,
    Heading,
    key,
    new_figure,
    number_label,
    row_heights,
    settle,
    short,
)

ROW = 0.25
"""Height of a row in inches; of one with several dots at least."""

DODGE = 0.7
"""Share of a row over which its dots are spread."""


SINGLE: Mapping[str, Any] = {"color": GREY, "marker": "|", "markersize": 6.0, "linestyle": "none"}
"""Look of the marks of single values."""


@dataclass(frozen=True)
class Panel:
    """One score of all rows.

    Attributes
    ----------
    label
        What stands at the axis.
    points
        Columns: row (its number), series, value; where they are known low and high (a thick bar), wide_low
        and wide_high (a thin one), text (what stands where there is no value).
    line
        Where a dashed line stands.
    span
        Values that the axis has at least.
    single
        Columns row and value: small marks for what a value is the mean of.
    """

    label: str
    points: pd.DataFrame
    line: float | None = None
    span: tuple[float, ...] = ()
    single: pd.DataFrame | None = None


@dataclass(frozen=True)
class Words:
    """What the legend calls bars, single values and the dashed line, and the heading at the right."""

    bar: str = "over seeds"
    thin: str = "over datasets"
    single: str = ""
    line: str = ""
    right: str = ""


def draw(
    heading: Heading,
    rows: Sequence[str],
    panels: Sequence[Panel],
    series: Mapping[str, Mapping[str, Any]],
    *,
    apart: int = 0,
    right: Sequence[str] = (),
    words: Words = Words(),
    notes: Sequence[str] = (),
    joined: bool = False,
) -> Figure:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    rows
        Names of the rows, the first on top.
    panels
        The scores.
    series
        Colour and mark of each series. A row has one dot, or one for each series.
    apart
        So many of the last rows stand apart.
    right
        What stands at the right of each row.
    words, notes
        For the legend, and for the bottom.
    joined
        Join the dots of a row by a line.
    """
    points = pd.concat([panel.points for panel in panels]).reindex(columns=_COLUMNS)
    several = len(series) if panels[0].points["row"].duplicated().any() else 1
    heights = np.array(row_heights(len(rows), apart))
    body = 0.55 + max(ROW, 0.09 * several) * (heights[-1] + 1.2)
    figure = new_figure(
        7.0 if len(panels) == 1 else 8.4, body, heading, notes, _legend(points, series, words)
    )
    grid = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    grid[0].set_yticks(heights, [short(row, 34) for row in rows])
    grid[0].set_ylim(heights[-1] + 0.6, -0.6)
    for axes, panel in zip(grid, panels, strict=True):
        axes.set_xlabel(panel.label)
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_formatter(number_label)
        axes.xaxis.set_major_locator(MaxNLocator(4 if len(panels) > 1 else 7, steps=[1, 2, 5, 10]))
        axes.margins(x=0.06)
        axes.grid(axis="x")
        axes.update_datalim([(value, 0) for value in panel.span], updatey=False)
        if panel.line is not None:
            axes.axvline(panel.line, color=GREY, linestyle="--", linewidth=0.8, zorder=0, gid="line")
        for edge in (heights[1:] + heights[:-1]) / 2 if several > 1 else ():
            axes.axhline(edge, color=PALE, linewidth=0.6)
        if panel.single is not None:
            at = [heights[row] for row in panel.single["row"]]
            axes.plot(panel.single["value"], at, gid="single", **SINGLE)
        ends: dict[int, list[tuple[float, float]]] = {}
        for point in panel.points.reindex(columns=_COLUMNS).to_dict("records"):
            shift = (
                DODGE * (list(series).index(point["series"]) / (several - 1) - 0.5) if several > 1 else 0.0
            )
            ends.setdefault(point["row"], []).append((point["value"], heights[point["row"]] + shift))
            _draw_point(axes, point, heights[point["row"]] + shift, series[point["series"]])
        for dots in ends.values() if joined else ():
            axes.plot(*zip(*dots, strict=True), color=GREY, linewidth=0.8, zorder=1, gid="joined")
    if any(right):
        side = grid[-1].secondary_yaxis("right")
        side.set_yticks(heights[: len(right)], right, family="monospace")
        side.tick_params(length=0)
        side.spines[:].set_visible(False)
        side.set_ylabel(words.right, color=GREY)
    settle(figure)
    return figure


_COLUMNS = ("row", "series", "value", "low", "high", "wide_low", "wide_high", "text")


def _draw_point(axes: Any, point: Mapping[Any, Any], y: float, look: Mapping[str, Any]) -> None:
    if pd.isna(point["value"]):
        if isinstance(point["text"], str):
            axes.text(
                0.02, y, point["text"], transform=axes.get_yaxis_transform(), va="center", style="italic",
                color=GREY, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )  # fmt: skip
        return
    for ends, style in (("wide_", {"linewidth": 1.0}), ("", {"linewidth": 4.5, "alpha": 0.45})):
        if pd.notna(point[f"{ends}low"]):
            axes.plot(
                [point[f"{ends}low"], point[f"{ends}high"]], [y, y], color=look["color"],
                solid_capstyle="butt", gid=f"{ends}interval", **style,
            )  # fmt: skip
    axes.plot(
        [point["value"]], [y], linestyle="none", markersize=5, markeredgecolor="white", markeredgewidth=0.5,
        gid=f"dot {point['series']}", **look,
    )  # fmt: skip


def _legend(points: pd.DataFrame, series: Mapping[str, Mapping[str, Any]], words: Words) -> list[Line2D]:
    found = set(points["series"])
    handles = [key(name, **look) for name, look in series.items() if name in found and name]
    if points["low"].notna().any():
        handles.append(key(words.bar, color=GREY, linewidth=4.5, alpha=0.45, linestyle="-"))
    if points["wide_low"].notna().any():
        handles.append(key(words.thin, color=GREY, linewidth=1.0, linestyle="-"))
    if words.single:
        handles.append(key(words.single, **SINGLE))
    if words.line:
        handles.append(key(words.line, color=GREY, linewidth=0.8, linestyle="--"))
    return handles
