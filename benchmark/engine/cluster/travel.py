"""The files that a cell is computed from, and where they are on a machine that does not see ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.benchmark.records.store import RECORD, file_sha256
from geneboard.benchmark.registry import ROOT, Entry
from geneboard.datasets.atomic import write_atomically

LOGS = frozenset({"log.txt", RECORD})
"""What the folder of a cell has that nothing is computed from."""


@dataclass(frozen=True)
class Sent:
    """A file that travels.

    Attributes
    ----------
    path
        Where it is here.
    sha256
        Of its content.
    """

    path: Path
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Sent:
        """Describe a file as it is now."""
        return cls(path, sha256_now(path))


def sha256_now(path: Path) -> str:
    """Return the sha256 of a file, nothing if there is none; it is read again only if it has changed."""
    try:
        found = path.stat()
    except OSError:
        return ""
    return _sha256(path, (found.st_ino, found.st_mtime_ns, found.st_size))


@cache
def _sha256(path: Path, version: tuple[int, int, int]) -> str:  # noqa: ARG001 - tells the contents apart
    return file_sha256(path)


def files_of(cell: Cell, folder: Path) -> list[Sent]:
    """Return the files that a cell is computed from: data, files of plugins, and what its training has left.

    Parameters
    ----------
    cell
        To be trained or scored.
    folder
        Of its training.
    """
    found: dict[Path, None] = {}
    one: Cell | None = cell
    while one is not None:
        found |= dict.fromkeys([one.problem.manifest, *_named_in(one.problem.manifest)])
        if one.entry.module is None:
            found[one.entry.path] = None
        if isinstance(one.entry, PrecomputedEntry):
            found |= dict.fromkeys(one.entry.identifiers)
        one = one.input
    if folder.is_dir():
        found |= dict.fromkeys(path for path in folder.iterdir() if path.is_file() and path.name not in LOGS)
    return [Sent.of(path) for path in found if path.is_file()]


def _named_in(manifest: Path) -> Iterator[Path]:
    """Yield the files beside a manifest that it names."""
    if manifest.suffix != ".json":
        return
    beside = {path.name: path for path in manifest.parent.iterdir()}
    stack: list[Any] = [json.loads(manifest.read_bytes())]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            stack += value.values()
        elif isinstance(value, list):
            stack += value
        elif isinstance(value, str) and value in beside:
            yield beside[value]


def there(path: Path, root: Path) -> Path:
    """Return where a file of ours is below a folder of another machine; files of one folder stay together."""
    return root / hashlib.sha256(str(path.parent).encode()).hexdigest()[:16] / path.name


def unpack(files: list[Sent], contents: dict[str, bytes], root: Path) -> None:
    """Write files that have come, unless they are there already.

    Parameters
    ----------
    files
        Which.
    contents
        By sha256.
    root
        Folder for them.
    """
    for file in files:
        path = there(file.path, root)
        if sha256_now(path) != file.sha256:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, contents[file.sha256])


def moved(cell: Cell, root: Path) -> Cell:
    """Return a cell whose files are below a folder."""
    return replace(
        cell,
        problem=replace(cell.problem, manifest=there(cell.problem.manifest, root)),
        entry=_moved_entry(cell.entry, root),
        input=None if cell.input is None else moved(cell.input, root),
    )


def _moved_entry(entry: Entry, root: Path) -> Entry:
    if isinstance(entry, PrecomputedEntry):
        tables = tuple(there(table, root) for table in entry.identifiers)
        return replace(entry, path=there(entry.path, root), identifiers=tables)
    return replace(entry, path=there(entry.path, root)) if entry.module is None else entry


def installed_here(cell: Cell, root: Path) -> Cell:
    """Return a cell of another installation, below `root`, whose registered methods are those of this one."""
    entry = cell.entry
    if entry.module is not None and entry.path.is_relative_to(root):
        entry = replace(entry, path=ROOT / entry.path.relative_to(root))
    return replace(cell, entry=entry, input=None if cell.input is None else installed_here(cell.input, root))
