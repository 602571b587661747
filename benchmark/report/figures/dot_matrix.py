"""Dots in a grid: their size says one thing, their colour another."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from geneboard.benchmark.report.figures.style import GREY, Heading, key, new_figure, short

COLOURS = "cividis_r"
"""Grows darker steadily, so that it keeps its order in grey and for colour-blind readers."""

LARGEST = 170.0
"""Area of the largest dot in square points: it fits into a row."""

LABEL, LABEL_LINES = 46, 2
"""Characters in a line of a label, and lines."""


@dataclass(frozen=True)
class Scale:
    """What colour and size mean.

    Attributes
    ----------
    colour, size
        In words.
    low, high
        Ends of the colours; what is higher has the last one.
    """

    colour: str
    size: str
    low: float
    high: float


def draw(
    heading: Heading,
    rows: Sequence[str],
    columns: Sequence[str],
    points: pd.DataFrame,
    scale: Scale,
    *,
    notes: Sequence[str] = (),
) -> Figure:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    rows, columns
        Their names, the first row on top.
    points
        Columns: row, column (numbers), size, colour.
    scale
        What size and colour mean.
    notes
        For the bottom.
    """
    most = float(points["size"].max())
    sizes = [size for size in MaxNLocator(3, integer=True).tick_values(0, most) if 0 < size <= most]
    handles = [
        key(f"{scale.size} {size:g}" if size == sizes[0] else f"{size:g}", marker="o", color=GREY,
            markersize=(LARGEST * size / most) ** 0.5)
        for size in sizes
    ]  # fmt: skip
    figure = new_figure(8.4, 1.2 + 0.29 * len(rows), heading, notes, handles)
    axes = figure.subplots()
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=True)
    axes.tick_params(length=0)
    axes.set_xticks(range(len(columns)), [textwrap.fill(short(name, 30), 12) for name in columns])
    axes.set_yticks(range(len(rows)), list(map(label, rows)))
    dots = axes.scatter(
        points["column"], points["row"], s=LARGEST * points["size"] / most, c=points["colour"],
        cmap=COLOURS, vmin=scale.low, vmax=scale.high, edgecolors="black", linewidths=0.4,
    )  # fmt: skip
    extend = "max" if np.any(points["colour"] > scale.high) else "neither"
    figure.colorbar(dots, ax=axes, label=scale.colour, extend=extend, aspect=35, pad=0.02)
    return figure


def label(name: str) -> str:
    """Return a name on two lines of at most 46 characters; longer ones end with an ellipsis."""
    return "\n".join(
        textwrap.wrap(
            " ".join(name.split()), LABEL, max_lines=LABEL_LINES, placeholder=" …", break_on_hyphens=False
        )
    )
