"""The tables over several problems: one per metric, a column for each problem, and the published figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Problem
from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, number, number_or_none
from geneboard.benchmark.report.table import (
    LONG,
    Cell,
    Column,
    Format,
    Line,
    Part,
    Table,
    methods_and_controls,
)
from geneboard.benchmark.tasks.inference.board.columns import DIGITS, direction, small_print
from geneboard.benchmark.tasks.inference.over_problems import COMPARISON, METRICS, Experiment

ALL = "all"
"""The selection of a problem in which every landmark is an input."""

PAPER_TABLE = Path(__file__).resolve().parents[3] / "results" / "paper" / "l1000_gnn_results.csv"

PUBLISHED = "Published (GTEx, RNA-seq from L1000; another task: not comparable)"
PUBLISHED_SENTENCE = (
    "Figures of Kim et al. 2025 (Briefings in Bioinformatics 26(3) bbaf273, doi 10.1093/bib/bbaf273): "
    "RNA-seq of 12,320 genes of GTEx samples, inferred from landmarks that were measured on L1000. Other "
    "data, other input and other splits: only their order and their fall with fewer landmarks can be set "
    "beside ours."
)

PUBLISHED_COLUMNS = (
    Column("model", kind="text"),
    Column("landmarks", kind="integer"),
    Column("selection", kind="text"),
    Column("aig_rank_correlation", "rank correlation, all inferred", digits=4),
    Column("bing_rank_correlation", "rank correlation, best inferred", digits=4),
    Column("recall_r95_genes", "genes recalled, R95", kind="integer"),
    Column("recall_r99_genes", "genes recalled, R99", kind="integer"),
)


def problem_tables(experiment: Experiment) -> list[Table]:
    """Return one table for each metric."""
    return [_table(experiment, metric) for metric in METRICS]


def _table(experiment: Experiment, metric: str) -> Table:
    name = f"{metric} ({direction(metric)})"
    heads = dict.fromkeys(problem_labels(experiment).values())
    return Table(
        stem=metric,
        title=name,
        columns=(Column("title", "method", kind="name"), *map(_column, heads)),
        parts=methods_and_controls(_rows(experiment, metric), name),
        formats=LONG,
        filters=False,
    )


def _rows(experiment: Experiment, metric: str) -> list[Line]:
    """Return a row for each method, and each way to choose landmarks, with a cell for each problem."""
    heads = problem_labels(experiment)
    frame = experiment.frame.loc[experiment.frame["metric"] == metric]
    selections = [selection for selection in frame["selection"].unique() if selection != ALL] or [ALL]
    rows: list[Line] = []
    for method, title in experiment.methods.items():
        for selection in selections:
            fits = (frame["method"] == method) & frame["selection"].isin([selection, ALL])
            lines = frame.loc[fits].to_dict("records")
            if any(line["selection"] == selection for line in lines):
                named = title if selection == ALL else f"{title}, {selection}"
                cells = {heads[line["problem"]]: _cell(line) for line in lines}
                rows.append({"title": named, "kind": lines[0]["kind"], **cells})
    return rows


def problem_labels(experiment: Experiment) -> dict[str, str]:
    """Return what the problems are called in their table, by name."""
    return {board.group.tissue: _label(experiment, board.problem) for board in experiment.boards}


def _label(experiment: Experiment, problem: Problem) -> str:
    if experiment.kind.experiment == "landmarks":
        return str(problem["landmarks"])
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


def published_figures() -> pd.DataFrame:
    """Return the published table, the most landmarks and the best first; source: doi 10.1093/bib/bbaf273."""
    order = ["landmarks", "selection", "aig_rank_correlation"]
    table = pd.read_csv(PAPER_TABLE, keep_default_na=False)
    return table.sort_values(order, ascending=[False, True, False], kind="stable", ignore_index=True)


def published_table() -> Table:
    """Return the published figures as a table."""
    lines = tuple({**line, "kind": "published"} for line in published_figures().to_dict("records"))
    return Table(
        stem="published",
        title=PUBLISHED,
        columns=PUBLISHED_COLUMNS,
        parts=(Part(PUBLISHED, lines),),
        formats=LONG,
        text=PUBLISHED_SENTENCE,
        filters=False,
    )
