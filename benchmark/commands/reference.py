"""The rows that ``--beside`` puts beside those of a result folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.registry import ROOT
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.tasks.embedding.board.beside import Reference

REFERENCE = ROOT / "results" / "reference"
"""Records that come with geneboard."""

NOTHING = "none"


def own_records() -> Sequence[Record]:
    """Return the records of `REFERENCE`, read once as long as its files stay the same; nobody changes them.

    Raises
    ------
    InputError
        If a packed file is not complete.
    """
    from geneboard.benchmark.records.store import RECORD, packed_files
    from geneboard.benchmark.records.submissions import submission_files

    singles = sorted(REFERENCE.glob(f"runs/*/{RECORD}"))
    files = [*packed_files(REFERENCE), *submission_files(REFERENCE), *singles]
    states = [(path, path.stat()) for path in files]
    return _records_of(REFERENCE, tuple((path, of.st_ino, of.st_size, of.st_mtime_ns) for path, of in states))


@lru_cache(maxsize=1)  # a command asks two or three times, and each time to read them takes 0.4 s
def _records_of(folder: Path, files: tuple[tuple[Path, int, int, int], ...]) -> Sequence[Record]:  # noqa: ARG001
    from geneboard.benchmark.records import store

    return tuple(store.read_records(folder))


def open_reference(beside: Path | str | None, out: Path) -> Reference:
    """Return the records of ``--beside DIR``, or of ``results/reference``.

    Parameters
    ----------
    beside
        A result folder or its packed records; ``"none"`` stands for no records, None for those that come with
        geneboard.
    out
        Result folder that they are put beside; it is not put beside itself.

    Raises
    ------
    InputError
        If there are no records, or a packed file is not complete.
    """
    from geneboard.benchmark.commands.terminal import show_warning
    from geneboard.benchmark.records import store
    from geneboard.benchmark.tasks.embedding.board.beside import Reference

    if beside is None:
        own = out.resolve() == REFERENCE.resolve()
        return Reference("results/reference", [] if own else own_records(), is_default=True)
    if str(beside) == NOTHING:
        return Reference(NOTHING, [], is_default=True)
    path = Path(beside)
    records = store.read_packed(path) if path.is_file() else store.read_records(path, show_warning)
    if not records:
        raise InputError(f"--beside {path}: has no records (runs/*/result.json or {store.PACKED})")
    return Reference(str(path), records)
