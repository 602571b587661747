"""A result folder in which other runs may be at work: no cell is trained or scored by two of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.child import Training
from geneboard.benchmark.engine.claims import Claims
from geneboard.benchmark.engine.plan import earlier_training
from geneboard.benchmark.records import store
from geneboard.benchmark.records.metric_versions import needs_rescoring
from geneboard.benchmark.records.record import Record

Version = tuple[int, int, int] | None
"""Tells one content of a file from another; None is no file."""


class SharedFolder(Claims):
    """What this run has claimed in a result folder, and what others have done there since it was planned.

    Parameters
    ----------
    out
        Result folder.
    cells
        Those of the run. It is made before their records are read, so that none comes between unnoticed.
    force
        True if trainings that are there now do not count.
    """

    def __init__(self, out: Path, cells: Sequence[Cell], *, force: bool = False) -> None:
        super().__init__(out)
        self._out, self._force = out, force
        self._records = {cell.key: self._version(cell.key, store.RECORD) for cell in cells}
        keys = {cell.training_key for cell in cells} if force else set()
        self._trainings = {key: self._version(key, store.TRAINING) for key in keys}

    def record_of_another(self, cell: Cell) -> Record | None:
        """Return the record that another run has written meanwhile, however the cell has ended there."""
        if self._version(cell.key, store.RECORD) in (None, self._records[cell.key]):
            return None
        record = store.read_record(self._out, cell.key)
        if record is None or needs_rescoring(record, cell.metric_versions, cell.scored_with):
            return None
        return record

    def training(self, cell: Cell) -> Training | None:
        """Return the training of a cell, if it is there and counts."""
        return None if self._is_former(cell) else earlier_training(self._out, cell)

    def forget_former_training(self, cell: Cell) -> None:
        """Have a training that does not count begin anew, not from where it was kept; it must be claimed."""
        if self._is_former(cell):
            store.forget_training(self._out, cell.training_key)

    def _is_former(self, cell: Cell) -> bool:
        key = cell.training_key
        return self._force and self._version(key, store.TRAINING) == self._trainings[key]

    def _version(self, key: str, name: str) -> Version:
        try:
            found = (store.run_folder(self._out, key) / name).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
