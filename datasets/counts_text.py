"""Raw counts from .csv and .tsv tables, whichever way round they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anndata
import pandas as pd
from scipy import sparse

from geneboard.datasets.counts_checks import looks_like_genes
from geneboard.datasets.errors import InputError, reading

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
ROWS_AT_ONCE = 500


def gene_names(path: Path) -> list[pd.Index]:
    """Return the gene names, from the rows or the columns.

    Raises
    ------
    InputError
        If the file cannot be read, or it is unclear which of the two are genes.
    """
    rows, columns = _names(path)
    return [rows if _genes_are_rows(path, rows, columns) else columns]


def read_text(path: Path) -> anndata.AnnData:
    """Read a table of counts with names in the first column and the first line.

    Returns
    -------
    anndata.AnnData
        Cells x genes, CSR.

    Raises
    ------
    InputError
        If the file cannot be read, a value is no number, or it is unclear whether rows or columns are genes.
    """
    rows, columns = _names(path)
    genes_are_rows = _genes_are_rows(path, rows, columns)
    blocks = []
    # Without the header: R writes one that is a name shorter than the lines.
    form: dict[str, Any] = {"sep": _separator(path), "header": None, "skiprows": 1, "index_col": 0}
    with (
        reading(path, "cannot be read as a table"),
        pd.read_csv(path, chunksize=ROWS_AT_ONCE, **form) as chunks,
    ):
        for chunk in chunks:
            words = chunk.select_dtypes(exclude=["number", "bool"]).columns
            if len(words):
                raise InputError(
                    f"{path}: column {columns[int(words[0]) - 1]!r} holds values that are no numbers."
                )
            blocks.append(sparse.csr_matrix(chunk.to_numpy()))
    matrix = sparse.csr_matrix(sparse.vstack(blocks))
    genes, cells = columns, rows
    if genes_are_rows:
        genes, cells, matrix = rows, columns, sparse.csr_matrix(matrix.T)
    return anndata.AnnData(matrix, obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=genes))


def _names(path: Path) -> tuple[pd.Index, pd.Index]:
    def read(**lines: Any) -> pd.DataFrame:
        table: pd.DataFrame = pd.read_csv(
            path, sep=_separator(path), header=None, dtype=str, keep_default_na=False, **lines
        )
        return table

    with reading(path, "cannot be read as a table"):
        header = read(nrows=1).iloc[0]
        width = read(skiprows=1, nrows=1).shape[1]
        first = read(skiprows=1, usecols=[0])[0]
    if width < 2:
        raise InputError(f"{path}: its lines have one column; .csv has commas between values, .tsv tabs.")
    columns = header.iloc[1:] if len(header) == width else header
    return pd.Index(first.astype(str)), pd.Index(columns.astype(str))


def _genes_are_rows(path: Path, rows: pd.Index, columns: pd.Index) -> bool:
    row, column = (looks_like_genes(names) for names in (rows, columns))
    if row == column:
        raise InputError(
            f"{path}: whether rows or columns are genes is unclear; name genes by symbols or Ensembl ids."
        )
    return row > column


def _separator(path: Path) -> str:
    return "," if path.name.lower().endswith((".csv", ".csv.gz")) else "\t"
