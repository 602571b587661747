"""The quality table of a tissue as a page that can be read: quality.md."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
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
    sizes = ["cells_read", "cells", "columns_read", "columns_without_name", "genes_read", "genes_after_qc"]
    sizes += ["genes", "median_depth"]
    names = ["cells read", "cells kept", "columns read", "without a name", "genes read"]
    names += ["after quality control", "selected"]
    kept = _table(
        ["dataset", *names, "median depth"],
        ([row["dataset"], *(_count(row[s]) for s in sizes)] for row in rows),
    )
    lost = _table(
        ["dataset", *(reason.replace("_", " ") for reason in DROPPED)],
        ([row["dataset"], *(_count(row[f"dropped_{reason}"]) for reason in DROPPED)] for row in rows),
    )
    return (
        "## Cells and genes at each step\n\n"
        "Columns of the file become genes when those that a table of identifiers does not know are dropped\n"
        "and duplicated names are summed. Depth is the number of counts of a cell in the genes after\n"
        f"quality control.\n\n{kept}\n\n"
        f"Dropped by quality control; a cell can break several rules:\n\n{lost}"
    )


def _edges(rows: list[Row]) -> str:
    degree = list(DEGREE_QUANTILES)
    body = _table(
        [
            *("dataset", "rule", "edges", "density", "isolated genes"),
            *("min", "25 %", "median", "75 %", "max"),
            *("self-edges", "degree and mean count"),
        ],
        (
            [
                row["dataset"],
                _shown(row["edge_rule"], str),
                _count(row["edges"]),
                _percent(row["density"]),
                _count(row["isolated_genes"]),
                *(_count(row[column]) for column in degree),
                _count(row["self_edges"]),
                _correlation(row["degree_depth"]),
            ]
            for row in rows
        ),
    )
    return (
        "## Edges\n\n"
        "Density is the share of all pairs of different genes that are joined; isolated genes are joined to\n"
        "no other; the quantiles are those of the degree. The last column is Spearman's correlation of the\n"
        "degree of a gene with its mean count: where it is high, edges may show how deep genes were\n"
        "sequenced.\n\n" + body
    )


def _shared(rows: list[Row]) -> str:
    body = _table(
        ["dataset", "comparable edges", "found elsewhere", "expected by chance", "ratio"],
        (
            [
                row["dataset"],
                _count(row["comparable_edges"]),
                _percent(row["shared_edges"]),
                _percent(row["shared_edges_expected"]),
                _ratio(row["shared_edges"], row["shared_edges_expected"]),
            ]
            for row in rows
        ),
    )
    return (
        "## Edges found in the other datasets\n\n"
        "Of the edges between genes that are both in at least one other dataset, the share that is an edge\n"
        "in at least one of these. By chance, as many edges placed at random would reach the expected\n"
        "share, which is high where the other graphs are dense; at a ratio of 1 the datasets agree no more\n"
        "than that.\n\n" + body
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
                    _correlation(found["degree_depth"]),
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


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rule = ["---", *(["---:"] * (len(head) - 1))]
    return "\n".join(f"| {' | '.join(line)} |" for line in [head, rule, *lines])


def _shown(value: Any, form: Callable[[Any], str]) -> str:
    """Return a value in its form, or a dash if it is not known."""
    return "-" if pd.isna(value) else form(value)


def _count(value: Any) -> str:
    return _shown(value, lambda v: f"{v:,.1f}".removesuffix(".0"))


def _percent(value: Any) -> str:
    return _shown(value, lambda v: f"{v:.1%}")


def _correlation(value: Any) -> str:
    return _shown(value, lambda v: f"{v:.2f}")


def _ratio(share: Any, expected: Any) -> str:
    return "-" if pd.isna(share) or not expected else f"{share / expected:.2f}"
