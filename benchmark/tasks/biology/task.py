"""The task of biology: cells ask the embedding of another cell about a piece of knowledge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.records.store import EMBEDDING, TRAINING
from geneboard.benchmark.task import Scored, TrainingJob
from geneboard.benchmark.tasks.biology.baselines import BaselineTraining
from geneboard.benchmark.tasks.biology.manifests import GeneTables, read_question
from geneboard.benchmark.tasks.biology.measures import Vectors, answer, named
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.benchmark.tasks.biology.stored import STORED, StoredTraining
from geneboard.benchmark.tasks.biology.vectors import VectorsTraining
from geneboard.benchmark.tasks.embedding.stored.kept_clusters import kept_clusters
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.report.section import Chapter


class BiologyTask:
    """Answers of embeddings to questions about genes."""

    name = "biology"
    artifact = EMBEDDING
    libraries = (
        *("anndata", "gseapy.stats", "leidenalg", "pandas", "pynndescent", "scanpy"),
        *("sklearn.ensemble", "sklearn.linear_model", "sklearn.metrics", "umap.umap_"),
    )

    def train(self, cell: Cell) -> TrainingJob:
        """Return what reads an embedding that is stored or was made elsewhere, or makes a baseline."""
        if STORED in cell.problem.facts:
            return StoredTraining(cell)
        return VectorsTraining(cell) if isinstance(cell.entry, PrecomputedEntry) else BaselineTraining(cell)

    def score(self, cell: Cell, folder: Path) -> Scored:
        """Return the answer of an embedding to a question.

        Raises
        ------
        InputError
            If the embedding is damaged.
        RuntimeError
            If a source is no longer that of the plan.
        """
        question = Question(**cell.problem.facts["question"])
        check_source(cell.metric_versions, question.versions)
        knowledge, tables = read_question(cell.problem)
        return answer(question, knowledge, vectors_of(folder, tables), partial(kept_clusters, folder))

    def chapter(
        self,
        records: Sequence[Record],
        _out: object,
        _foreign: object,
        beside: Mapping[str, Sequence[Record]],
    ) -> Chapter:
        """Return what the report shows of this task."""
        from geneboard.benchmark.tasks.biology.chapter import chapter

        return chapter(records, beside["embedding"])

    def compared(self) -> None:
        """Return nothing: its boards are not compared over folders."""


def vectors_of(folder: Path, tables: GeneTables) -> list[Vectors]:
    """Return the vectors of an embedding that has been written.

    Parameters
    ----------
    folder
        Of its training.
    tables
        What is known of the genes of each dataset.

    Raises
    ------
    InputError
        If it is damaged; the next run trains the cell again.
    """
    import numpy as np
    import pandas as pd

    from geneboard.datasets.hdf5_files import dense, read_h5ad

    try:
        data = read_h5ad(folder / EMBEDDING, "is damaged")
        matrix = np.ascontiguousarray(dense(data.X), dtype=np.float32)
        rows = data.obs[["gene", "dataset"]].astype(str)
        numbers = rows.assign(row=np.arange(len(rows))).groupby("dataset", sort=False)["row"]
        return [
            named(str(name), pd.Index(rows["gene"].to_numpy(dtype=object)[own]), matrix[own], tables)
            for name, own in numbers
        ]
    except (InputError, KeyError, ValueError) as error:
        (folder / TRAINING).unlink(missing_ok=True)
        raise InputError(f"{folder / EMBEDDING}: is damaged") from error
