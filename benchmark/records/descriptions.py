"""What plugins say of themselves, kept beside the records of their cells: `tables` has no plugin files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from geneboard.benchmark.records.record import Record, age
from geneboard.benchmark.records.store import RECORD, run_folder
from geneboard.datasets.atomic import write_atomically

DESCRIPTION = "description.txt"
"""The docstring of the class; no part of the record, which a change of words leaves valid."""


def write_descriptions(out: Path, texts: Mapping[str, str]) -> None:
    """Write docstrings to ``runs/<key>/description.txt`` where they are new.

    Parameters
    ----------
    out
        Result folder.
    texts
        By the key of a cell, what its plugin says of itself; cells without a record of their own get none.
    """
    for key, text in texts.items():
        folder = run_folder(out, key)
        if text and (folder / RECORD).exists() and text != _read(folder / DESCRIPTION):
            write_atomically(folder / DESCRIPTION, text.encode())


def description_of(out: Path, records: Iterable[Record]) -> str:
    """Return what a plugin said of itself in the last of its runs of which that is kept, or nothing."""
    last_first = sorted(records, key=age, reverse=True)
    kept = (_read(run_folder(out, record["key"]) / DESCRIPTION) for record in last_first)
    return next(filter(None, kept), "")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
