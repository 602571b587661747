"""The formats of the Connectivity Map: .gct (text) and .gctx (HDF5).

Both hold genes x samples with tables of metadata about either; they are turned to samples x genes here.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.matrix_files import READ_ERRORS, ExpressionMatrix, unreadable

_VERSIONS = ("#1.2", "#1.3")


def read_gct(path: Path) -> ExpressionMatrix:
    """Read a .gct file of version 1.2 or 1.3.

    Raises
    ------
    InputError
        If the file cannot be read or has not the number of rows and columns it says.
    """
    try:
        with path.open(encoding="utf-8") as file:
            version, sizes = file.readline().strip(), [int(word) for word in file.readline().split()]
        if version not in _VERSIONS:
            raise InputError(f"{path}: begins with {version[:20]!r}, not with {' or '.join(_VERSIONS)}.")
        table = pd.read_csv(
            path, sep="\t", skiprows=2, header=None, dtype=str, keep_default_na=False, low_memory=False
        )
        n_genes, n_samples = sizes[:2]
        n_gene_fields, n_sample_fields = sizes[2:] if version == "#1.3" else (1, 0)
    except READ_ERRORS as error:
        raise unreadable(path, error) from error
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
    try:
        with h5py.File(path, "r") as file:
            values = file["0/DATA/0/matrix"][:].astype(np.float32)
            genes, samples = (_metadata(file[f"0/META/{axis}"]) for axis in ("ROW", "COL"))
    except READ_ERRORS as error:
        raise unreadable(path, error) from error
    return ExpressionMatrix(values, samples, genes)


def _metadata(group: h5py.Group) -> pd.DataFrame:
    fields = {name: _texts(group[name][:]) for name in group}
    names = pd.Index(fields.pop("id"))
    return pd.DataFrame(fields, index=names)


def _texts(field: np.ndarray) -> np.ndarray:
    decoded = [item.decode() if isinstance(item, bytes) else str(item) for item in field]
    return np.array([text.strip() for text in decoded], dtype=object)
