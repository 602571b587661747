"""The genes whose neighbourhoods have changed most between two conditions, by the best embedding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import CSV, LONG, Column, Part, Table
from geneboard.benchmark.report.wording import counted, listed
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.biology.board.set_names import set_title
from geneboard.benchmark.tasks.biology.board.told_answers import ToldAnswer, told_answers
from geneboard.benchmark.tasks.biology.conditions import NOT_BIOLOGY, TOP
from geneboard.benchmark.tasks.biology.questions import Question

CONDITIONS = "conditions"
NAMED = 5
"""So many genes, and so many gene sets of a library, are named in a sentence."""

SIGNIFICANT = 0.05

COLUMNS = (
    Column("gene", "gene", kind="text"),
    Column("datasets", "datasets", kind="integer", explained="that have a vector of it"),
    Column(
        "between", "between", explained="mean dissimilarity of pairs of different conditions; 1 is chance"
    ),
    Column("within", "within", explained="the same of pairs of one condition"),
    Column("effect", "effect", explained="between - within"),
    Column("p", "p", explained="of this gene alone, by permuted labels", optional=True),
    Column("q", "FDR", explained="false discovery rate by the pooled null of all genes", optional=True),
)


def compared(board: BiologyBoard) -> list[ToldAnswer]:
    """Return for each pair of conditions the answer of the best embedding that compares genes."""
    return [told[0] for told in told_answers(board, CONDITIONS, "genes")]


def gene_tables(board: BiologyBoard) -> list[Table]:
    """Return a table of the genes that have changed most, for each pair of conditions."""
    tables = []
    for number_of_table, found in enumerate(compared(board)):
        frame = pd.DataFrame(found.answer["genes"])
        frame = frame.astype(dict.fromkeys(("within", "effect", "p", "q"), float))
        tables.append(
            Table(
                stem="changed_genes" + (f"_{number_of_table + 1}" if number_of_table else ""),
                title=f"Genes with the most changed neighbourhoods, {found.question.knowledge}: "
                f"{found.entry.row.title}",
                columns=COLUMNS,
                frame=frame,
                parts=(Part("", tuple(frame.to_dict("records"))),),
                formats=LONG | CSV,
                folded=True,
            )
        )
    return tables


def gene_notes(board: BiologyBoard) -> list[Note]:
    """Return what is said about the conditions: genes, gene sets, and what is no biology."""
    found = compared(board)
    told = [Note(_sentence(one.question, one.entry, one.answer)) for one in found]
    return [*told, Note(f"Conditions: {NOT_BIOLOGY}.")] if told else []


def _sentence(question: Question, entry: Entry, answer: Mapping[str, Any]) -> str:
    numbers, genes = answer["numbers"], pd.DataFrame(answer["genes"])
    sizes = listed([f"{own} {condition}" for condition, own in numbers["datasets"].items()])
    text = (
        f"{question.knowledge} ({sizes}), {entry.row.title}: {counted(numbers['genes'], 'gene')} compared, "
    )
    if numbers["least_p"] > SIGNIFICANT:
        text += f"effects only, as the smallest attainable p is {number(numbers['least_p'], 2)}; "
        named, of_sets = genes.head(NAMED), f"the {min(TOP, len(genes))} most changed"
    else:
        named, of_sets = genes[genes["q"] <= SIGNIFICANT].head(NAMED), "the changed genes"
        lead = entry.answers[question].mean("changed_genes")
        text += f"{number(lead, 0)} changed at a false discovery rate of .05 (smallest attainable p "
        text += f"{number(numbers['least_p'], 3)}); "
    has_effect = genes["effect"].notna().all()
    column = "effect" if has_effect else "between"
    what = "largest effects" if has_effect else "most unlike (no condition has two datasets)"
    values = [f"{row['gene']} {number(row[column], 2)}" for _, row in named.iterrows()]
    text += f"{what}: {', '.join(values)}" if values else "none stands out"
    sets = [
        f"{set_title(name)} (FDR {rate:.2g})"
        for library in answer["sets"].values()
        for name, rate in list(zip(library["set"], library["fdr"], strict=True))[:NAMED]
        if rate <= SIGNIFICANT
    ]
    if sets:
        text += f". Over-represented in {of_sets}: {', '.join(sets[: 2 * NAMED])}"
        text += " (genes of a set change together, so these rates are too low)"
    return f"{text}."
