"""The gene sets that are enriched in the clusters of the best methods, as dots."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain, zip_longest

import numpy as np
import pandas as pd

from geneboard.benchmark.report.figures import dot_matrix
from geneboard.benchmark.report.figures.style import Heading, short
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.biology.board.set_names import set_title
from geneboard.benchmark.tasks.biology.board.words import methods_of
from geneboard.benchmark.tasks.biology.questions import Question

METHODS, SETS = 6, 25
"""So many methods and gene sets are shown."""

ALIKE = 0.5
"""Of sets whose enriched genes overlap more (Jaccard index) one is shown."""

SURE = 10.0
"""-log10 of the false discovery rate from which on dots are equally dark."""

SIGNIFICANT = -np.log10(0.05)


def enriched_figures(board: BiologyBoard) -> Iterator[Figure]:
    """Return a picture for each library of which some method has an enriched set."""
    for question in board.questions:
        if question.measure != "enrichment":
            continue
        tables = [(entry.row.title, _best(entry, question)) for entry in methods_of(board)]
        if found := [(title, table) for title, table in tables if len(table)][:METHODS]:
            yield _figure(board, question, found)


def _best(entry: Entry, question: Question) -> pd.DataFrame:
    """Return the enriched sets of a method, each in the cluster where it is clearest, clearest first."""
    answer = entry.answers.get(question)
    found = [] if answer is None else [record["answer"].get("enriched", {}) for record in answer.row.scored]
    table = pd.DataFrame(found[0] if found else {})
    if table.empty:
        return table
    return table.sort_values("fdr", kind="stable").drop_duplicates("set").set_index("set")


def shown_sets(tables: Sequence[pd.DataFrame]) -> list[str]:
    """Return the sets to show: of each method in turn its next clearest one that is unlike those before.

    Parameters
    ----------
    tables
        For each method its sets (index), clearest first, with ``genes``.
    """
    found: dict[str, frozenset[str]] = {}
    in_turn = chain.from_iterable(zip_longest(*(table["genes"].items() for table in tables)))
    for pair in in_turn:
        if pair is not None and len(found) < SETS:
            name, genes = str(pair[0]), frozenset(str(pair[1]).split(";"))
            if all(len(genes & other) <= ALIKE * len(genes | other) for other in found.values()):
                found[name] = genes
    strength = {name: min(table["fdr"].get(name, 1.0) for table in tables) for name in found}
    return sorted(found, key=lambda name: strength[name])


def _figure(board: BiologyBoard, question: Question, found: Sequence[tuple[str, pd.DataFrame]]) -> Figure:
    library = short(question.knowledge, 45)
    names = shown_sets([table for _, table in found])
    points = pd.DataFrame(
        {"row": row, "column": column, "size": table.loc[name, "overlap"], "colour": _strength(table, name)}
        for column, (_, table) in enumerate(found)
        for row, name in enumerate(names)
        if name in table.index
    )
    scale = dot_matrix.Scale("-log10 false discovery rate", "genes in common:", SIGNIFICANT, SURE)
    told = [f"{title}: {', '.join(map(set_title, table.index[:3]))}." for title, table in found]
    return Figure(
        re.sub(r"\W+", "_", f"enriched {question.knowledge}")[:60],
        partial(
            dot_matrix.draw,
            Heading.of(board.group, f"Gene sets in the clusters of the best methods: {library}"),
            list(map(set_title, names)),
            [title for title, _ in found],
            points,
            scale,
            notes=[
                "Each set in the cluster where it is clearest, if it is among the five clearest of that "
                "cluster; of sets with much the same genes one."
            ],
        ),
        alt=f"Enriched sets of {question.knowledge}, the clearest first. {' '.join(told)}",
        caption=f"Sets of {question.knowledge} that are over-represented in clusters of the best methods.",
        wide=True,
    )


def _strength(table: pd.DataFrame, name: str) -> float:
    return float(-np.log10(np.maximum(table["fdr"][name], 1e-300)))
