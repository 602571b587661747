"""Raw counts from .loom files, read in blocks: their matrix is dense on disk."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.counts_checks import csr_of_dense
from geneboard.datasets.errors import InputError
from geneboard.datasets.hdf5_files import opened

SYMBOLS = (
    *("gene", "genesymbols", "geneshortname", "varnames", "genesymbol", "genename", "genenames", "genes"),
    *("symbol", "symbols", "hgncsymbol", "featurename", "featurekey", "name"),
)
IDS = (
    *("accession", "geneids", "ensembl", "ensemblid", "ensemblids", "geneid", "ensemblgeneid", "featureid"),
)
CELLS = (
    "cellid",
    "obsnames",
    "cellnames",
    "cellname",
    "cellids",
    "barcode",
    "barcodes",
    "cellbarcode",
    "cell",
)
"""What programs call the names in row_attrs and col_attrs, in small letters and without signs between."""

BLOCK_BYTES = 2**26


def gene_names(path: Path) -> list[pd.Index]:
    """Return the symbols and the Ensembl ids of the rows, as far as the file has them.

    Raises
    ------
    InputError
        If the file cannot be read or names no genes.
    """
    with _opened(path) as file:
        attributes = list(file["row_attrs"])
        found = [_first(file["row_attrs"], names) for names in (SYMBOLS, IDS)]
    names = [pd.Index(values) for values in found if values is not None]
    if not names:
        raise InputError(
            f"{path}: names no genes; call the attribute of row_attrs that does Gene (symbols) or Accession "
            f"(Ensembl ids); there are {', '.join(attributes) or 'none'}."
        )
    return names


def read_loom(path: Path) -> anndata.AnnData:
    """Read the main matrix of a .loom file.

    The format is plain HDF5 (``/matrix``, genes x cells, dense). It is read here because the package for it
    is no longer kept up, and reads all of the matrix at once.

    Returns
    -------
    anndata.AnnData
        Cells x genes, CSR, named as the first of `gene_names`.

    Raises
    ------
    InputError
        If the file cannot be read or its parts do not fit together.
    """
    names = gene_names(path)[0]
    with _opened(path) as file:
        matrix = file["matrix"]
        rows = max(1, BLOCK_BYTES // max(1, matrix.shape[1] * matrix.dtype.itemsize))
        blocks = [csr_of_dense(matrix[start : start + rows]) for start in range(0, matrix.shape[0], rows)]
        cells = _first(file["col_attrs"], CELLS)
    counts = sparse.csr_matrix(sparse.vstack(blocks).T)
    if cells is None:
        cells = np.arange(counts.shape[0]).astype(str)
    if counts.shape != (len(cells), len(names)):
        raise InputError(
            f"{path}: the matrix has {counts.shape[1]} genes and {counts.shape[0]} cells, the names "
            f"{len(names)} and {len(cells)}."
        )
    return anndata.AnnData(
        counts, obs=pd.DataFrame(index=pd.Index(cells)), var=pd.DataFrame(index=names.astype(str))
    )


def _first(group: h5py.Group, names: Sequence[str]) -> np.ndarray | None:
    """Return the values of the first attribute that has one of the names."""
    plain = {re.sub(r"[^a-z]", "", name.lower()): name for name in reversed(list(group))}
    return next((_texts(group[plain[name]]) for name in names if name in plain), None)


def _texts(values: h5py.Dataset) -> np.ndarray:
    is_text = h5py.check_string_dtype(values.dtype) is not None
    return np.asarray(values.asstr()[:] if is_text else values[:].astype(str), dtype=object).ravel()


@contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    with opened(path, "not a readable .loom file") as file:
        if not {"matrix", "row_attrs", "col_attrs"} <= set(file):
            raise InputError(f"{path}: an HDF5 file, but not a .loom file.")
        yield file
