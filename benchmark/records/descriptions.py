"""What plugins say of themselves, kept beside the records of their cells: `tables` has no plugin files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.store import RECORD, run_folder
from geneboard.datasets.atomic import write_atomically

DESCRIPTION = "description.txt"
"""The docstring of the class; no part of the record, which a change of words leaves valid."""


def write_descriptions(out: Path, cells: Iterable[Cell]) -> None:
    """Write the docstrings of plugins to ``runs/<key>/description.txt`` where they are new.

    Parameters
    ----------
    out
        Result folder.
    cells
        Cells of a run that has ended; those without a record of their own get none.
    """
    for cell in cells:
        folder = run_folder(out, cell.key)
        if cell.entry.kind == "plugin" and (folder / RECORD).exists():
            text = cell.entry.docstring
            if text and text != _read(folder / DESCRIPTION):
                write_atomically(folder / DESCRIPTION, text.encode())


def description_of(out: Path, records: Iterable[Record]) -> str:
    """Return what a plugin said of itself in the last of its runs of which that is kept, or nothing."""
    last_first = sorted(records, key=lambda record: record["cost"]["finished_at"], reverse=True)
    kept = (_read(run_folder(out, record["key"]) / DESCRIPTION) for record in last_first)
    return next(filter(None, kept), "")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
