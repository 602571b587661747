"""Matrices of expression from .npz, .h5ad, .tsv and .csv files."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError

READ_ERRORS = (OSError, KeyError, ValueError, TypeError, EOFError, RuntimeError, zipfile.BadZipFile)
"""What numpy, pandas, h5py and anndata raise for files that are damaged or hold something else."""


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
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except READ_ERRORS as error:
        raise unreadable(path, error) from error
    matrices = [name for name, array in arrays.items() if array.ndim == 2 and array.dtype.kind in "iuf"]
    if len(matrices) != 1:
        raise InputError(f"{path}: holds {len(matrices)} numerical matrices; one is needed.")
    names = (_named(arrays.get(axis)) for axis in ("samples", "genes"))
    return ExpressionMatrix(arrays[matrices[0]].astype(np.float32), *names)


def _named(names: np.ndarray | None) -> pd.DataFrame | None:
    return None if names is None else pd.DataFrame(index=pd.Index(names.astype(str)))


def read_h5ad(path: Path) -> ExpressionMatrix:
    """Read X of an AnnData file, whose obs are samples and whose var are genes.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    import anndata
    from scipy import sparse

    try:
        table = anndata.read_h5ad(path)
        values = table.X.toarray() if sparse.issparse(table.X) else np.asarray(table.X)
        return ExpressionMatrix(values.astype(np.float32), table.obs, table.var)
    except READ_ERRORS as error:
        raise unreadable(path, error) from error


def read_text(path: Path) -> ExpressionMatrix:
    """Read a table whose first column names the samples and whose first line names the genes.

    Raises
    ------
    InputError
        If the file cannot be read or a value is not a number.
    """
    separator = "," if ".csv" in path.suffixes else "\t"
    try:
        table = pd.read_csv(path, sep=separator, index_col=0, low_memory=False)
    except READ_ERRORS as error:
        raise unreadable(path, error) from error
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


def unreadable(path: Path, error: BaseException) -> InputError:
    """Return the error for a file that a library could not read."""
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return InputError(f"{path}: cannot be read ({reason}).")
