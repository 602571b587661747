"""Gene identifiers: versions, duplicates, and which system a list of names belongs to."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Naming:
    """A system of gene identifiers.

    Parameters
    ----------
    species
        ``"human"``, ``"mouse"``, or for Ensembl ids of others their prefix.
    ensembl
        Prefix of Ensembl ids (``"ENSG"``); empty for gene symbols.
    """

    species: str
    ensembl: str = ""

    def __str__(self) -> str:
        if self.ensembl:
            return f"Ensembl ids ({self.ensembl}...)"
        return "mouse gene symbols" if self.species == "mouse" else "gene symbols"


HUMAN_SYMBOLS = Naming("human")
MOUSE_SYMBOLS = Naming("mouse")
_SPECIES = {"ENSG": "human", "ENSMUSG": "mouse"}


def naming_of(genes: pd.Index) -> Naming:
    """Return what most of the names are: Ensembl ids of a species, or symbols in human or mouse spelling."""
    names = genes.astype(str)
    ensembl = names.str.match(_ENSEMBL)
    if ensembl.mean() > 0.5:
        prefix = names[ensembl].str.extract(r"^(ENS[A-Z]*G)", expand=False).value_counts().index[0]
        return Naming(_SPECIES.get(prefix, prefix), prefix)
    return MOUSE_SYMBOLS if _mouse_spelling(names) else HUMAN_SYMBOLS


def guess_species(genes: pd.Index) -> str:
    """Return "mouse" for Ensembl ids of mouse or symbols in mouse spelling (Actb), otherwise "human"."""
    return "mouse" if naming_of(genes).species == "mouse" else "human"


def _mouse_spelling(names: pd.Index) -> bool:
    """Return whether most names that begin with two letters have a capital and a small one (Actb)."""
    lettered = names[names.str.match(r"^[A-Za-z]{2}")]
    return bool(len(lettered)) and bool(lettered.str.match(r"^[A-Z][a-z]").mean() > 0.5)
