"""Scores of all methods over several problems: what is lost with fewer landmarks, or on another organ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator, NullLocator

from geneboard.benchmark.report.inference.columns import direction
from geneboard.benchmark.report.inference.experiment_rows import ALL, problem_labels
from geneboard.benchmark.report.inference.experiments import Experiment
from geneboard.benchmark.report.pictures.style import (
    LINE_COLOURS,
    MARKERS,
    new_figure,
    number_label,
    picture_style,
    place,
    series_style,
    short,
)

BUDGET_METRICS = ("PCC_within", "PCC")
DOT_METRICS = ("PCC", "PCC_within", "MAE")
WIDTH = 8.4
RIM = 0.12
GAP = 0.25
HEAD = 0.72
LEGEND_LINE = 0.18
LEGEND_COLUMNS = 5


def draw(experiment: Experiment) -> Figure:
    """Return the picture of an experiment: curves of landmark budgets, else a dot for each method."""
    with picture_style():
        return _budgets(experiment) if experiment.kind.experiment == "landmarks" else _dots(experiment)


def _budgets(experiment: Experiment) -> Figure:
    """Return a panel for each score and selection, with a line for each method and its range over seeds."""
    frame = experiment.frame
    selections = sorted(set(frame["selection"]) - {ALL})
    below = 0.65 + _legend_height(experiment)
    panel = (2.1 if len(selections) > 1 else 4.0, 1.75)
    left_rim = 0.6
    width = max(left_rim + len(selections) * (panel[0] + GAP) + RIM, 5.6)
    height = HEAD + len(BUDGET_METRICS) * (panel[1] + GAP) + below
    figure = new_figure(width, height, experiment.kind.title, experiment, 0.12)
    for line, metric in enumerate(BUDGET_METRICS):
        limits = _limits(frame, metric)
        for column, selection in enumerate(selections):
            left = left_rim + column * (panel[0] + GAP)
            bottom = below + (len(BUDGET_METRICS) - 1 - line) * (panel[1] + GAP)
            axes = figure.add_axes(
                place(figure, left, bottom, width - left - panel[0], height - bottom - panel[1])
            )
            _draw_curves(axes, experiment, metric, selection)
            axes.set_ylim(*limits)
            if not line:
                axes.set_title(f"selection: {selection}", pad=4)
            last = line == len(BUDGET_METRICS) - 1
            axes.set_xlabel("landmarks (logarithmic)" if last else "")
            axes.tick_params(labelbottom=last, labelleft=not column)
            if not column:
                axes.set_ylabel(metric)
    _legend(figure, experiment, lines=True)
    return figure


def _draw_curves(axes: Any, experiment: Experiment, metric: str, selection: str) -> None:
    frame = experiment.frame
    shown = frame.loc[(frame["metric"] == metric) & frame["selection"].isin([selection, ALL])]
    numbers = sorted(set(shown["landmarks"]))
    axes.set_xscale("log")
    axes.set_xticks(numbers, [str(number) for number in numbers], rotation=60)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(number_label)
    axes.grid(color="#E5E5E5", linewidth=0.6)
    axes.set_axisbelow(True)
    for number, method in enumerate(experiment.methods):
        own = shown.loc[(shown["method"] == method) & shown["value"].notna()].sort_values("landmarks")
        if not (own["selection"] == selection).any():
            continue
        look = series_style(number)
        axes.plot(own["landmarks"], own["value"], marker=MARKERS[number % len(MARKERS)], markersize=4,
                  gid=f"{method} {selection}", **look)  # fmt: skip
        axes.fill_between(
            own["landmarks"].astype(float), own["low"], own["high"], color=look["color"], alpha=0.18,
            linewidth=0, gid="over seeds",
        )  # fmt: skip


def _dots(experiment: Experiment) -> Figure:
    """Return a panel for each score: a line of it for each problem, a mark for each method."""
    labels = problem_labels(experiment)
    names = 2.0
    below = 0.5 + _legend_height(experiment)
    row = max(0.34, 0.09 * len(experiment.methods))
    height = HEAD + row * len(labels) + below
    figure = new_figure(WIDTH, height, experiment.kind.title, experiment, 0.12)
    panel = (WIDTH - names - RIM - GAP * (len(DOT_METRICS) - 1)) / len(DOT_METRICS)
    for number, metric in enumerate(DOT_METRICS):
        left = names + number * (panel + GAP)
        axes = figure.add_axes(place(figure, left, below, WIDTH - left - panel, HEAD))
        axes.set_ylim(len(labels) - 0.5, -0.5)
        axes.set_yticks(
            range(len(labels)), [short(label, 26) for label in labels.values()] if not number else []
        )
        axes.tick_params(axis="y", length=0)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(number_label)
        axes.set_xlabel(f"{metric} ({direction(metric)})")
        axes.grid(axis="x", color="#E5E5E5", linewidth=0.6)
        axes.set_axisbelow(True)
        for edge in range(1, len(labels)):
            axes.axhline(edge - 0.5, color="#E5E5E5", linewidth=0.6)
        _draw_dots(axes, experiment, metric, list(labels))
    _legend(figure, experiment, lines=False)
    return figure


def _draw_dots(axes: Any, experiment: Experiment, metric: str, problems: Sequence[str]) -> None:
    frame = experiment.frame.loc[(experiment.frame["metric"] == metric) & experiment.frame["value"].notna()]
    step = 0.7 / max(len(experiment.methods) - 1, 1)
    for number, method in enumerate(experiment.methods):
        look = _dot_style(number)
        for line in frame.loc[frame["method"] == method].to_dict("records"):
            y = problems.index(line["problem"]) - 0.35 + step * number
            if pd.notna(line["low"]):
                axes.plot(
                    [line["low"], line["high"]], [y, y], color=look["color"], linewidth=1.2, gid="over seeds"
                )
            axes.plot([line["value"]], [y], markersize=4.5, linestyle="none", gid=method, **look)


def _dot_style(number: int) -> Mapping[str, Any]:
    return {
        "color": LINE_COLOURS[number % len(LINE_COLOURS)],
        "marker": MARKERS[number % len(MARKERS)],
        "markeredgecolor": "white",
        "markeredgewidth": 0.4,
    }


def _limits(frame: pd.DataFrame, metric: str) -> tuple[float, float]:
    """Return the ends of an axis that panels share: those of all values and intervals, and a rim."""
    values = frame.loc[frame["metric"] == metric, ["value", "low", "high"]].to_numpy(float)
    if np.isnan(values).all():
        return 0.0, 1.0
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    rim = 0.06 * (high - low) or 0.05
    return low - rim, high + rim


def _legend_height(experiment: Experiment) -> float:
    return LEGEND_LINE * -(-len(experiment.methods) // LEGEND_COLUMNS)


def _legend(figure: Figure, experiment: Experiment, *, lines: bool) -> None:
    handles = []
    for number, title in enumerate(experiment.methods.values()):
        look = dict(_dot_style(number))
        if lines:
            look = {"marker": MARKERS[number % len(MARKERS)], **series_style(number)}
        handles.append(Line2D([], [], markersize=4.5, label=short(title, 22), **{"linestyle": "none"} | look))
    figure.legend(
        handles=handles, loc="lower center", ncols=min(LEGEND_COLUMNS, len(handles)), handlelength=2.4,
        columnspacing=1.1, borderaxespad=0.2, bbox_to_anchor=(0.5, 0.02 / figure.get_figheight()),
    )  # fmt: skip
