"""Sparse matrices that come from outside, checked before anything computes with them.

scipy and anndata trust the indices that they are given: with one that is outside, a count goes to another
gene, or the process ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    import anndata


def compressed_rows(
    values: np.ndarray, columns: np.ndarray, starts: np.ndarray, shape: Iterable[int]
) -> sparse.csr_matrix:
    """Return the matrix that is stored row by row in three arrays.

    Parameters
    ----------
    values, columns
        Each stored value and its column, shape (n_stored,).
    starts
        Where each row starts in these, and the end of the last, shape (n_rows + 1,).
    shape
        Numbers of rows and columns.

    Raises
    ------
    ValueError
        If they do not fit together (`check_compressed`).
    """
    matrix = sparse.csr_matrix(tuple(map(int, shape)))
    matrix.data, matrix.indices, matrix.indptr = values, columns, starts
    check_compressed(matrix, "the matrix")
    return matrix


def check_compressed(matrix: sparse.csr_matrix | sparse.csc_matrix, called: str) -> None:
    """Check all of the format of a matrix, and give its indices the types that scipy computes with.

    Parameters
    ----------
    matrix
        As it was read. Values may be stored in any order within a row, NaN among them; two for the same
        place stand for their sum, as in scipy and in R.
    called
        Name of the matrix, for the error.

    Raises
    ------
    ValueError
        If its parts have other lengths than belong together, an index is outside of the matrix or no whole
        number, starts do not go from 0 up to the number of values, or the values are no real numbers.
    """
    fault = _fault(matrix)
    if fault is not None:
        raise ValueError(f"{called} {fault}")
    kind = np.int32 if max(*matrix.shape, len(matrix.data)) <= np.iinfo(np.int32).max else np.int64
    matrix.indices, matrix.indptr = (
        part.astype(kind, copy=False) for part in (matrix.indices, matrix.indptr)
    )


def _fault(matrix: sparse.csr_matrix | sparse.csc_matrix) -> str | None:
    line, other = ("row", "column") if matrix.format == "csr" else ("column", "row")
    n_lines, n_others = matrix.shape if matrix.format == "csr" else matrix.shape[::-1]
    values, indices, starts = matrix.data, matrix.indices, matrix.indptr
    if values.dtype.kind not in "biuf":
        return f"holds {values.dtype} and no real numbers"
    if not values.ndim == indices.ndim == starts.ndim == 1:
        return "is stored in arrays that are no lists"
    if indices.dtype.kind not in "iu" or starts.dtype.kind not in "iu":
        return "has indices that are no whole numbers"
    if len(indices) != len(values):
        return f"has {len(values)} values and {len(indices)} {other} indices"
    if len(starts) != n_lines + 1:
        return f"has {len(starts) - 1} {line}s by their starts and {n_lines} by its shape"
    if starts[0] != 0 or starts[-1] != len(values) or (starts[1:] < starts[:-1]).any():
        return f"has starts of {line}s that do not go up from 0 to the number of its values"
    if len(indices) and (indices.min() < 0 or indices.max() >= n_others):
        wrong = indices.min() if indices.min() < 0 else indices.max()
        return f"has the {other} index {wrong}, and {n_others} {other}s counted from 0"
    return None


def check_all(table: anndata.AnnData) -> None:
    """Check every sparse matrix of a table.

    Raises
    ------
    ValueError
        As `check_compressed`, with the name of the matrix.
    """
    matrices = {"X": table.X, "raw.X": None if table.raw is None else table.raw.X}
    for name in ("layers", "obsm", "varm", "obsp", "varp"):
        matrices |= {f'{name}["{key}"]': matrix for key, matrix in getattr(table, name).items()}
    for called, matrix in matrices.items():
        if sparse.issparse(matrix):
            check_compressed(matrix, called)
