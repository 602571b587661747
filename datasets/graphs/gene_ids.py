"""Gene identifiers: versions, duplicates, and which system a list of names belongs to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

_ENSEMBL = r"^ENS[A-Z]*G\d{11}"
# Copies on the Y chromosome of genes shared with X carry a suffix; they are the same gene.
_VERSION = rf"({_ENSEMBL})(?:\.\d+)?(?:_PAR_Y)?$"


def without_version(genes: pd.Index) -> pd.Index:
    """Return the names with the version taken from Ensembl ids (``ENSG00000141510.12``)."""
    return pd.Index(genes.astype(str).str.replace(_VERSION, r"\1", regex=True))


def sum_duplicates(counts: sparse.csr_matrix, genes: pd.Index) -> tuple[sparse.csr_matrix, pd.Index]:
    """Sum the columns of genes that have the same name.

    Parameters
    ----------
    counts
        Raw counts, shape (n_cells, n_columns).
    genes
        Name of each column.

    Returns
    -------
    tuple
        Counts of shape (n_cells, n_genes) and the unique names, in the order of their first column.
    """
    if genes.is_unique:
        return counts, genes
    codes, unique = pd.factorize(genes)
    member = sparse.csr_matrix(
        (np.ones(len(codes), dtype=counts.dtype), (np.arange(len(codes)), codes)),
        shape=(len(codes), len(unique)),
    )
    return sparse.csr_matrix(counts @ member), pd.Index(unique)


def identifier_system(genes: pd.Index) -> str:
    """Return what most of the names are: Ensembl ids of a species, or symbols in human or mouse spelling."""
    names = genes.astype(str)
    ensembl = names.str.match(_ENSEMBL)
    if ensembl.mean() > 0.5:
        prefix = names[ensembl].str.extract(r"^(ENS[A-Z]*G)", expand=False).value_counts().index[0]
        return f"Ensembl ids ({prefix}...)"
    return "mouse gene symbols" if _mouse_spelling(names) else "gene symbols"


def guess_species(genes: pd.Index) -> str:
    """Return "mouse" for Ensembl ids of mouse or symbols in mouse spelling (Actb), otherwise "human"."""
    system = identifier_system(genes)
    return "mouse" if "ENSMUSG" in system or system.startswith("mouse") else "human"


def _mouse_spelling(names: pd.Index) -> bool:
    """Return whether most names that begin with two letters have a capital and a small one (Actb)."""
    lettered = names[names.str.match(r"^[A-Za-z]{2}")]
    return bool(len(lettered)) and bool(lettered.str.match(r"^[A-Z][a-z]").mean() > 0.5)
