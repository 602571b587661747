"""The tables over several problems as they are read: one per metric, a column for each problem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geneboard.benchmark.records.record import Problem
from geneboard.benchmark.report.inference.columns import DIGITS, direction
from geneboard.benchmark.report.inference.experiments import COMPARISON, METRICS, Experiment
from geneboard.benchmark.report.wording import MISSING, interval_cell, metric_cell

ALL = "all"
"""The selection of a problem in which every landmark is an input."""


@dataclass(frozen=True)
class ProblemCell:
    """The score of a method in one problem: as it is read, with its interval, and as a number."""

    text: str
    interval: str
    value: float | None


@dataclass(frozen=True)
class MetricTable:
    """One metric of an experiment.

    Attributes
    ----------
    header
        Heads of the columns after the first.
    rows
        Name, kind and cells of each row; a cell is None where the method was not run.
    """

    metric: str
    direction: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[ProblemCell | None, ...]], ...]


def metric_tables(experiment: Experiment) -> list[MetricTable]:
    """Return one table for each metric."""
    return [_table(experiment, metric) for metric in METRICS]


def _table(experiment: Experiment, metric: str) -> MetricTable:
    lines = experiment.frame.loc[experiment.frame["metric"] == metric].to_dict("records")
    if experiment.kind.experiment == "landmarks":
        heads, rows = _budgets(experiment, lines)
    else:
        heads, rows = _problems(experiment, lines)
    return MetricTable(metric, direction(metric), tuple(heads), tuple(rows))


Rows = list[tuple[str, str, tuple[ProblemCell | None, ...]]]


def _budgets(experiment: Experiment, lines: Sequence[dict[Any, Any]]) -> tuple[list[str], Rows]:
    """Return a row for each method and selection, and a column for each number of landmarks."""
    numbers = sorted({line["landmarks"] for line in lines}, reverse=True)
    selections = list(dict.fromkeys(line["selection"] for line in lines if line["selection"] != ALL))
    rows: Rows = []
    for method, title in experiment.methods.items():
        own = [line for line in lines if line["method"] == method]
        for selection in selections:
            fitting = {line["landmarks"]: line for line in own if line["selection"] in (selection, ALL)}
            if any(line["selection"] == selection for line in fitting.values()):
                cells = tuple(_cell(fitting.get(number)) for number in numbers)
                rows.append((f"{title}, {selection}", own[0]["kind"], cells))
    return [str(number) for number in numbers], rows


def _problems(experiment: Experiment, lines: Sequence[dict[Any, Any]]) -> tuple[list[str], Rows]:
    """Return a row for each method, and a column for each problem."""
    heads = problem_labels(experiment)
    rows: Rows = []
    for method, title in experiment.methods.items():
        own = {line["problem"]: line for line in lines if line["method"] == method}
        kind = next(iter(own.values()))["kind"]
        rows.append((title, kind, tuple(_cell(own.get(problem)) for problem in heads)))
    return list(heads.values()), rows


def problem_labels(experiment: Experiment) -> dict[str, str]:
    """Return what the problems of organs and platforms are called in their table, by name."""
    return {board.group.tissue: _label(experiment, board.problem) for board in experiment.boards}


def _label(experiment: Experiment, problem: Problem) -> str:
    is_reference = problem["experiment"] == COMPARISON
    if experiment.kind.experiment == "organs":
        return "all organs" if is_reference else f"without {problem['organ']}"
    where = "same set" if is_reference else f"to {problem['test_set']}"
    return f"{where} ({problem['targets']:,} targets)"


def _cell(line: dict[Any, Any] | None) -> ProblemCell | None:
    if line is None:
        return None
    text = metric_cell(line, "value", DIGITS) if line["seeds"] else str(line["status"])
    ends = {"value_low": line["low"], "value_high": line["high"]}
    interval = interval_cell(ends, "value", DIGITS)
    value = None if line["value"] != line["value"] else float(line["value"])
    return ProblemCell(text, "" if interval == MISSING else interval, value)
