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
        pd.DataFrame(index=pd.Index(arrays[axis].astype(str))) if axis in arrays else None
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
    separator = "," if ".csv" in path.suffixes else "\t"
    with reading(path, "cannot be read"):
        table = pd.read_csv(path, sep=separator, index_col=0, low_memory=False)
    words = table.select_dtypes(exclude=["number", "bool"]).columns
    if len(words):
        raise InputError(f"{path}: the column {words[0]!r} holds values that are no numbers.")
    # The first line once more: pandas renames the second of two equal columns.
    header = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str, keep_default_na=False)
    return ExpressionMatrix(
        table.to_numpy(dtype=np.float32),
        pd.DataFrame(index=table.index.astype(str)),
        pd.DataFrame(index=pd.Index(header.iloc[0, 1:])),
    )


def read_gct(path: Path) -> ExpressionMatrix:
    """Read a .gct file of version 1.2 or 1.3.

    Raises
    ------
    InputError
        If the file cannot be read or has not the number of rows and columns it says.
    """
    with reading(path, "cannot be read"):
        with path.open(encoding="utf-8") as file:
            version, sizes = file.readline().strip(), [int(word) for word in file.readline().split()]
        if version not in _GCT_VERSIONS:
            raise InputError(f"{path}: begins with {version[:20]!r}, not with {' or '.join(_GCT_VERSIONS)}.")
        table = pd.read_csv(
            path, sep="\t", skiprows=2, header=None, dtype=str, keep_default_na=False, low_memory=False
        )
        n_genes, n_samples = sizes[:2]
        n_gene_fields, n_sample_fields = sizes[2:] if version == "#1.3" else (1, 0)
    first_row, first_column = 1 + n_sample_fields, 1 + n_gene_fields
    if table.shape != (first_row + n_genes, first_column + n_samples):
        raise InputError(
            f"{path}: says that it holds {n_genes} genes and {n_samples} samples, but has"
            f" {len(table) - first_row} and {table.shape[1] - first_column}."
        )
    genes = table.iloc[first_row:, 1:first_column]
    genes.columns, genes.index = table.iloc[0, 1:first_column], pd.Index(table.iloc[first_row:, 0])
    samples = table.iloc[1:first_row, first_column:].T
    samples.columns = pd.Index(table.iloc[1:first_row, 0])
    samples.index = pd.Index(table.iloc[0, first_column:])
    body = table.iloc[first_row:, first_column:]
    body = body.mask(body.isin(["", "NA", "NaN", "nan"]))
    try:
        values = body.to_numpy().astype(np.float32)
    except ValueError as error:
        raise InputError(f"{path}: holds a value that is not a number ({error}).") from error
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
    fields = {name: _texts(group[name][:]) for name in group}
    names = pd.Index(fields.pop("id"))
    return pd.DataFrame(fields, index=names)


def _texts(field: np.ndarray) -> np.ndarray:
    decoded = [item.decode() if isinstance(item, bytes) else str(item) for item in field]
    return np.array([text.strip() for text in decoded], dtype=object)
