"""The quality table of a tissue as a page that can be read: quality.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.graphs.edges import EDGE_RULES
from geneboard.datasets.quality import DEGREE_QUANTILES, DROPPED, edge_step, rule_labels

Row = dict[str, Any]


def quality_page(
    tissue: str, graphs: Sequence[GeneGraph], table: pd.DataFrame, warnings: Sequence[str], picture: str
) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    tissue
        Name of the tissue.
    graphs, table
        The graphs and their `datasets.quality.quality_table`.
    warnings
        Sentences to show first.
    picture
        Name of the picture beside the page.
    """
    rows: list[Row] = table.to_dict("records")  # type: ignore[assignment]
    noted = [f"- {text}" for text in warnings] or ["No graph is suspicious."]
    sections = [
        f"# Quality of the gene graphs: {tissue}",
        "\n".join(["## Warnings", "", *noted]),
        _steps(rows),
        _edges(rows),
        _shared(rows),
        _rules(graphs, rows),
        f"![Degrees of the genes, and edges shared by two datasets]({picture})",
    ]
    return "\n\n".join(sections) + "\n"


def _steps(rows: list[Row]) -> str:
    sizes = {
        "cells read": ("cells_read", _count),
        "cells kept": ("cells", _count),
        "columns read": ("columns_read", _count),
        "without a name": ("columns_without_name", _count),
        "genes read": ("genes_read", _count),
        "after quality control": ("genes_after_qc", _count),
        "selected": ("genes", _count),
        **(
            {"of these listed": ("genes_added", _count)}
            if any((row["genes_added"] or 0) > 0 for row in rows)  # NaN is not above 0
            else {}
        ),
        "median depth": ("median_depth", _count),
    }
    dropped = {reason.replace("_", " "): (f"dropped_{reason}", _count) for reason in DROPPED}
    return (
        "## Cells and genes at each step\n\n"
        "Columns of the file become genes when those that a table of identifiers does not know are dropped\n"
        "and duplicated names are summed. Depth is the number of counts of a cell in the genes after\n"
        f"quality control.\n\n{_by_dataset(rows, sizes)}\n\n"
        f"Dropped by quality control; a cell can break several rules:\n\n{_by_dataset(rows, dropped)}"
    )


def _edges(rows: list[Row]) -> str:
    quantiles = zip(("min", "25 %", "median", "75 %", "max"), DEGREE_QUANTILES, strict=True)
    columns = {
        "rule": ("edge_rule", _text),
        "edges": ("edges", _count),
        "density": ("density", _percent),
        "isolated genes": ("isolated_genes", _count),
        **{head: (column, _count) for head, column in quantiles},
        "self-edges": ("self_edges", _count),
        "degree and mean count": ("degree_depth", _number),
    }
    return (
        "## Edges\n\n"
        "Density is the share of all pairs of different genes that are joined; isolated genes are joined to\n"
        "no other; the quantiles are those of the degree. The last column is Spearman's correlation of the\n"
        "degree of a gene with its mean count: where it is high, edges may show how deep genes were\n"
        "sequenced.\n\n" + _by_dataset(rows, columns)
    )


def _shared(rows: list[Row]) -> str:
    columns = {
        "comparable edges": ("comparable_edges", _count),
        "found elsewhere": ("shared_edges", _percent),
        "expected by chance": ("shared_edges_expected", _percent),
        "ratio": ("ratio", _number),
    }
    with_ratio = [{**row, "ratio": _ratio(row["shared_edges"], row["shared_edges_expected"])} for row in rows]
    return (
        "## Edges found in the other datasets\n\n"
        "Of the edges between genes that are both in at least one other dataset, the share that is an edge\n"
        "in at least one of these. By chance, as many edges placed at random would reach the expected\n"
        "share, which is high where the other graphs are dense; at a ratio of 1 the datasets agree no more\n"
        "than that.\n\n" + _by_dataset(with_ratio, columns)
    )


def _rules(graphs: Sequence[GeneGraph], rows: list[Row]) -> str:
    lines = []
    for graph, row in zip(graphs, rows, strict=True):
        made = edge_step(graph)
        pairs = max(graph.n_genes * (graph.n_genes - 1) // 2, 1)
        for rule, label in rule_labels(made).items():
            found = made["by_rule"][rule]
            lines.append(
                [
                    row["dataset"],
                    f"**{label}**" if rule == made["rule"] else label,
                    _count(found["edges"]),
                    _percent(found["edges"] / pairs),
                    _number(found["degree_depth"]),
                ]
            )
    body = _table(["dataset", "rule", "edges", "density", "degree and mean count"], lines)
    return (
        "## What each rule gives\n\n"
        f"From the same p-values; the graphs have the rule in bold (`--edges {'|'.join(EDGE_RULES)}`):\n"
        "p-values below a threshold, Benjamini-Hochberg at a false discovery rate, and the strongest\n"
        "partners of each gene. Self-edges follow the raw p-value under each rule and are not counted.\n\n"
        + (body if lines else "The graphs were made by another program.")
    )


def _by_dataset(rows: list[Row], columns: Mapping[str, tuple[str, Callable[[Any], str]]]) -> str:
    """Return a table with one line for each dataset: heading -> column of the quality table, and its form."""
    lines = [[row["dataset"], *(form(row[column]) for column, form in columns.values())] for row in rows]
    return _table(["dataset", *columns], lines)


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---", *(["---:"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, rule, *lines])


def _form(pattern: str) -> Callable[[Any], str]:
    """Return what shows a value, or a dash if it is not known."""
    return lambda value: "-" if pd.isna(value) else pattern.format(value).removesuffix(".0")


_text, _count, _percent, _number = map(_form, ("{}", "{:,.1f}", "{:.1%}", "{:.2f}"))


def _ratio(share: Any, expected: Any) -> float | None:
    return None if pd.isna(share) or not expected else share / expected
