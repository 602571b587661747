"""Scores of all rows as a table that is coloured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from geneboard.benchmark.report.figures.style import GREY, PALE, Heading, new_figure, row_heights, short

COLOURS = "cividis"
"""Grows lighter steadily, so that it keeps its order in grey and for colour-blind readers."""


def draw(
    heading: Heading,
    shares: pd.DataFrame,
    texts: pd.DataFrame,
    missing: pd.DataFrame,
    *,
    ends: tuple[str, str],
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
        Colour of each cell, from 0 (dark) to 1 (light); grey where it is NaN. The index names the rows.
    texts
        What is written into each cell.
    missing
        Which cells have no value: they are hatched.
    ends
        What the lower and the upper end of the colours are.
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
            cells = zip(shares.iloc[number], texts.iloc[number], missing.iloc[number], strict=True)
            for column, cell in enumerate(cells):
                _draw_cell(axes, column, y, *cell)
    bar = figure.colorbar(ScalarMappable(cmap=COLOURS), ax=axes, fraction=0.04, aspect=30, pad=0.015)
    bar.set_ticks([0, 1], labels=list(ends))
    bar.ax.tick_params(length=0, labelsize=7)
    bar.outline.set_visible(False)
    return figure


def _draw_cell(axes: Any, column: int, y: float, share: float, text: str, is_missing: bool) -> None:
    look: dict[str, Any] = {"facecolor": PALE if np.isnan(share) else colormaps[COLOURS](share)}
    if is_missing:
        look |= {"hatch": "////", "hatchcolor": "#999999"}
    axes.add_patch(Rectangle((column, y - 0.5), 1, 1, edgecolor="white", linewidth=0.8, **look))
    axes.text(
        column + 0.5, y, text, ha="center", va="center_baseline", fontsize=7.5,
        color="white" if share <= DARK else "black",
        bbox={"facecolor": PALE, "edgecolor": "none", "pad": 1.0} if is_missing else None,
        in_layout=False,  # it lies within the axes, and to measure it takes a third of the layout
    )  # fmt: skip


DARK = 0.5
"""Share up to which a colour is so dark that text on it is white."""


def shares_of(
    values: pd.DataFrame,
    is_control: np.ndarray,
    ceilings: Mapping[str, float] = MappingProxyType({}),
    floors: Mapping[str, float] = MappingProxyType({}),
) -> pd.DataFrame:
    """Return where each value lies between the highest control (0) and the ceiling of its column (1).

    What is not above the highest control has no share, so neither have controls. Where there is no control,
    the lowest value takes its place.

    Parameters
    ----------
    values
        Scores by row and column; higher is better.
    is_control
        Which rows know nothing.
    ceilings
        The highest possible value of a column; without one it is the highest of the table.
    floors
        What a column starts from at least.
    """
    low = values.loc[is_control].max() if is_control.any() else values.min()
    low = low.fillna(values.min()).clip(
        lower=pd.Series([floors.get(one) for one in map(str, values)], low.index, dtype=float)
    )
    known = pd.Series([ceilings.get(one) for one in map(str, values)], low.index, dtype=float)
    high = known.fillna(values.max())
    spread = high - low
    shares = (values - low) / spread.where(spread > 0)
    above = values.gt(low) if is_control.any() else values.ge(low)
    return shares.clip(upper=1).where(above)
