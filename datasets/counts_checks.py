"""What a matrix looks like that is no raw counts, and names that are not those of genes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.feature_names import is_metadata, without_genome
from geneboard.datasets.graphs.gene_ids import ENSEMBL

LARGEST_LOG = 30
"""No logarithm of a count is larger."""

EVERYWHERE = (
    *("ACTB", "ACTG1", "B2M", "CD74", "EEF1A1", "EEF2", "FTH1", "FTL", "GAPDH", "HSP90AB1", "LDHA", "MALAT1"),
    *("PGK1", "PPIA", "RPL10", "RPL13A", "RPL3", "RPL30", "RPLP0", "RPLP1", "RPS18", "RPS27A", "RPS6"),
    *("TMSB4X", "TPT1", "TUBA1B", "UBA52", "UBC", "VIM", "YWHAZ"),
)
"""Symbols of genes that hardly any data lack; they tell genes from cells."""

_BARCODE = r"^.*[ACGT]{10,}[-_.0-9]*$"


def not_counts(matrix: Any) -> str | None:
    """Return why a matrix cannot be raw counts ("looks log-transformed ..."), or None if it can."""
    if matrix is None:
        return "is missing"
    values = matrix.data if sparse.issparse(matrix) else np.asarray(matrix).ravel()
    if not np.issubdtype(values.dtype, np.number) and values.dtype != bool:
        return f"holds {values.dtype} and no numbers"
    if np.issubdtype(values.dtype, np.complexfloating):
        return "holds complex numbers"
    if not len(values) or not values.any():
        return "holds nothing but zeros"
    if np.issubdtype(values.dtype, np.floating) and not np.isfinite(values).all():
        return "holds NaN or infinite values"
    if values.min() < 0:
        return "holds negative values and looks scaled or like residuals"
    if float(values.max()) > np.iinfo(np.int32).max:
        return "holds values above 2147483647"
    if np.issubdtype(values.dtype, np.floating) and (values != np.rint(values)).any():
        return _other_than_counts(matrix)
    if values.max() == 1:
        return "holds nothing but 0 and 1 and looks binarised"
    return None


def _other_than_counts(matrix: Any) -> str:
    """Return what a non-negative matrix of fractions looks like."""
    rows = sparse.csr_matrix(matrix, dtype=np.float64)
    if rows.data.max() < LARGEST_LOG:
        return "holds non-integer values and looks log-transformed"
    totals = np.asarray(rows.sum(axis=1)).ravel()
    totals = totals[totals > 0]
    if totals.std() < 0.01 * totals.mean():
        return "holds non-integer values and looks normalised to the same total in every cell"
    return "holds non-integer values"


def csr_of_dense(values: np.ndarray) -> sparse.csr_matrix:
    """Return a dense matrix as CSR, also of numbers in half precision or in the order of another machine."""
    native = values.dtype.newbyteorder("=")  # scipy knows neither
    return sparse.csr_matrix(values.astype(np.float32 if native == np.float16 else native, copy=False))


def looks_like_genes(names: pd.Index) -> int:
    """Return 1 for names that are genes, -1 for barcodes, 0 if neither can be said."""
    names = without_genome(names)
    if names.str.match(ENSEMBL).mean() > 0.5 or names.str.upper().isin(EVERYWHERE).sum() >= 3:
        return 1
    return -1 if np.mean(names.str.match(_BARCODE)) > 0.5 else 0


def refuse_names(genes: pd.Index, cells: pd.Index, path: Path) -> None:
    """Refuse a table that has genes, or a column of metadata, in place of cells.

    Raises
    ------
    InputError
        In one sentence.
    """
    cells = cells.astype(str)
    metadata = is_metadata(cells)
    if metadata.any():
        raise InputError(f"{path}: {cells[metadata][0]!r} is the name of no cell; remove it from the cells.")
    if looks_like_genes(genes) < 1 and looks_like_genes(cells) == 1:
        raise InputError(f"{path}: cells are named like genes ({cells[0]}); the table has to be transposed.")
