"""The figures of the L1000 task: of one problem, and of several beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator, NullLocator

from geneboard.benchmark.report.figures import dot_interval
from geneboard.benchmark.report.figures.curves import curves_figures
from geneboard.benchmark.report.figures.style import (
    KIND_LOOKS,
    Heading,
    dot_look,
    key,
    line_look,
    new_figure,
    number_label,
)
from geneboard.benchmark.report.number_text import UNDEFINED, number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.report.wording import best_row, methods_of
from geneboard.benchmark.tasks.inference.board.columns import LEAD, direction
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard
from geneboard.benchmark.tasks.inference.board.paired import BASELINE
from geneboard.benchmark.tasks.inference.board.words import inputs_text, targets_text, winner_sentence
from geneboard.benchmark.tasks.inference.over_problems import Experiment
from geneboard.benchmark.tasks.inference.problem_tables import ALL, lead_in_words, problem_labels

SHOWN = ("PCC", "PCC_within", "MAE")
"""The scores that have a panel."""

BUDGET_SHOWN = ("PCC_within", "PCC")

CAPTIONS = {
    "landmarks": "Scores by number of landmarks that are inputs; the band is the interval over seeds.",
    "organs": "Scores of every method on the organ that training left out.",
    "platform": "Scores of every method on another expression set than that of training.",
}
"""By experiment."""


def board_figures(board: InferenceBoard) -> list[Figure]:
    """Return the figures of the leaderboard of a problem."""
    frame, rows = board.frame, board.frame.to_dict("records")
    baseline = frame.loc[(frame["method"] == BASELINE) & frame[LEAD].notna()]
    panels = [
        dot_interval.Panel(
            f"{metric} ({direction(metric)})",
            pd.DataFrame(
                {
                    "row": range(len(frame)),
                    "series": frame["kind"],
                    "value": frame[metric],
                    "low": frame[f"{metric}_low"],
                    "high": frame[f"{metric}_high"],
                    "text": [UNDEFINED if row["seeds"] else row["status"] for row in rows],
                }
            ),
            line=None if baseline.empty else float(baseline[metric].iloc[0]),
        )
        for metric in SHOWN
    ]
    inputs = f"Input landmarks: {inputs_text(board.problem)}. Targets: {targets_text(board.problem)}."
    scores = Figure(
        "inference_scores",
        partial(
            dot_interval.draw,
            Heading.of(board.group, f"{board.group.tissue}: {winner_sentence(board).rstrip('.')}"),
            list(frame["title"]),
            panels,
            KIND_LOOKS,
            apart=int((frame["kind"] == "control").sum()),
            words=dot_interval.Words(line="" if baseline.empty else str(baseline["title"].iloc[0])),
            notes=[inputs],
        ),
        alt=_board_alt(board),
        caption="Scores of every row with the interval over seeds; the dashed line is the linear baseline.",
        wide=True,
    )
    return [scores, *curves_figures(board.group, board.frame["method"])]


def _board_alt(board: InferenceBoard) -> str:
    methods = methods_of(board.frame.to_dict("records"))
    order = ", ".join(f"{row['title']} {number(row[LEAD], 2)}" for row in methods if pd.notna(row[LEAD]))
    ends = [
        f"{metric} {best['title']} {number(best[metric], 2)}"
        for metric in SHOWN[1:]
        if (best := best_row(methods, metric, lowest=direction(metric) == "lower is better"))
    ]
    return (
        f"{SHOWN[0]}, {SHOWN[1]} and {SHOWN[2]} of every method. {LEAD}, best first: {order}. Best of the "
        f"others: {'; '.join(ends)}. {winner_sentence(board)}"
    )


def experiment_figure(experiment: Experiment) -> Figure:
    """Return the figure of several problems: curves of landmark budgets, else a dot for each method."""
    frame = experiment.frame[
        ["problem", "method", "metric", "selection", "landmarks", "value", "low", "high"]
    ]
    heading = Heading.of(experiment, f"{experiment.kind.title}: {_leader(experiment)}")
    if experiment.kind.experiment == "landmarks":
        draw = partial(draw_budgets, heading, frame, experiment.methods)
    else:
        draw = partial(_draw_problems, heading, frame, experiment.methods, problem_labels(experiment))
    return Figure(
        experiment.stem,
        draw,
        alt=lead_in_words(experiment),
        caption=CAPTIONS[experiment.kind.experiment],
        wide=True,
    )


def _leader(experiment: Experiment) -> str:
    """Return which method has the highest leading score most often."""
    frame = experiment.frame
    scored = frame.loc[(frame["metric"] == LEAD) & (frame["kind"] != "control") & frame["value"].notna()]
    best = scored.loc[scored.groupby("problem")["value"].idxmax(), "title"]
    if best.empty:
        return f"no method has a {LEAD}"
    title, n = Counter(best).most_common(1)[0]
    return f"{title} has the highest {LEAD} in {n} of {len(best)} problems"


def _draw_problems(
    heading: Heading, frame: pd.DataFrame, methods: Mapping[str, str], labels: Mapping[str, str]
) -> Drawing:
    """Return a panel for each score: a row for each problem, a dot for each method."""
    looks = {title: dot_look(number) for number, title in enumerate(methods.values())}
    points = frame.assign(
        row=frame["problem"].map({name: number for number, name in enumerate(labels)}),
        series=frame["method"].map(dict(methods)),
    )
    panels = [
        dot_interval.Panel(f"{metric} ({direction(metric)})", points[points["metric"] == metric])
        for metric in SHOWN
    ]
    return dot_interval.draw(heading, list(labels.values()), panels, looks)


def draw_budgets(heading: Heading, frame: pd.DataFrame, methods: Mapping[str, str]) -> Drawing:
    """Return a panel for each score and selection, a line for each method and a band for its interval."""
    selections = sorted(set(frame["selection"]) - {ALL})
    looks = {method: line_look(number) | {"markersize": 4} for number, method in enumerate(methods)}
    width = max(0.7 + len(selections) * (2.3 if len(selections) > 1 else 4.0), 5.6)
    handles = [key(title, **looks[method]) for method, title in methods.items()]
    figure = new_figure(width, 4.3, heading, handles=handles)
    shape = len(BUDGET_SHOWN), len(selections)
    grid = figure.subplots(*shape, sharex=True, sharey="row", squeeze=False)
    for metric, line in zip(BUDGET_SHOWN, grid, strict=True):
        line[0].set_ylabel(metric)
        for selection, axes in zip(selections, line, strict=True):
            fits = (frame["metric"] == metric) & frame["selection"].isin([selection, ALL])
            _draw_curves(axes, frame[fits & frame["value"].notna()], selection, looks)
    for selection, top, bottom in zip(selections, grid[0], grid[-1], strict=True):
        top.set_title(f"selection: {selection}", pad=4)
        bottom.set_xlabel("landmarks (logarithmic)")
    return figure


def _draw_curves(
    axes: Any, frame: pd.DataFrame, selection: str, looks: Mapping[str, Mapping[str, Any]]
) -> None:
    numbers = sorted(set(frame["landmarks"]))
    axes.set_xscale("log")
    axes.set_xticks(numbers, [str(number) for number in numbers], rotation=60)
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(number_label)
    axes.grid()
    for method, look in looks.items():
        own = frame.loc[frame["method"] == method].sort_values("landmarks")
        if (own["selection"] == selection).any():
            axes.plot(own["landmarks"], own["value"], gid=f"{method} {selection}", **look)
            axes.fill_between(
                own["landmarks"].astype(float), own["low"].astype(float), own["high"].astype(float),
                color=look["color"], alpha=0.18, linewidth=0, gid="over seeds",
            )  # fmt: skip
