"""The embedding that the training of a cell has left: the whole of it, and the part that a cell scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.records.store import EMBEDDING, TRAINING
from geneboard.benchmark.tasks.embedding.coverage import covered_only, covering_code
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import EmbeddingRows


def read_part(cell: Cell, folder: Path, *, heldout: bool = False) -> tuple[EmbeddingRows, Tissue]:
    """Return the embedding of a cell and its tissue, or the part of both that the cell is about.

    Parameters
    ----------
    cell
        The cell.
    folder
        Where its training, or that of its input, has written the embedding.
    heldout
        True also reads the graphs of held-out cells.
    """
    rows, tissue = read_embedding(cell.trained, folder, heldout=heldout)
    if cell.input is None:
        return rows, tissue
    check_source(cell.code, covering_code())
    return covered_only(rows, tissue, cell.problem.manifest)


def read_embedding(cell: Cell, folder: Path, *, heldout: bool = False) -> tuple[EmbeddingRows, Tissue]:
    """Return the embedding that the training of a cell has written, and its tissue.

    Raises
    ------
    InputError
        If the embedding is damaged; the next run trains the cell again.
    """
    from geneboard.datasets.graph_files import read_tissue
    from geneboard.metrics.embedding_files import read_rows

    tissue = read_tissue(cell.problem.manifest, heldout=heldout)
    try:
        return read_rows(folder / EMBEDDING, tissue), tissue
    except InputError:
        (folder / TRAINING).unlink(missing_ok=True)
        raise
