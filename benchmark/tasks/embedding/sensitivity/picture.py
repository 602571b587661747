"""The picture of a degradation run: one panel per metric, one line per degradation."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from geneboard.benchmark.report.pictures.style import picture_style, place
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS

COLUMNS = 4
PANEL = (3.1, 2.6)
"""Width and height of a panel with its space, in inches."""

GAPS = (0.42, 0.32)
"""Space at the left of a panel and above it."""

HEAD, FOOT = 0.35, 0.75
"""Space for the title and for the legend."""

BEYOND = "undefined beyond"

LOOKS = {
    "noise": ("#D55E00", "o", "-"),
    "shift": ("#0072B2", "s", (0, (5, 2))),
    "collapse": ("#000000", "D", (0, (1, 1.5))),
    "shuffled_genes": ("#009E73", "^", (0, (7, 2, 1, 2))),
    "shuffled_names": ("#CC79A7", "v", (0, (3, 1.5))),
    "fewer_dimensions": ("#56B4E9", "P", (0, (4, 2, 1, 2, 1, 2))),
}
"""Colour (Okabe and Ito's, for colour-blind readers), marker and dashes (for prints in grey)."""


def draw(table: pd.DataFrame, title: str) -> Figure:
    """Draw how every metric answers.

    From the untouched embedding at the left each line goes down (or up) with the levels of a degradation,
    evenly spaced, to the last one at the right. Lines are means over repeats, bands their range; a line ends
    where the metric is undefined.

    Parameters
    ----------
    table
        As in `benchmark.tasks.embedding.sensitivity.files.Sensitivity`.
    title
        Heading of the picture.
    """
    with picture_style():
        return _drawn(table, title)


def _drawn(table: pd.DataFrame, title: str) -> Figure:
    metrics = list(dict.fromkeys(table["metric"]))
    n_rows = -(-len(metrics) // COLUMNS)
    width, height = PANEL[0] * COLUMNS, HEAD + PANEL[1] * n_rows + FOOT
    figure = Figure(figsize=(width, height))
    figure.text(0.12 / width, 1 - 0.12 / height, title, va="top", fontsize=12, fontweight="bold")
    lines: dict[Any, Any] = {}
    for number, metric in enumerate(metrics):
        row, column = divmod(number, COLUMNS)
        left, top = PANEL[0] * column + GAPS[0], HEAD + PANEL[1] * row + GAPS[1]
        bottom = height - top - (PANEL[1] - sum(GAPS))
        # Placed by hand: matplotlib's own layouts draw everything several times.
        axis = figure.add_axes(place(figure, left, bottom, width - left - PANEL[0] + 0.6, top))
        _draw_metric(axis, metric, table[table["metric"] == metric])
        axis.set_xticks([0, 0.25, 0.5, 0.75, 1], labels=["0", "0.25", "0.5", "0.75", "1"])
        if number >= len(metrics) - COLUMNS:
            axis.set_xlabel("0 untouched … 1 last level", fontsize=9)
        lines |= {line.get_label(): line for line in axis.get_lines()}
    beyond = {label: line for label, line in lines.items() if label == BEYOND}  # the last one
    shown = {label: line for label, line in lines.items() if label != BEYOND} | beyond
    figure.legend(
        shown.values(), shown.keys(), loc="lower center", ncols=5, fontsize=9, bbox_to_anchor=(0.5, 0)
    )
    return figure


def _draw_metric(axis: Any, metric: str, answers: pd.DataFrame) -> None:
    axis.set_title(metric, fontsize=11)
    axis.grid(visible=True, color="0.9", linewidth=0.6)
    axis.set_axisbelow(True)
    axis.set_xlim(-0.03, 1.03)
    if answers["value"].isna().all():
        reason = answers["reason"].iloc[0]
        axis.text(
            0.5, 0.5, f"undefined:\n{reason}", ha="center", va="center", transform=axis.transAxes, wrap=True
        )
        return
    start = answers.loc[answers["level"] == 0, "value"].mean()
    random = answers.loc[answers["degradation"] == CONTROL, "value"].mean()
    if pd.notna(start):
        axis.axhline(start, color="0.45", linewidth=0.9, label="untouched embedding", zorder=1)
    if pd.notna(random):
        axis.axhline(random, color="0.45", linewidth=1.3, linestyle=":", label="random noise", zorder=1)
    for name, rows in answers[answers["degradation"] != CONTROL].groupby("degradation", sort=False):
        _draw_degradation(axis, str(name), rows)
    axis.set_ylim(bottom=0, top=min(1.02, 1.12 * answers["value"].max()))


def _draw_degradation(axis: Any, name: str, rows: pd.DataFrame) -> None:
    at_level = rows.groupby("level")["value"]
    mean = at_level.mean().where(at_level.count() == at_level.size())  # undefined in one repeat is undefined
    place = [number / (len(mean) - 1) for number in range(len(mean))]
    colour, marker, dashes = LOOKS[name]
    title = DEGRADATIONS[name].title
    axis.fill_between(place, at_level.min(), at_level.max(), color=colour, alpha=0.18, linewidth=0)
    axis.plot(
        *(place, mean),
        color=colour,
        marker=marker,
        markersize=4.5,
        linestyle=dashes,
        linewidth=1.5,
        label=title,
    )
    last = mean.last_valid_index()
    if last is not None and last != mean.index[-1]:
        axis.plot(
            *([place[mean.index.get_loc(last)]], [mean[last]]),
            color="black",
            marker="x",
            markersize=11,
            markeredgewidth=2,
            linestyle="none",
            label=BEYOND,
            zorder=4,
        )
