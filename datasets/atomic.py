"""Files that appear under their name only when all of them is on the disk, whatever happens before."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import anndata
    import h5py


@contextmanager
def completed(path: Path) -> Iterator[Path]:
    """Yield a hidden name beside `path`; what is written there gets the name `path` when the block ends.

    The folder is made if there is none. If the block raises, nothing is left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}.partial")
    try:
        yield partial
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        if error.filename is None or str(error.filename) == str(partial):  # a full disk names no file
            error.filename = str(path)
        raise
    finally:
        partial.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file, or leave what was there; its folder is made if there is none.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; nothing is left behind.
    """
    with completed(path) as partial:
        partial.write_bytes(content)


@contextmanager
def hdf5_completed(path: Path) -> Iterator[h5py.File]:
    """Yield an HDF5 file; what it holds when the block ends gets the name `path`.

    It is made in memory: HDF5 does not survive a full disk in the middle of a file, plain writing does.
    """
    import h5py

    with h5py.File(f"{uuid.uuid4().hex}.h5", "w", driver="core", backing_store=False) as file:
        yield file
        file.flush()
        image = file.id.get_file_image()
    write_atomically(path, image)


def write_h5ad(table: anndata.AnnData, path: Path) -> None:
    """Write an AnnData .h5ad atomically."""
    import anndata

    with hdf5_completed(path) as file:
        anndata.io.write_elem(file, "/", table)
