"""Donors of the Census as .h5ad files, fetched in blocks of cells that survive an interruption."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.fetch.census import Census, Donor
from geneboard.datasets.fetch.counts_place import checked_counts
from geneboard.datasets.sparse_matrices import check_compressed

BLOCK_CELLS = 4000
"""Cells that are in memory at once while they are fetched: about 0.3 GB of a deep 10x experiment."""

DAMAGED = "not a readable part of the download; without it the part is fetched again"


def fetch_donor(census: Census, donor: Donor, path: Path, *, block_cells: int = BLOCK_CELLS) -> None:
    """Fetch the raw counts of a donor into an .h5ad file.

    Blocks that have arrived are kept in a hidden folder beside `path` until the file is complete. The
    number of cells in a block has no influence on the file's content.

    Parameters
    ----------
    census
        An open Census.
    donor
        Whose cells; only those with ``is_primary_data == True`` are taken.
    path
        The file to write: X counts as int32 CSR (cells x genes), var indexed by Ensembl ids, obs with
        donor_id and other columns of the Census, ``uns["source"]`` with the version and the filter.
    block_cells
        Cells in a block.

    Raises
    ------
    InputError
        If the donor has no such cells, or the Census cannot be read.
    """
    from tqdm import tqdm

    value_filter = census.filter_of(donor)
    cells = census.cells(value_filter)
    if cells.empty:
        raise InputError(f"the Census {census.version} has no primary cells of {donor}.")
    genes = census.genes()
    numbers = cells.index.to_numpy()
    plan = {"version": census.version, "filter": value_filter, "block_cells": block_cells}
    plan["cells"] = hashlib.sha256(numbers.tobytes()).hexdigest()
    blocks = _Blocks(path.with_name(f".{path.name}.blocks"), plan)
    starts = range(0, len(cells), block_cells)
    with tqdm(total=len(cells), unit=" cells", desc=path.stem, disable=None) as bar:
        for start in starts:
            part = numbers[start : start + block_cells]
            if not blocks.has(start):
                blocks.write(start, census.block(part, genes["soma_joinid"].to_numpy()))
            bar.update(len(part))
    source = {
        "name": "CELLxGENE Census",
        "version": census.version,
        "filter": value_filter,
        "collection": donor.collection,
        "species": "human",
    }
    with checked_counts(path, f"the Census {census.version}, {donor}") as partial:
        if shutil.disk_usage(path.parent).free < blocks.size():
            # Told before: HDF5 does not survive a full disk in the middle of a file.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        _assemble(partial, cells, genes[["symbol"]], {"source": source}, blocks, starts)
    blocks.delete()


def _assemble(
    path: Path,
    cells: pd.DataFrame,
    genes: pd.DataFrame,
    uns: Mapping[str, Any],
    blocks: _Blocks,
    starts: Iterable[int],
) -> None:
    """Write an .h5ad file with one block in memory at a time."""
    obs = cells.set_axis(cells.index.astype(str)).rename_axis(None)
    compressed = {"compression": "gzip", "compression_opts": 1}
    with h5py.File(path, "w") as file:
        anndata.io.write_elem(file, "/", anndata.AnnData(obs=obs, var=genes, uns=dict(uns)))
        empty = sparse.csr_matrix((0, len(genes)), dtype=np.int32)
        # scipy wants one type for both, and the count of all entries has to fit.
        fits = sum(map(blocks.entries, starts)) <= np.iinfo(np.int32).max
        kind = np.int32 if fits else np.int64
        empty.indptr, empty.indices = empty.indptr.astype(kind), empty.indices.astype(kind)
        anndata.io.write_elem(file, "X", empty, dataset_kwargs=compressed)
        matrix = anndata.io.sparse_dataset(file["X"])
        for start in starts:
            matrix.append(blocks.read(start))


class _Blocks:
    """Blocks of counts in a hidden folder, each written completely or not at all.

    Parameters
    ----------
    folder
        Where they are.
    plan
        What determines them; blocks of another plan are deleted.
    """

    def __init__(self, folder: Path, plan: Mapping[str, object]) -> None:
        self.folder = folder
        text = json.dumps(plan, sort_keys=True).encode()
        file = folder / "plan.json"
        if folder.exists() and not (file.exists() and file.read_bytes() == text):
            shutil.rmtree(folder)
        write_atomically(file, text)

    def has(self, start: int) -> bool:
        return self._path(start).exists()

    def write(self, start: int, block: sparse.csr_matrix) -> None:
        memory = io.BytesIO()
        sparse.save_npz(memory, block, compressed=False)
        write_atomically(self._path(start), memory.getvalue())

    def read(self, start: int) -> sparse.csr_matrix:
        with reading(self._path(start), DAMAGED):
            block = sparse.load_npz(self._path(start))
            check_compressed(block, "the matrix")
        return block

    def entries(self, start: int) -> int:
        with reading(self._path(start), DAMAGED), np.load(self._path(start)) as arrays:
            return int(arrays["indptr"][-1])

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.folder.iterdir())

    def delete(self) -> None:
        shutil.rmtree(self.folder)

    def _path(self, start: int) -> Path:
        return self.folder / f"{start}.npz"
