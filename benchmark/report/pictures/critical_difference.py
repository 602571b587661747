"""Which methods differ across tissues: the diagram of critical differences (Demsar 2006, JMLR 7:1)."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from geneboard.benchmark.report.pictures.style import (
    CAPTION_LINE,
    GREY,
    caption,
    new_figure,
    picture_style,
    place,
    short,
    wrapped,
)
from geneboard.benchmark.report.statistics import CriticalDifference
from geneboard.benchmark.tasks.embedding.across.across import Across

WIDTH = 7.0
LINE = 0.22
BAR = 0.13
"""Height of a line with a name, and distance of two bars, in inches."""


def draw(across: Across) -> Figure:
    """Return the diagram: methods at their mean rank, a bar over all that are not told apart.

    `scikit_posthocs.critical_difference_diagram` stacks its bars in an order that changes from one process to
    the next, so the picture would not have the same bytes.

    Raises
    ------
    ValueError
        If there is no result of Nemenyi's test.
    """
    if across.nemenyi is None:
        raise ValueError("there is no result of Nemenyi's test to draw")
    test = across.nemenyi
    titles, ranks = list(test.mean_ranks.index), [float(rank) for rank in test.mean_ranks]
    bars = bars_of(ranks, test.critical_difference)
    notes = _notes(test)
    with picture_style():
        each_side = ceil(len(titles) / 2)
        deep = 0.25 + BAR * len(bars) + LINE * each_side
        below = 0.12 + CAPTION_LINE * len(notes)
        figure = new_figure(WIDTH, 1.35 + deep + below, "Mean ranks across tissues", across, 0.12)
        axes = figure.add_axes(place(figure, 2.3, below, 2.3, 1.3))
        axes.set_xlim(floor(min(ranks)), max(ceil(max(ranks)), floor(min(ranks)) + 1))
        axes.set_ylim(-deep, 0)  # inches below the axis
        axes.yaxis.set_visible(False)
        for side in ("left", "right", "bottom"):
            axes.spines[side].set_visible(False)
        axes.spines["top"].set_visible(True)
        axes.xaxis.tick_top()
        axes.xaxis.set_major_locator(MaxNLocator(10, integer=True))
        for level, (low, high) in enumerate(bars):
            depth = -0.12 - BAR * level
            axes.plot(
                [low - 0.03, high + 0.03], [depth, depth], color="black", linewidth=3,
                solid_capstyle="butt", gid="bar",
            )  # fmt: skip
        _write_names(axes, titles, ranks, first=-0.25 - BAR * len(bars))
        _draw_distance(axes, test.critical_difference)
        caption(figure, notes)
    return figure


def bars_of(ranks: Sequence[float], critical_difference: float) -> list[tuple[float, float]]:
    """Return the groups that are not told apart, each as its lowest and highest mean rank.

    Parameters
    ----------
    ranks
        Mean ranks, ascending.
    critical_difference
        Ranks further apart than this differ.

    Returns
    -------
    list of tuple
        Largest groups only: none lies within another, and none is of a single method.
    """
    bars: list[tuple[int, int]] = []
    for first in range(len(ranks)):
        last = max(i for i in range(first, len(ranks)) if ranks[i] - ranks[first] <= critical_difference)
        if last > first and (not bars or last > bars[-1][1]):
            bars.append((first, last))
    return [(ranks[first], ranks[last]) for first, last in bars]


def _write_names(axes: Any, titles: Sequence[str], ranks: Sequence[float], first: float) -> None:
    """Write the better half at the left and the others at the right, each joined to its rank."""
    half = ceil(len(titles) / 2)
    left, right = axes.get_xlim()
    for number, (title, rank) in enumerate(zip(titles, ranks, strict=True)):
        at_left = number < half
        line = number if at_left else len(titles) - 1 - number
        depth, edge = first - LINE * (line + 0.4), left if at_left else right
        axes.plot(
            [rank, rank, edge], [0, depth, depth], color=GREY, linewidth=0.8, clip_on=False, gid="elbow"
        )
        axes.plot([rank], [0], "o", color="black", markersize=3.5, clip_on=False, gid="rank")
        name = short(title, 24)
        text = f"{name} ({rank:.2f}) " if at_left else f" ({rank:.2f}) {name}"
        axes.text(edge, depth, text, ha="right" if at_left else "left", va="center")


def _draw_distance(axes: Any, distance: float) -> None:
    """Draw the critical difference to scale, above the axis."""
    left, _ = axes.get_xlim()
    above = 0.42
    axes.plot(
        [left, left + distance], [above, above], color="black", linewidth=1.5, marker="|", clip_on=False,
        gid="critical difference",
    )  # fmt: skip
    axes.text(left + distance / 2, above + 0.06, f"CD = {distance:.2f}", ha="center", va="bottom")


def _notes(test: CriticalDifference) -> list[str]:
    text = (
        f"Mean rank by average score over {test.n_tissues} tissues, 1 is best. Methods under one bar are not "
        "told apart: their ranks differ by at most the critical difference "
        f"(Nemenyi's test, level {test.alpha:g})."
    )
    return wrapped(text, WIDTH)
