"""The regulators of the clusters of the best method and their targets, as a network."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import chain, zip_longest
from typing import Any

import pandas as pd

from geneboard.benchmark.report.figures import network
from geneboard.benchmark.report.figures.style import GREY, Heading, key, short
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.biology.board.regulators import (
    EFFECTS,
    SUBSTITUTE,
    best_regulated,
    regulated,
    stem_of,
)
from geneboard.benchmark.tasks.biology.board.words import methods_of
from geneboard.benchmark.tasks.biology.questions import Question

NODES, TARGETS = 40, 8
"""So many genes are shown, and targets of a regulator in a cluster."""

FILLS = ("#CFE6F5", "#FBE3B5", "#C9EBDD", "#F3D3E2", "#F9F6C0", "#F6CDB6", "#D9D9D9")
"""Pale colours of the clusters."""

LOOKS: dict[str, dict[str, Any]] = {
    "activation": {"color": "#0072B2", "arrowstyle": "-|>"},
    "repression": {"color": "#D55E00", "arrowstyle": "-[,widthB=0.45,lengthB=0"},
    "unknown": {"color": GREY, "arrowstyle": "-", "linestyle": "--", "linewidth": 0.7},
}


def regulator_figures(board: BiologyBoard) -> Iterator[Figure]:
    """Return a network for each table of regulation that has a regulator of some cluster."""
    for question in board.questions:
        best = best_regulated(methods_of(board), question) if question.measure == "regulators" else None
        if best is not None:
            yield _figure(board, question, best)


def shown_regulation(table: pd.DataFrame) -> pd.DataFrame:
    """Return what is drawn: of each cluster in turn its next regulator, with its targets.

    Parameters
    ----------
    table
        Regulators of clusters, smallest rate first (`board.regulators.regulated`).

    Returns
    -------
    pd.DataFrame
        Columns: start, end, kind, cluster; at most 40 genes, 8 targets of a regulator in a cluster.
    """
    by_cluster = [rows.to_dict("records") for _, rows in table.groupby("cluster", sort=False)]
    edges: list[tuple[str, str, str, int]] = []
    nodes: set[str] = set()
    for row in filter(None, chain.from_iterable(zip_longest(*by_cluster))):
        targets = [(gene, kind) for kind in EFFECTS for gene in row[kind].split(";") if gene][:TARGETS]
        together = nodes | {row["regulator"], *(gene for gene, _ in targets)}
        if len(together) <= NODES:
            nodes = together
            edges += [(row["regulator"], gene, kind, row["cluster"]) for gene, kind in targets]
    found = pd.DataFrame(edges, columns=["start", "end", "kind", "cluster"])
    return found.drop_duplicates(["start", "end"], ignore_index=True)


def _figure(board: BiologyBoard, question: Question, best: Entry) -> Figure:
    table = regulated(best, question)
    edges = shown_regulation(table)
    cluster = dict(zip(edges["end"], edges["cluster"], strict=True))
    for row in table[table["in_cluster"].eq(other=True)].itertuples():
        cluster.setdefault(row.regulator, row.cluster)
    fills = {number: FILLS[place % len(FILLS)] for place, number in enumerate(edges["cluster"].unique())}
    names = list(dict.fromkeys([*edges["start"], *edges["end"]]))
    nodes = pd.DataFrame(
        {
            "fill": [fills.get(cluster.get(name, -1), "white") for name in names],
            "is_source": [name in set(edges["start"]) for name in names],
        },
        index=names,
    )
    handles = [
        *(
            key(kind, color=look["color"], linestyle=look.get("linestyle", "-"))
            for kind, look in LOOKS.items()
        ),
        *(
            key(f"cluster {number}", marker="s", color=fill, markeredgecolor="#888888")
            for number, fill in fills.items()
        ),
    ]
    told = [
        f"cluster {row.cluster}: {row.regulator}, {row.overlap} of {row.set_size} targets"
        for row in table.drop_duplicates("cluster").itertuples()
    ]
    library = short(question.knowledge, 45)
    return Figure(
        stem_of(question),
        partial(
            network.draw,
            Heading.of(board.group, f"Regulators of the clusters of {best.row.title}: {library}"),
            nodes,
            edges,
            LOOKS,
            handles=handles,
            notes=[
                "Bold: over-represented regulators; white: in no cluster shown. An arrow activates, "
                f"a bar represses. At most {TARGETS} targets each, known effects first.",
                SUBSTITUTE,
            ],
        ),
        alt=f"Network of regulators and their targets. {'; '.join(told)}.",
        caption=f"Regulators with over-represented targets in the clusters of {best.row.title}. {SUBSTITUTE}",
        wide=True,
    )
