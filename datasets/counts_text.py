"""Raw counts from .csv and .tsv tables, whichever way round they are."""

from __future__ import annotations

from pathlib import Path

import anndata
import pandas as pd
from scipy import sparse

from geneboard.datasets.counts_checks import looks_like_genes
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.tables import NumberTable

ENDINGS = (".csv", ".csv.gz", ".tsv", ".tsv.gz")


def gene_names(path: Path) -> list[pd.Index]:
    """Return the gene names, from the rows or the columns.

    Raises
    ------
    InputError
        If the file cannot be read, or it is unclear which of the two are genes.
    """
    table = _table(path)
    return [table.rows if _genes_are_rows(table) else table.columns]


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
    table = _table(path)
    genes_are_rows = _genes_are_rows(table)
    with reading(path, "cannot be read as a table"):
        matrix = sparse.csr_matrix(sparse.vstack([sparse.csr_matrix(block) for block in table.blocks()]))
    genes, cells = table.columns, table.rows
    if genes_are_rows:
        genes, cells, matrix = cells, genes, sparse.csr_matrix(matrix.T)
    return anndata.AnnData(matrix, obs=pd.DataFrame(index=cells), var=pd.DataFrame(index=genes))


def _table(path: Path) -> NumberTable:
    with reading(path, "cannot be read as a table"):
        return NumberTable.of(path)


def _genes_are_rows(table: NumberTable) -> bool:
    row, column = (looks_like_genes(names) for names in (table.rows, table.columns))
    if row == column:
        raise InputError(
            f"{table.path}: whether rows or columns are genes is unclear; name genes by symbols or Ensembl"
            " ids."
        )
    return row > column
