"""The tables over several problems as they are read: one per metric, a column for each problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from geneboard.benchmark.records.record import Problem
from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, number, number_or_none
from geneboard.benchmark.report.table import Cell, Column, Format, Line, Table, methods_and_controls
from geneboard.benchmark.tasks.inference.board.columns import DIGITS, direction, small_print
from geneboard.benchmark.tasks.inference.over_problems import COMPARISON, METRICS, Experiment

ALL = "all"
"""The selection of a problem in which every landmark is an input."""

ProblemRow = tuple[str, str, dict[str, Line]]
"""Name and kind of a row, and its line of the frame by the head of the column."""


def problem_tables(experiment: Experiment) -> list[Table]:
    """Return one table for each metric."""
    return [_table(experiment, metric) for metric in METRICS]


def _table(experiment: Experiment, metric: str) -> Table:
    lines = experiment.frame.loc[experiment.frame["metric"] == metric].to_dict("records")
    heads, rows = (_budgets if experiment.kind.experiment == "landmarks" else _problems)(experiment, lines)
    name = f"{metric} ({direction(metric)})"
    shown = [
        {"title": title, "kind": kind, **{head: _cell(line) for head, line in own.items()}}
        for title, kind, own in rows
    ]
    return Table(
        stem=metric,
        title=name,
        columns=(Column("title", "method", kind="name"), *map(_column, heads)),
        parts=methods_and_controls(shown, name),
        formats=frozenset({"md", "html"}),
        filters=False,
    )


def _budgets(experiment: Experiment, lines: Sequence[Line]) -> tuple[list[str], list[ProblemRow]]:
    """Return a row for each method and selection, and a column for each number of landmarks."""
    numbers = sorted({line["landmarks"] for line in lines}, reverse=True)
    selections = list(dict.fromkeys(line["selection"] for line in lines if line["selection"] != ALL))
    rows = []
    for method, title in experiment.methods.items():
        own = [line for line in lines if line["method"] == method]
        for selection in selections:
            fitting = [line for line in own if line["selection"] in (selection, ALL)]
            if any(line["selection"] == selection for line in fitting):
                cells = {str(line["landmarks"]): line for line in fitting}
                rows.append((f"{title}, {selection}", own[0]["kind"], cells))
    return [str(number) for number in numbers], rows


def _problems(experiment: Experiment, lines: Sequence[Line]) -> tuple[list[str], list[ProblemRow]]:
    """Return a row for each method, and a column for each problem."""
    heads = problem_labels(experiment)
    rows = []
    for method, title in experiment.methods.items():
        own = [line for line in lines if line["method"] == method]
        rows.append((title, own[0]["kind"], {heads[line["problem"]]: line for line in own}))
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


def _column(head: str) -> Column:
    def show(row: Line, form: Format) -> Cell:
        cell: Cell = row.get(head, Cell(MISSING))
        if form == "html" or not cell.lines:
            return cell
        return replace(cell, text=f"{cell.text} [{cell.lines[0]}]")

    return Column(head, show=show)


def _cell(line: Mapping[Any, Any]) -> Cell:
    """Return the score of a method in a problem, with its interval in small print."""
    text = number(line["value"], DIGITS, UNDEFINED) if line["seeds"] else str(line["status"])
    ends = {"value_low": line["low"], "value_high": line["high"]}
    return Cell(text, number_or_none(line["value"]), lines=small_print(ends, "value"))


def lead_in_words(experiment: Experiment) -> str:
    """Return the leading score of every method in every problem."""
    lead = problem_tables(experiment)[0]
    told = [
        f"{row['title']} "
        + ", ".join(f"{row[head].text} ({head})" for head in row if isinstance(row[head], Cell))
        for row in lead.parts[0].lines
    ]
    return f"{lead.stem} by problem: {'; '.join(told)}."
