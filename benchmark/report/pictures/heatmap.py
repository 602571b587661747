"""All metrics of all methods of a tissue, as a table that is coloured."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from geneboard.benchmark.report.pictures.style import (
    GREY,
    HATCH,
    PALE,
    caption,
    luminance,
    new_figure,
    picture_style,
    place,
    row_positions,
    short,
    tissue_title,
)
from geneboard.benchmark.report.wording import UNDEFINED, metric_cell
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS

COLOURS = "cividis"
"""Grows lighter steadily, so that it keeps its order in grey and for colour-blind readers."""

NAME_WIDTH = 2.35
ROW = 0.24


def draw(board: Board) -> Figure:
    """Return the heat map of a leaderboard.

    Each cell has its value written in. Colour is the value on the scale from the lowest to the highest of
    the methods in that metric; controls outside it have the colour of its end. Undefined metrics are hatched,
    rows without scores say what became of them, controls are apart below the methods.
    """
    frame = board.frame
    rows = frame.to_dict("records")
    heights = row_positions(frame)
    scaled = scaled_values(frame)
    with picture_style():
        tall = heights[-1] + 1
        figure = new_figure(
            7.0, 0.75 + ROW * tall + 0.42, tissue_title(board.group, "six metrics"), board.group, 0.12
        )
        axes = figure.add_axes(place(figure, NAME_WIDTH, 0.42, 0.1, 0.75))
        axes.set_xlim(0, len(METRICS))
        axes.set_ylim(tall - 0.5, -0.5)
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0)
        axes.xaxis.tick_top()
        axes.set_xticks(np.arange(len(METRICS)) + 0.5, METRICS)
        axes.set_yticks(heights, [_name(row) for row in rows])
        for row, y, colours in zip(rows, heights, scaled, strict=True):
            if row["seeds"]:
                _draw_row(axes, row, y, colours)
            else:
                _draw_without_scores(axes, row, y)
        caption(
            figure,
            ["Colour: lowest (dark) to highest (light) of the methods in each metric; higher is better."],
        )
    return figure


def scaled_values(frame: pd.DataFrame) -> np.ndarray:
    """Return each metric from 0 (lowest of the methods) to 1 (highest); NaN where there is no value.

    Controls are cut at 0 and 1, unless they are alone. A metric without spread is 0.5.

    Returns
    -------
    np.ndarray
        Shape (n_rows, 6).
    """
    values = frame[list(METRICS)].to_numpy(float)
    methods = frame["kind"].to_numpy() != "control"
    of_scale = frame.loc[methods if np.isfinite(values[methods]).any() else ~methods, list(METRICS)]
    low, high = of_scale.min().to_numpy(float), of_scale.max().to_numpy(float)
    spread = high - low
    flat = np.where(np.isnan(values), np.nan, 0.5)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0, np.clip((values - low) / spread, 0, 1), flat)


def _name(row: dict[Any, Any]) -> str:
    return short(row["title"], 30)


def _draw_row(axes: Any, row: dict[Any, Any], y: float, scaled: np.ndarray) -> None:
    for column, (metric, share) in enumerate(zip(METRICS, scaled, strict=True)):
        text = metric_cell(row, metric)
        undefined = text == UNDEFINED
        face = PALE if undefined else colormaps[COLOURS](share)
        hatched: dict[str, Any] = {"hatch": HATCH, "hatchcolor": "#999999"} if undefined else {}
        axes.add_patch(
            Rectangle((column, y - 0.5), 1, 1, facecolor=face, edgecolor="white", linewidth=0.8, **hatched)
        )
        colour = "black" if luminance(face) > 0.5 else "white"
        box = {"facecolor": PALE, "edgecolor": "none", "pad": 1.0} if undefined else None
        axes.text(
            column + 0.5, y, text, ha="center", va="center_baseline", color=colour, fontsize=7.5, bbox=box
        )


def _draw_without_scores(axes: Any, row: dict[Any, Any], y: float) -> None:
    n = len(METRICS)
    axes.add_patch(Rectangle((0, y - 0.5), n, 1, fill=False, edgecolor="#BBBBBB", linewidth=0.6))
    reason = f"{row['status']}: {row['reason'].partition(': ')[2]}".rstrip(": ")
    axes.text(0.08, y, short(reason, 78), va="center_baseline", fontsize=7, color=GREY, style="italic")
