"""HDF5 files that come from outside: they must hold all of their data themselves, in sound matrices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
from h5py import h5d, h5l, h5o
from scipy import sparse

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.sparse_matrices import check_all

if TYPE_CHECKING:
    import anndata


@contextmanager
def opened(path: Path, fault: str) -> Iterator[h5py.File]:
    """Open an HDF5 file to read; what is raised meanwhile becomes an `InputError` with `fault`.

    Raises
    ------
    InputError
        If the file cannot be read, or any part of it lies in another file: HDF5 would read whatever local
        file the maker of this one has named, and results would tell what it holds.
    """
    with reading(path, fault), h5py.File(path, "r") as file:
        for name, kind in _links(file):
            if _leads_elsewhere(file, name, kind):
                raise InputError(
                    f"{path}: {name.decode(errors='replace')} is in another file, which is not read; give a"
                    " file that holds all of its data."
                )
        yield file


def _links(file: h5py.File) -> list[tuple[bytes, int]]:
    """Return the name and the type of every link of a file."""
    found: list[tuple[bytes, int]] = []
    # Nothing is opened here: h5py does not survive an error in the middle of a visit.
    file.id.links.visit(lambda name, link: found.append((name, link.type)), info=True)
    return found


def _leads_elsewhere(file: h5py.File, name: bytes, kind: int) -> bool:
    """Return whether a link, or the dataset that it leads to, is in another file."""
    if kind == h5l.TYPE_SOFT:
        return False  # leads to another link of this file
    if kind != h5l.TYPE_HARD:
        return True
    part = h5o.open(file.id, name)
    if not isinstance(part, h5d.DatasetID):
        return False
    how = part.get_create_plist()
    return bool(how.get_layout() == h5d.VIRTUAL or how.get_external_count())


def read_h5ad(path: Path, fault: str) -> anndata.AnnData:
    """Read an AnnData .h5ad file.

    Raises
    ------
    InputError
        If the file cannot be read (with `fault` and the reason), a part of it lies in another file, or one
        of its sparse matrices is damaged.
    """
    import anndata  # takes seconds

    with opened(path, fault):
        table = anndata.read_h5ad(path)
        check_all(table)
    return table


def dense(matrix: Any) -> np.ndarray:
    """Return X of a table as an array of real numbers, shape (n_obs, n_vars).

    Raises
    ------
    ValueError
        If there is none, or it holds something else.
    """
    if matrix is None:
        raise ValueError("X is empty")
    values: np.ndarray = matrix.toarray() if sparse.issparse(matrix) else np.asarray(matrix)
    if values.dtype.kind not in "biuf":
        raise ValueError(f"X must hold real numbers, not {values.dtype}")
    return values
