"""Raw counts in any of the formats that laboratories have them in."""

from __future__ import annotations

from pathlib import Path

import anndata
import h5py
import pandas as pd

from geneboard.datasets import counts_10x, counts_loom, counts_text
from geneboard.datasets.counts_checks import not_counts
from geneboard.datasets.counts_files import as_counts, read_counts
from geneboard.datasets.errors import InputError, reading

STRICT_ENDINGS = (".h5ad", ".h5", ".loom")
"""Endings of files that nothing else than a dataset has."""

ENDINGS = (*STRICT_ENDINGS, *counts_text.ENDINGS)
IDS = 1
"""Place of Ensembl ids in `gene_names` of a file that has symbols as well."""


def ending_of(path: Path) -> str | None:
    """Return the ending that tells the format; empty for a folder of 10x, None for what is no dataset."""
    if path.is_dir():
        return "" if counts_10x.is_matrix_folder(path) else None
    return next((ending for ending in ENDINGS if path.name.endswith(ending)), None)


def gene_names(path: Path) -> list[pd.Index]:
    """Return the names of the genes without reading the counts; for some formats in two systems.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    ending = ending_of(path)
    if ending == ".h5ad":
        return [_names_of_h5ad(path)]
    if ending == ".loom":
        return counts_loom.gene_names(path)
    return counts_text.gene_names(path) if ending in counts_text.ENDINGS else counts_10x.gene_names(path)


def _names_of_h5ad(path: Path) -> pd.Index:
    with reading(path, "not a readable .h5ad file"), h5py.File(path, "r") as file:
        names: pd.Index = anndata.io.read_elem(file["var"]).index
    return names


def read_dataset(path: Path, names: int = 0) -> tuple[anndata.AnnData, str]:
    """Read raw counts.

    Parameters
    ----------
    path
        A .h5ad, 10x .h5, .loom, .csv or .tsv file (also .gz), or a matrix or Visium folder of 10x.
    names
        Which of `gene_names` the columns get.

    Returns
    -------
    tuple
        As from `datasets.counts_files.read_counts`.

    Raises
    ------
    InputError
        If the file cannot be read or holds no counts.
    """
    if ending_of(path) == ".h5ad":
        return read_counts(path)
    table = _table(path)
    fault = not_counts(table.X)
    if fault is not None:
        raise InputError(f"{path}: the matrix {fault}; raw counts are needed.")
    genes = table.var_names if names == 0 else gene_names(path)[names]
    return as_counts(table, table.X, genes, path), "matrix"


def _table(path: Path) -> anndata.AnnData:
    ending = ending_of(path)
    if ending == ".loom":
        return counts_loom.read_loom(path)
    if ending in counts_text.ENDINGS:
        return counts_text.read_text(path)
    return counts_10x.read_10x(path)


def files_of(path: Path) -> list[Path]:
    """Return the files that a dataset is read from: the file itself, or those of a folder."""
    return counts_10x.files_in(path) if path.is_dir() else [path]
