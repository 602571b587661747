"""The rows that ``--beside`` puts beside those of a result folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.registry import ROOT
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.tasks.embedding.board.beside import Reference

REFERENCE = ROOT / "results" / "reference"
"""Records that come with geneboard."""

NOTHING = "none"


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
        return Reference("results/reference", [] if own else store.read_records(REFERENCE), is_default=True)
    if str(beside) == NOTHING:
        return Reference(NOTHING, [], is_default=True)
    path = Path(beside)
    records = store.read_packed(path) if path.is_file() else store.read_records(path, show_warning)
    if not records:
        raise InputError(f"--beside {path}: has no records (runs/*/result.json or {store.PACKED})")
    return Reference(str(path), records)
