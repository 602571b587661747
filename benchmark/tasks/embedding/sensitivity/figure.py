"""The figure of a degradation run: one panel per metric, one line per degradation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D

from geneboard.benchmark.report.figures.style import GREY, Heading, key, line_look, new_figure, number_label
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.embedding.sensitivity.findings import summary
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS

if TYPE_CHECKING:
    from geneboard.benchmark.tasks.embedding.sensitivity.analysis import Sensitivity

COLUMNS = 4
STEPS = "Along the axis: 0 the untouched embedding, 1 the last level; levels are evenly spaced."

LOOKS = {name: line_look(number) for number, name in enumerate(DEGRADATIONS)}
UNTOUCHED: dict[str, Any] = {"color": GREY, "linewidth": 0.9, "linestyle": "-"}
RANDOM: dict[str, Any] = {"color": GREY, "linewidth": 1.3, "linestyle": ":"}
BEYOND: dict[str, Any] = {"color": "black", "marker": "x", "markersize": 9, "markeredgewidth": 2}


def sensitivity_figure(sensitivity: Sensitivity) -> Figure:
    """Return the figure of a degradation run."""
    findings = sensitivity.findings
    seen = findings["verdict"].str.startswith("sees it").groupby(findings["metric"], sort=False).sum()
    finding = (
        f"{seen.idxmax()} sees {seen.max()} of {findings['degradation'].nunique()} degradations, the most"
    )
    told = " ".join(f"{metric} {sentence}" for metric, sentence in summary(findings).items())
    return Figure(
        "sensitivity",
        partial(draw, sensitivity.table, Heading.of(sensitivity, f"{sensitivity.title}; {finding}")),
        alt=f"Scores of every metric at every level. {told}",
        caption="Scores of every metric at every level of every degradation.",
        wide=True,
    )


def draw(table: pd.DataFrame, heading: Heading) -> Drawing:
    """Draw how every metric answers.

    From the untouched embedding at the left each line goes down (or up) with the levels of a degradation,
    evenly spaced, to the last one at the right. Lines are means over repeats, bands their range; a line ends
    where the metric is undefined.

    Parameters
    ----------
    table
        As in `benchmark.tasks.embedding.sensitivity.analysis.Sensitivity`.
    heading
        Title and origin.
    """
    metrics = list(dict.fromkeys(table["metric"]))
    shown = [name for name in DEGRADATIONS if (table["degradation"] == name).any()]
    n_rows = -(-len(metrics) // COLUMNS)
    figure = new_figure(10.0, 2.2 * n_rows, heading, [STEPS], _legend(shown))
    grid = figure.subplots(n_rows, COLUMNS, sharex=True, squeeze=False).ravel()
    for axes, metric in zip(grid, metrics, strict=False):
        _draw_metric(axes, metric, table[table["metric"] == metric])
        axes.tick_params(labelbottom=True)
    for axes in grid[len(metrics) :]:
        axes.remove()
    return figure


def _legend(degradations: list[str]) -> list[Line2D]:
    return [
        *(key(DEGRADATIONS[name].title, **LOOKS[name]) for name in degradations),
        key("untouched embedding", **UNTOUCHED),
        key("random noise", **RANDOM),
        key("undefined beyond", **BEYOND),
    ]


def _draw_metric(axes: Any, metric: str, answers: pd.DataFrame) -> None:
    axes.set_title(metric)
    axes.grid()
    axes.set_xlim(-0.03, 1.03)
    axes.xaxis.set_major_formatter(number_label)
    axes.yaxis.set_major_formatter(number_label)
    if answers["value"].isna().all():
        text = f"undefined:\n{answers['reason'].iloc[0]}"
        axes.text(0.5, 0.5, text, ha="center", va="center", transform=axes.transAxes, wrap=True)
        return
    start = answers.loc[answers["level"] == 0, "value"].mean()
    random = answers.loc[answers["degradation"] == CONTROL, "value"].mean()
    if pd.notna(start):
        axes.axhline(start, zorder=1, **UNTOUCHED)
    if pd.notna(random):
        axes.axhline(random, zorder=1, gid="random noise", **RANDOM)
    for name, rows in answers[answers["degradation"] != CONTROL].groupby("degradation", sort=False):
        _draw_degradation(axes, str(name), rows)
    axes.set_ylim(bottom=0, top=min(1.02, 1.12 * answers["value"].max()))


def _draw_degradation(axes: Any, name: str, rows: pd.DataFrame) -> None:
    at_level = rows.groupby("level")["value"]
    mean = at_level.mean().where(at_level.count() == at_level.size())  # undefined in one repeat is undefined
    place = [number / (len(mean) - 1) for number in range(len(mean))]
    axes.fill_between(
        place, at_level.min(), at_level.max(), color=LOOKS[name]["color"], alpha=0.18, linewidth=0
    )
    axes.plot(place, mean, markersize=4, gid=name, **LOOKS[name])
    last = mean.last_valid_index()
    if last is not None and last != mean.index[-1]:
        axes.plot(place[mean.index.get_loc(last)], mean[last], zorder=4, gid="undefined beyond", **BEYOND)
