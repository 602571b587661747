"""Training on several tissues together: the cells that score such an embedding on each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import fingerprint
from geneboard.benchmark.cells.settings import Settings
from geneboard.datasets.added_genes import about_data

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import EmbeddingRows

PART_OF = "part_of"
"""Field of the record of a cell that scores an embedding of several tissues on one of them."""

TRAINED_ON = "trained_on"
"""Stands among the hyper-parameters of a row that was trained on more than its tissue."""


def part_code() -> str:
    """Return the fingerprint of `part_on`, which the versions of the metrics do not cover."""
    return fingerprint([(Path(__file__), "part_on")])


def cells_of_part(joint: Sequence[Cell], tissue: Tissue, alone: Sequence[Cell]) -> list[Cell]:
    """Return cells that score embeddings of several tissues on one of them.

    They stand in the leaderboard of the tissue beside the methods that were trained on it alone.

    Parameters
    ----------
    joint
        Cells of the tissues together; controls are left out, which learn nothing.
    tissue
        One of these, with the same graphs.
    alone
        Cells of this tissue, which tell how it is scored.
    """
    found = []
    for cell in joint:
        if cell.input is not None or cell.entry.kind == "control":
            continue
        own = next(one for one in alone if (one.entry.name, one.seed) == (cell.entry.name, cell.seed))
        note = {TRAINED_ON: cell.problem.name}
        settings = Settings({**cell.settings.values, **note}, {**cell.settings.overrides, **note})
        problem = replace(
            own.problem,
            facts={PART_OF: {"tissues": cell.problem.name, "tissue": tissue.name}},
            detail=f"trained on {cell.problem.name}",
        )
        about = {**{k: v for k, v in cell.about.items() if k != "genes_note"}, **about_data(tissue)}
        about |= {name: own.about[name] for name in ("groups_note",) if name in own.about}
        found.append(
            replace(
                cell,
                problem=problem,
                settings=settings,
                input=cell,
                code=part_code(),
                about=about,
                scored_with=own.scored_with,
            )
        )
    return found


def part_on(rows: EmbeddingRows, tissue: Tissue, own: Tissue) -> EmbeddingRows:
    """Return the rows of the datasets of one tissue among those of several, numbered as in this."""
    from geneboard.metrics.score import rows_without

    names = {graph.name for graph in own.graphs}
    return rows_without(rows, [k for k, graph in enumerate(tissue.graphs) if graph.name not in names])
