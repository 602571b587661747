"""Embeddings that an earlier run has left, perhaps on another machine: they are asked, not trained again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.plan import earlier_training
from geneboard.benchmark.records.record import age
from geneboard.benchmark.records.store import EMBEDDING, read_records
from geneboard.benchmark.report.groups import canonical
from geneboard.benchmark.report.wording import counted, listed
from geneboard.benchmark.task import Trained
from geneboard.benchmark.tasks.embedding.board.beside import TASK as EMBEDDING_TASK
from geneboard.benchmark.tasks.embedding.packed import PACKED_EMBEDDINGS
from geneboard.benchmark.tasks.embedding.stored.find import read_embedding, stored_files
from geneboard.methods.base import GeneEmbeddings

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.methods.base import Progress

STORED = "stored"
"""Fact of a problem: the embedding that is asked."""

Identity = tuple[str, str, str, str, str, int]


def stored_or_trained(
    cells: Sequence[Cell], out: Path, *, task: str, tell: Callable[[str], None]
) -> list[Cell]:
    """Return the cells, each that is stored under another key in the place of one that would be trained.

    An embedding is that of a cell where data, method, settings, preset and seed are; code, packages, device
    and threads may be others. Of several the newest is taken.

    Parameters
    ----------
    cells
        Cells that make embeddings of a tissue.
    out
        Result folder; its records may be packed, and embeddings too, which then are rounded.
    task
        Task of the cells that read what is stored.
    tell
        Called with a sentence about those that another version or device has made.
    """
    missing = {_identity_of(cell): cell for cell in cells if earlier_training(out, cell) is None}
    wanted = [record for record in read_records(out) if _is_whole(record) and _identity(record) in missing]
    files = stored_files(out, wanted)
    found = {
        _identity(record): _reading(missing[_identity(record)], record, files[record["key"]], task)
        for record in sorted(wanted, key=age)
        if record["key"] in files
    }
    if found:
        tell(_sentence(list(found.values())))
    return [found.get(_identity_of(cell), cell) for cell in cells]


def _is_whole(record: Record) -> bool:
    return record["task"] == EMBEDDING_TASK and "covered_by" not in record and record["status"] == "ok"


def _identity_of(cell: Cell) -> Identity:
    problem, hashes = cell.problem, canonical(dict(cell.problem.data_hashes))
    settings = canonical(dict(cell.settings.values))
    return problem.name, cell.preset, hashes, cell.entry.name, settings, cell.seed


def _identity(record: Record) -> Identity:
    hashes, settings = canonical(record["data_hashes"]), canonical(record["settings"])
    return record["tissue"], record["preset"], hashes, record["method"], settings, record["seed"]


def _reading(cell: Cell, record: Record, path: Path, task: str) -> Cell:
    """Return the cell that reads a stored embedding; its answers say what has trained that."""
    stored = {"key": record["key"], "rounded": path.name == PACKED_EMBEDDINGS}
    trained_with = {name: record[name] for name in ("device", "versions")}
    is_older = record["code"] != cell.code
    problem = replace(cell.problem, task=task, manifest=path, facts={STORED: stored})
    return replace(
        cell,
        problem=problem,
        device="cpu",
        code=record["code"],
        metric_versions={},
        scored_with={},
        about={**cell.about, **trained_with, "embedding": {**stored, "older_code": is_older}},
    )


def _sentence(cells: Sequence[Cell]) -> str:
    devices = sorted({str(cell.about["device"]) for cell in cells})
    told = f"asked as stored: {counted(len(cells), 'embedding')}, trained on {listed(devices)}"
    older = sorted({cell.entry.name for cell in cells if cell.about["embedding"]["older_code"]})
    return f"{told}; of another version of the code: {listed(older)}" if older else told


class StoredTraining:
    """The reading of an embedding that is stored (`benchmark.task.TrainingJob`)."""

    def __init__(self, cell: Cell) -> None:
        self._path = cell.problem.manifest
        self._stored: Mapping[str, str] = cell.problem.facts[STORED]
        self._found: GeneEmbeddings | None = None

    def skip(self) -> None:
        """Never skip."""

    def fit(self, progress: Progress) -> None:
        """Read it; nothing is trained."""
        import numpy as np
        import pandas as pd

        genes, datasets, matrix = read_embedding(self._stored["key"], self._path)
        names = list(dict.fromkeys(datasets))
        rows = [np.flatnonzero(datasets == name) for name in names]
        self._found = GeneEmbeddings(
            tuple(names), tuple(pd.Index(genes[own]) for own in rows), tuple(matrix[own] for own in rows)
        )
        progress(1, 1)

    def keep(self, folder: Path) -> Trained:
        """Write it where the cells that ask look for it."""
        assert self._found is not None
        self._found.write(folder / EMBEDDING)
        return Trained(self._found.dim, {})
