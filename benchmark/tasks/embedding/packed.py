"""Small embeddings beside a leaderboard, so that a later version of the metrics can score its rows again.

A file is an AnnData .h5ad of one leaderboard: obs.gene and obs.dataset name the rows, obsm has a float16
matrix for each cell by its key, and ``uns["geneboard"]`` the record and the scale of each, as the bytes of
JSON text.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from geneboard.benchmark.records.check import as_written, checked
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.store import EMBEDDING, run_folder
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.datasets.atomic import hdf5_completed
from geneboard.datasets.errors import InputError, reading

if TYPE_CHECKING:
    import pandas as pd

PACKED_EMBEDDINGS = "embeddings.h5ad"
FAULT = "no packed embeddings"
OF_OURS = ("published", "baseline")
"""Kinds of methods that come with geneboard; a deterministic one of others may take hours."""

LARGEST_EXPONENT = 15
"""Values are scaled by a power of two so that the largest is just below 2 to this: float16 has none above."""


@dataclass(frozen=True, eq=False)
class PackedEmbeddings:
    """The embeddings of some cells on the same rows.

    Attributes
    ----------
    obs
        The rows: a table with the columns gene and dataset.
    records
        Records of the cells.
    matrices
        float32, shape (n_rows, dim), rounded to float16 on the way; in the order of the records.
    """

    obs: pd.DataFrame
    records: Sequence[Record]
    matrices: Sequence[np.ndarray]


def pack_embeddings(out: Path, records: Sequence[Record], folder: Path, *, seeds: int) -> list[Path]:
    """Write the embeddings of a result folder into one small file for each leaderboard.

    Controls, and what of ours trains nothing, are left out: they run everywhere in seconds.

    Parameters
    ----------
    out
        Result folder with ``runs/<key>/embedding.h5ad``.
    records
        Its records.
    folder
        Where the files go, below the folders of the leaderboards.
    seeds
        How many seeds of each row are packed, the first ones.

    Returns
    -------
    list of Path
        The files; the same embeddings give the same bytes.

    Raises
    ------
    InputError
        If there are no embeddings, or one is damaged.
    """
    paths = []
    for group in select_groups(record for record in records if record["task"] == "embedding"):
        chosen = [] if group.covered_by else list(_packable(out, group, seeds))
        if chosen:
            path = folder / group.folder / PACKED_EMBEDDINGS
            _write(_gathered(out, chosen), path)
            paths.append(path)
    if not paths:
        raise InputError(f"{out}: has no embeddings to pack (runs/*/{EMBEDDING})")
    return paths


def _packable(out: Path, group: Group, seeds: int) -> Iterator[Record]:
    for record in group.records:
        again = record["kind"] == "control" or (record["deterministic"] and record["kind"] in OF_OURS)
        is_kept = record["status"] == "ok" and not again and record["seed"] < seeds
        if is_kept and _embedding_of(out, record).is_file():
            yield record


def _embedding_of(out: Path, record: Record) -> Path:
    return run_folder(out, record["key"]) / EMBEDDING


def _gathered(out: Path, records: Sequence[Record]) -> PackedEmbeddings:
    from geneboard.datasets.hdf5_files import dense, read_h5ad

    paths = [_embedding_of(out, record) for record in records]
    tables = [read_h5ad(path, "not a readable embedding") for path in paths]
    rows = [table.obs[["gene", "dataset"]].astype(str) for table in tables]
    for path, obs in zip(paths, rows, strict=True):
        if not obs.equals(rows[0]):
            raise InputError(f"{path}: has other rows than {paths[0]}, which is of the same data")
    return PackedEmbeddings(rows[0], records, [dense(table.X) for table in tables])


def _write(packed: PackedEmbeddings, path: Path) -> None:
    import anndata

    scales = [_scale(matrix) for matrix in packed.matrices]
    about = [
        {"record": as_written(record), "scale": scale}
        for record, scale in zip(packed.records, scales, strict=True)
    ]
    small = {
        record["key"]: (matrix * scale).astype(np.float16)
        for record, matrix, scale in zip(packed.records, packed.matrices, scales, strict=True)
    }
    table = anndata.AnnData(
        obs=packed.obs,
        obsm=small,
        uns={"geneboard": np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8)},
    )
    with hdf5_completed(path) as file:
        # bytes of the exponents beside each other are smaller by a third
        kept_small = {"compression": "gzip", "compression_opts": 9, "shuffle": True}
        anndata.io.write_elem(file, "/", table, dataset_kwargs=kept_small)


def _scale(matrix: np.ndarray) -> float:
    """Return the power of two that brings the largest value just below the largest exponent."""
    largest = float(np.abs(matrix).max(initial=0.0))
    return 2.0 ** (LARGEST_EXPONENT - math.frexp(largest)[1])


def read_packed_embeddings(path: Path) -> PackedEmbeddings:
    """Read a file of `pack_embeddings`.

    Raises
    ------
    InputError
        If it is none, or it or a record in it is damaged.
    """
    from geneboard.datasets.hdf5_files import read_h5ad

    table = read_h5ad(path, FAULT)
    records, matrices = [], []
    with reading(path, FAULT):
        for number, about in enumerate(json.loads(bytes(table.uns["geneboard"]))):
            record = checked(json.dumps(about["record"]), f"{path}, record {number}")
            matrix = np.asarray(table.obsm[record["key"]], dtype=np.float32) / np.float32(about["scale"])
            records.append(record)
            matrices.append(matrix)
    return PackedEmbeddings(table.obs, records, matrices)
