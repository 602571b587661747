"""Vectors made elsewhere without a tissue: one per gene, asked about knowledge alone."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import fingerprint
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.external.vectors import read_vectors
from geneboard.benchmark.records.store import CHANGED, EMBEDDING
from geneboard.benchmark.task import Trained
from geneboard.benchmark.tasks.biology.vector_controls import control_vectors
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_tables import read_tables
from geneboard.datasets.knowledge.symbols import human_symbols
from geneboard.methods.base import GeneEmbeddings, Progress

SOURCE, GENES = "vectors", "genes"
"""Source of problems without a tissue, and the name of such a problem and of its one dataset."""


def vectors_code() -> str:
    """Return the fingerprint of what reads vectors, and of what makes controls like them."""
    controls = Path(__file__).with_name("vector_controls.py")
    return fingerprint([(Path(__file__), "embeddings_in"), (controls, "control_vectors")])


def embeddings_in(entry: PrecomputedEntry) -> GeneEmbeddings:
    """Return the vectors of a file by symbols, where a table knows one; else by the names in the file.

    Names that become the same are left out, because nobody can tell which is meant.

    Raises
    ------
    InputError
        If the file is not usable.
    """
    found = read_vectors(entry.path)
    names = human_symbols(found.ids, read_tables(entry.identifiers), str(entry.path))
    datasets = pd.Series(
        GENES if found.dataset is None else found.dataset, index=range(len(names)), dtype=object
    )
    once = ~pd.DataFrame({"gene": names, "dataset": datasets.to_numpy()}).duplicated(keep=False).to_numpy()
    groups = [
        (str(name), rows[once[rows]])
        for name, own in datasets.groupby(datasets)
        if len(rows := own.index.to_numpy())
    ]
    return GeneEmbeddings(
        tuple(name for name, _ in groups),
        tuple(names[rows] for _, rows in groups),
        tuple(found.matrix[rows] for _, rows in groups),
    )


class VectorsTraining:
    """The reading of vectors, or the making of controls in their place (`benchmark.task.TrainingJob`).

    Raises
    ------
    RuntimeError
        If the source that reads them is no longer that of the plan.
    """

    def __init__(self, cell: Cell) -> None:
        check_source(cell.code, vectors_code())
        assert isinstance(cell.entry, PrecomputedEntry)
        self._seed = cell.random_seed
        self._entry, self._planned = cell.entry, str(cell.settings.values["sha256"])
        self._found: GeneEmbeddings | None = None

    def skip(self) -> None:
        """Never skip."""

    def fit(self, progress: Progress) -> None:
        """Read the file; nothing is trained."""
        if hashlib.sha256(self._entry.path.read_bytes()).hexdigest() != self._planned:
            raise InputError(f"{self._entry.path}: {CHANGED}")
        found = embeddings_in(self._entry)
        if self._entry.kind == "control":
            found = control_vectors(self._entry.name, found, self._seed)
        self._found = found
        progress(1, 1)

    def keep(self, folder: Path) -> Trained:
        """Write them as an embedding."""
        assert self._found is not None
        self._found.write(folder / EMBEDDING)
        return Trained(self._found.dim, {})
