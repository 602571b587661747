"""Which datasets and tissues are alike by the best embedding of several tissues: tables and sentence."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations_with_replacement
from typing import Any

import pandas as pd

from geneboard.benchmark.report.number_text import MISSING, interval_text, number
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import CSV, LONG, Column, Format, Line, Part, Table
from geneboard.benchmark.report.wording import counted, listed
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.biology.board.told_answers import ToldAnswer, answers_of, told_answers
from geneboard.benchmark.tasks.biology.questions import Question

TREE = "dataset_tree"
NAMED = 3
"""So many pairs of tissues are named in a sentence."""


def merges_of(tree: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the merges of a tree with ``datasets`` (all below), ``height`` and ``support``."""
    members = [[name] for name in tree["datasets"]]
    found = []
    for (left, right, height, _), support in zip(tree["merges"], tree["support"], strict=True):
        members.append(sorted(members[int(left)] + members[int(right)]))
        found.append({"datasets": members[-1], "height": height, "support": support})
    return found


def best_trees(board: BiologyBoard) -> list[ToldAnswer]:
    """Return the answer of the method that tells tissues best; of equal ones the first of the board."""
    return [
        max(told, key=lambda one: one.entry.answers[one.question].value or 0.0)
        for told in told_answers(board, TREE, "tree")
    ]


def dataset_tables(board: BiologyBoard) -> list[Table]:
    """Return how alike tissues are by the best method (in csv by all rows), and the clades of its tree."""
    tables = []
    for found in best_trees(board):
        title, rows = found.entry.row.title, []
        for entry in board.entries:
            rows += [{"method": entry.name, **row} for row in _alike(entry, found.question)]
        tables.append(
            Table(
                stem="tissues_alike",
                title=f"Which tissues are alike: {title}",
                columns=ALIKE,
                frame=pd.DataFrame(rows),
                parts=(Part("", tuple(_alike(found.entry, found.question))),),
                formats=LONG | CSV,
                text="Mean similarity (correlation of profiles) of the datasets of two tissues, or of one.",
                folded=True,
            )
        )
        clades = [
            {**row, "datasets": ";".join(row["datasets"]), "method": found.entry.name}
            for row in merges_of(found.answer["tree"])
        ]
        tables.append(
            Table(
                stem="dataset_clades",
                title=f"Clades of the tree of datasets: {title}",
                columns=CLADES,
                frame=pd.DataFrame(clades)[["method", "datasets", "height", "support"]],
                parts=(Part("", tuple(clades)),),
                formats=LONG | CSV,
                text="Average linkage of 1 - similarity; support is the share of the trees of genes drawn "
                "anew that have the clade.",
                folded=True,
            )
        )
    return tables


def _alike(entry: Entry, question: Question) -> list[dict[str, Any]]:
    """Return a line for each pair of tissues, mean over seeds, the most alike first."""
    answers = [answer["alike"] for answer in answers_of(entry, question, "alike")]
    if not answers:
        return []
    tissues = answers[0]["tissues"]
    found = []
    for one, other in combinations_with_replacement(range(len(tissues)), 2):
        values = [answer["similarity"][one][other] for answer in answers]
        if None not in values:
            mean = sum(values) / len(values)
            found.append({"tissue": tissues[one], "other": tissues[other], "similarity": mean})
    return sorted(found, key=lambda row: -row["similarity"])


def dataset_notes(board: BiologyBoard) -> list[Note]:
    """Return what the best method says of the datasets, and what would tell tissues without it."""
    return [Note(_sentence(board, found)) for found in best_trees(board)]


def _sentence(board: BiologyBoard, found: ToldAnswer) -> str:
    entry, column, numbers = found.entry, found.question.column, found.answer["numbers"]
    fewest, most = numbers["common"]
    (line,) = board.frame[board.frame["method"] == entry.name].to_dict("records")
    tissues = len(found.answer["alike"]["tissues"])
    text = (
        f"Datasets ({numbers['datasets']} of {counted(tissues, 'tissue')}; two have {fewest} to {most} genes "
        f"in common): {entry.row.title} tells those of one tissue from others best, AUC "
        f"{number(line[column], 3)} ({interval_text(line, column, 3)} over genes), p "
        f"{number(line[f'{column}_p_value'], 3)} (smallest attainable {number(numbers['least_p'], 3)}). "
        f"The share of common genes alone gives {number(line[f'{column}_AUC_common_genes'], 3)}."
    )
    apart = [row for row in _alike(entry, found.question) if row["tissue"] != row["other"]]
    if tissues < 3:
        return text
    named = [f"{row['tissue']} and {row['other']} {number(row['similarity'], 2)}" for row in apart[:NAMED]]
    return f"{text} Most alike of the tissues: {listed(named)}."


def _support(line: Line, _: Format) -> str:
    return MISSING if line["support"] is None else f"{100 * line['support']:.0f} %"


ALIKE = (
    Column("tissue", kind="text"),
    Column("other", "and", kind="text"),
    Column("similarity", "similarity", explained="mean over pairs of datasets"),
)
CLADES = (
    Column("datasets", kind="text", show=lambda line, _: line["datasets"].replace(";", ", ")),
    Column("height", "height", explained="1 - mean similarity of the two that are merged"),
    Column("support", kind="text", show=_support),
)
