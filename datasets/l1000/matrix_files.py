"""Matrices of expression from .npz, .h5ad, .tsv and .csv files, and from .gct and .gctx ones.

The last two are formats of the Connectivity Map, text and HDF5. They hold genes x samples with tables of
metadata about either, which are turned to samples x genes here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from geneboard.datasets import hdf5_files
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.l1000.columns import as_text
from geneboard.datasets.tables import NumberTable, open_text, read_fields

_GCT_VERSIONS = ("#1.2", "#1.3")


@dataclass(frozen=True, eq=False)
class ExpressionMatrix:
    """A matrix as a file has it, with what the file says about its rows and columns.

    Parameters
    ----------
    values
        Float32 of shape (n_samples, n_genes).
    samples, genes
        Tables with one row per sample or gene, indexed by their names; None where the file has no names.
    """

    values: np.ndarray
    samples: pd.DataFrame | None
    genes: pd.DataFrame | None


def read_npz(path: Path) -> ExpressionMatrix:
    """Read the only matrix of a .npz file, samples x genes; arrays `samples` and `genes` may name them.

    Raises
    ------
    InputError
        If the file cannot be read or does not hold exactly one numerical matrix.
    """
    with reading(path, "cannot be read"), np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    matrices = [name for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "iuf"]
    if len(matrices) != 1:
        raise InputError(f"{path}: holds {len(matrices)} numerical matrices; one is needed.")
    samples, genes = (
        pd.DataFrame(index=pd.Index(_texts(arrays[axis]))) if axis in arrays else None
        for axis in ("samples", "genes")
    )
    return ExpressionMatrix(arrays[matrices[0]].astype(np.float32), samples, genes)


def read_h5ad(path: Path) -> ExpressionMatrix:
    """Read X of an AnnData file, whose obs are samples and whose var are genes.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with reading(path, "cannot be read"):
        table = hdf5_files.read_h5ad(path, "cannot be read")
        return ExpressionMatrix(hdf5_files.dense(table.X).astype(np.float32), table.obs, table.var)


def read_text(path: Path) -> ExpressionMatrix:
    """Read a table whose first column names the samples and whose first line names the genes.

    Raises
    ------
    InputError
        If the file cannot be read or a value is not a number.
    """
    with reading(path, "cannot be read"):
        table = NumberTable.of(path)
        values = table.values().astype(np.float32)
    return ExpressionMatrix(values, pd.DataFrame(index=table.rows), pd.DataFrame(index=table.columns))


def read_gct(path: Path) -> ExpressionMatrix:
    """Read a .gct file of version 1.2 or 1.3, as it is or with .gz.

    Raises
    ------
    InputError
        If the file cannot be read, has not the number of rows and columns it says, or a value is no
        number.
    """
    with reading(path, "cannot be read"):
        with open_text(path) as file:
            version, sizes = file.readline().strip(), [int(word) for word in file.readline().split()]
        if version not in _GCT_VERSIONS:
            raise InputError(f"{path}: begins with {version[:20]!r}, not with {' or '.join(_GCT_VERSIONS)}.")
        n_genes, n_samples = sizes[:2]
        n_gene_fields, n_sample_fields = sizes[2:] if version == "#1.3" else (1, 0)
        first_row, first_column = 3 + n_sample_fields, 1 + n_gene_fields
        head = read_fields(path, skiprows=2, nrows=1 + n_sample_fields)
        width = head.shape[1]
        genes = read_fields(path, skiprows=first_row, names=range(width), usecols=range(first_column))
        if (len(genes), width) != (n_genes, first_column + n_samples):
            raise InputError(
                f"{path}: says that it holds {n_genes} genes and {n_samples} samples, but has"
                f" {len(genes)} and {width - first_column}."
            )
        samples = head.iloc[1:, first_column:].T.set_axis(pd.Index(head.iloc[1:, 0]), axis=1)
        samples.index = pd.Index(head.iloc[0, first_column:])
        genes = genes.set_index(0).set_axis(head.iloc[0, 1:first_column], axis=1)
        table = NumberTable(path, genes.index, samples.index, width, first_row, first_column)
        values = table.values().astype(np.float32)
    return ExpressionMatrix(np.ascontiguousarray(values.T), samples, genes)


def read_gctx(path: Path) -> ExpressionMatrix:
    """Read a .gctx file. HDF5 shows its matrix as samples x genes already.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with hdf5_files.opened(path, "cannot be read") as file:
        values = file["0/DATA/0/matrix"][:].astype(np.float32)
        genes, samples = (_metadata(file[f"0/META/{axis}"]) for axis in ("ROW", "COL"))
    return ExpressionMatrix(values, samples, genes)


def _metadata(group: h5py.Group) -> pd.DataFrame:
    fields = {name: _texts(group[name][:]) for name in group if group[name].ndim == 1}
    names = pd.Index(fields.pop("id"))
    return pd.DataFrame(fields, index=names)


def _texts(values: np.ndarray) -> np.ndarray:
    """Return a field as text; whole numbers, such as Entrez ids, without a fraction."""
    if values.dtype.kind in "SO":
        values = np.array(
            [item.decode() if isinstance(item, bytes) else item for item in values], dtype=object
        )
    return as_text(pd.Series(values)).to_numpy(dtype=object)
