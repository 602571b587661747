"""Scores of all rows as a table that is coloured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from geneboard.benchmark.report.figures.style import GREY, PALE, Heading, new_figure, row_heights, short

COLOURS = "cividis"
"""Grows lighter steadily, so that it keeps its order in grey and for colour-blind readers."""


def draw(
    heading: Heading,
    shares: pd.DataFrame,
    texts: pd.DataFrame,
    *,
    apart: int,
    instead: Mapping[int, str],
    notes: Sequence[str],
    width: float = 7.0,
) -> Figure:
    """Return the heat map.

    Parameters
    ----------
    heading
        Title and origin.
    shares
        Colour of each cell, from 0 (dark) to 1 (light); hatched where it is NaN. The index names the rows.
    texts
        What is written into each cell.
    apart
        So many of the last rows stand apart.
    instead
        What stands in the place of whole rows, by their number.
    notes
        For the bottom.
    width
        In inches.
    """
    heights = row_heights(len(shares), apart)
    n = len(shares.columns)
    figure = new_figure(width, 0.35 + 0.24 * (heights[-1] + 1), heading, notes)
    axes = figure.subplots()
    axes.set_xlim(0, n)
    axes.set_ylim(heights[-1] + 0.5, -0.5)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.set_xticks(np.arange(n) + 0.5, shares.columns)
    axes.set_yticks(heights, [short(name, 34) for name in shares.index])
    for number, y in enumerate(heights):
        if number in instead:
            axes.add_patch(Rectangle((0, y - 0.5), n, 1, fill=False, edgecolor="#BBBBBB", linewidth=0.6))
            text = short(instead[number], 78)
            axes.text(0.08, y, text, va="center_baseline", fontsize=7, color=GREY, style="italic")
        else:
            _draw_row(axes, y, list(shares.iloc[number]), list(texts.iloc[number]))
    return figure


def _draw_row(axes: Any, y: float, shares: Sequence[float], texts: Sequence[str]) -> None:
    for column, (share, text) in enumerate(zip(shares, texts, strict=True)):
        look: dict[str, Any] = {"facecolor": colormaps[COLOURS](share)}
        if np.isnan(share):
            look = {"facecolor": PALE, "hatch": "////", "hatchcolor": "#999999"}
        axes.add_patch(Rectangle((column, y - 0.5), 1, 1, edgecolor="white", linewidth=0.8, **look))
        axes.text(
            column + 0.5, y, text, ha="center", va="center_baseline", fontsize=7.5,
            color="white" if share <= DARK else "black",
            bbox={"facecolor": PALE, "edgecolor": "none", "pad": 1.0} if np.isnan(share) else None,
        )  # fmt: skip


DARK = 0.5
"""Share up to which a colour is so dark that text on it is white."""


def shares_of(values: pd.DataFrame, sets_scale: np.ndarray) -> pd.DataFrame:
    """Return each column from 0 to 1, the lowest and highest of the rows that set the scale.

    Rows outside are cut at its ends, unless no row of the scale has a value. A column without spread is 0.5.
    """
    of_scale = values.loc[sets_scale] if values.loc[sets_scale].notna().any(axis=None) else values
    low, spread = of_scale.min(), of_scale.max() - of_scale.min()
    shares = ((values - low) / spread.where(spread > 0)).clip(0, 1)
    return shares.fillna(0.5).where(values.notna())
