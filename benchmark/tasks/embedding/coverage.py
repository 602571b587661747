"""What a cell scores: the embedding that a training has left, or the part that another embedding covers."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import fingerprint
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.records.store import CHANGED, EMBEDDING, TRAINING, file_sha256
from geneboard.benchmark.tasks.embedding.joint import PART_OF, part_code, part_on
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.base import HELDOUT, GeneGraph
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.external.matching import Matched
    from geneboard.benchmark.records.record import CoveredGenes
    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import EmbeddingRows


def covering_code() -> str:
    """Return the fingerprint of `covered_only`, which the versions of the metrics do not cover."""
    return fingerprint([(Path(__file__), "covered_only")])


def write_covered(
    embedding: str, matched: Matched, tissue: Tissue, folder: Path
) -> tuple[Path, CoveredGenes]:
    """Write which genes of which dataset are covered, for the processes that score.

    Returns
    -------
    Path
        The file.
    CoveredGenes
        What records say of it.
    """
    genes = {
        graph.name: graph.genes[own].tolist()
        for graph, own in zip(tissue.graphs, matched.covered, strict=True)
    }
    content = json.dumps(genes, indent=0).encode()
    sha256 = hashlib.sha256(content).hexdigest()
    path = folder / f"covered-{sha256[:16]}.json"
    write_atomically(path, content)
    return path, {
        "embedding": embedding,
        "rows": sum(map(len, genes.values())),
        "of": sum(graph.n_genes for graph in tissue.graphs),
        "sha256": sha256,
        "datasets": [name for name, own in genes.items() if own],
    }


def covered_only(rows: EmbeddingRows, tissue: Tissue, path: Path) -> tuple[EmbeddingRows, Tissue]:
    """Return an embedding and its tissue without the genes that are not covered.

    Graphs keep the edges between covered genes; a dataset without any covered gene is left out.

    Parameters
    ----------
    rows
        One row per (gene, dataset) pair of the tissue.
    tissue
        Its gene graphs.
    path
        File of `write_covered` for this tissue.
    """
    from geneboard.metrics.base import EmbeddingRows

    try:
        genes = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: the list of covered genes cannot be read ({error})") from error
    kept = [np.flatnonzero(graph.genes.isin(genes[graph.name])) for graph in tissue.graphs]
    graphs: list[GeneGraph] = []
    heldout: list[GeneGraph] = []
    new_dataset, new_position = np.full(len(kept), -1), []
    for number, (graph, own) in enumerate(zip(tissue.graphs, kept, strict=True)):
        position = np.full(graph.n_genes, -1)
        position[own] = np.arange(len(own))
        new_position.append(position)
        if len(own):
            new_dataset[number] = len(graphs)
            graphs.append(_part(graph, own))
            if tissue.heldout is not None:
                heldout.append(_part(tissue.heldout[number], own))
    position = np.array([new_position[d][p] for d, p in zip(rows.dataset, rows.position, strict=True)])
    inside = position >= 0
    part = EmbeddingRows(
        rows.matrix[inside], rows.gene[inside], new_dataset[rows.dataset[inside]], position[inside]
    )
    unseen = None if tissue.heldout is None else tuple(heldout)
    return part, replace(tissue, graphs=tuple(graphs), heldout=unseen)


def _part(graph: GeneGraph, genes: np.ndarray) -> GeneGraph:
    return GeneGraph(
        graph.name,
        graph.tissue,
        graph.modality,
        graph.species,
        graph.genes[genes],
        graph.features[genes],
        graph.adjacency[genes][:, genes],
    )


def planned_tissue(cell: Cell, *, heldout: bool = False) -> Tissue:
    """Return the tissue that a run was planned with.

    Parameters
    ----------
    cell
        A cell of it.
    heldout
        True also reads the graphs of held-out cells.

    Raises
    ------
    InputError
        If the files have other data than those whose hashes are in the cell.
    """
    from geneboard.datasets.graph_files import read_tissue

    tissue = read_tissue(cell.problem.manifest, heldout=heldout)
    hashes = cell.problem.data_hashes.items()
    planned = [(name, digest) for name, digest in hashes if heldout or name != HELDOUT]
    if tissue.name != cell.problem.name or list(tissue.data_hashes.items()) != planned:
        raise InputError(f"{cell.problem.manifest}: {CHANGED}")
    return tissue


def read_part(cell: Cell, folder: Path, *, heldout: bool = False) -> tuple[EmbeddingRows, Tissue]:
    """Return the embedding of a cell and its tissue, or the part of both that the cell is about.

    That is one of the tissues that it was trained on, or the genes that another embedding covers.

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
    if PART_OF in cell.problem.facts:
        check_source(cell.code, part_code())
        own = planned_tissue(cell, heldout=heldout)
        return part_on(rows, tissue, own), own
    check_source(cell.code, covering_code())
    if file_sha256(cell.problem.manifest) != cell.problem.facts["covered_by"]["sha256"]:
        raise InputError(f"{cell.problem.manifest}: {CHANGED}")
    return covered_only(rows, tissue, cell.problem.manifest)


def read_embedding(cell: Cell, folder: Path, *, heldout: bool = False) -> tuple[EmbeddingRows, Tissue]:
    """Return the embedding that the training of a cell has written, and its tissue.

    Raises
    ------
    InputError
        If the embedding is damaged; the next run trains the cell again.
    """
    from geneboard.metrics.embedding_files import read_rows

    tissue = planned_tissue(cell, heldout=heldout)
    try:
        return read_rows(folder / EMBEDDING, tissue), tissue
    except InputError:
        (folder / TRAINING).unlink(missing_ok=True)
        raise
