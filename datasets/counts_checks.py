"""What a matrix looks like that is no raw counts, and names that are not those of genes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.counts_normalised import looks_normalised, looks_rounded
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.feature_names import is_metadata, without_genome
from geneboard.datasets.graphs.gene_ids import ENSEMBL

FRACTIONS = "holds non-integer values"
"""Fault of a matrix that may hold corrected counts."""

SAME_NUMBER = 1e-6
"""How far a value may be from a whole number, as a share of it, and still be one: single precision."""

EVERYWHERE = (
    *("ACTB", "ACTG1", "B2M", "CD74", "EEF1A1", "EEF2", "FTH1", "FTL", "GAPDH", "HSP90AB1", "LDHA", "MALAT1"),
    *("PGK1", "PPIA", "RPL10", "RPL13A", "RPL3", "RPL30", "RPLP0", "RPLP1", "RPS18", "RPS27A", "RPS6"),
    *("TMSB4X", "TPT1", "TUBA1B", "UBA52", "UBC", "VIM", "YWHAZ"),
)
"""Symbols of genes that hardly any data lack; they tell genes from cells."""

_BARCODE = r"^.*[ACGT]{10,}[-_.0-9]*$"


def not_counts(matrix: Any, *, rounded: bool = False) -> str | None:
    """Return why a matrix cannot be raw counts ("looks log-transformed ..."), or None if it can.

    Parameters
    ----------
    matrix
        Cells x genes.
    rounded
        Accept fractions that may be corrected counts; they are judged as they are when rounded.
    """
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
    rows = sparse.csr_matrix(matrix if sparse.issparse(matrix) else csr_of_dense(np.asarray(matrix)))
    rows = rows.astype(np.float64)
    whole = np.rint(rows.data)
    if (np.abs(rows.data - whole) > SAME_NUMBER * np.maximum(whole, 1)).any():
        looks = looks_normalised(rows)
        if looks is not None:
            return f"{FRACTIONS} and {looks}"
        if not rounded:
            return FRACTIONS
    rows.data = whole
    if whole.max() <= 1:
        return "holds nothing but 0 and 1 and looks binarised" if whole.any() else "is zero when rounded"
    return looks_rounded(rows)


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
