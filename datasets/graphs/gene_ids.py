"""Gene identifiers: versions, duplicates, mitochondrial genes, and which system names belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

ENSEMBL = r"^ENS[A-Z]*G\d{11}"
# Copies on the Y chromosome of genes shared with X carry a suffix; they are the same gene.
_VERSION = rf"({ENSEMBL})(?:\.\d+)?(?:_PAR_Y)?$"

# Genes of the chromosome MT (13 proteins, 2 ribosomal and 22 transfer RNAs), as the number in the Ensembl id.
# fmt: off
_HUMAN = (
    198695, 198712, 198727, 198763, 198786, 198804, 198840, 198886, 198888, 198899, 198938, 209082, 210049,
    210077, 210082, 210100, 210107, 210112, 210117, 210127, 210135, 210140, 210144, 210151, 210154, 210156,
    210164, 210174, 210176, 210184, 210191, 210194, 210195, 210196, 211459, 212907, 228253,
)
_MOUSE = (
    64336, 64337, 64338, 64339, 64340, 64341, 64342, 64343, 64344, 64345, 64346, 64347, 64348, 64349,
    64350, 64351, 64352, 64353, 64354, 64355, 64356, 64357, 64358, 64359, 64360, 64361, 64363, 64364,
    64365, 64366, 64367, 64368, 64369, 64370, 64371, 64372, 65947,
)
# fmt: on

MITOCHONDRIAL_IDS = frozenset(
    [f"ENSG{number:011d}" for number in _HUMAN] + [f"ENSMUSG{number:011d}" for number in _MOUSE]
)
"""Ensembl ids, without version, of the 37 human and the 37 mouse mitochondrial genes."""

MITOCHONDRIAL_PREFIXES = ("MT-", "mt-")
"""Prefixes of mitochondrial symbols; "MT" alone would drop nuclear genes such as MT1A and MTOR."""


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
        Counts of shape (n_cells, n_genes) and the unique names, in the order of their first column; of
        int64 where a sum is too large for the type of the counts.
    """
    if genes.is_unique:
        return counts, genes
    codes, unique = pd.factorize(genes)
    member = sparse.csr_matrix(
        (np.ones(len(codes), dtype=np.int64), (np.arange(len(codes)), codes)),
        shape=(len(codes), len(unique)),
    )
    summed = sparse.csr_matrix(counts @ member)
    as_given = summed.data.astype(counts.dtype)
    if np.array_equal(as_given, summed.data):
        summed.data = as_given
    return summed, pd.Index(unique)


def is_mitochondrial(genes: pd.Index) -> np.ndarray:
    """Return for each gene (symbol or Ensembl id without version) whether it is mitochondrial."""
    names = genes.astype(str)
    return np.asarray(names.str.startswith(MITOCHONDRIAL_PREFIXES) | names.isin(MITOCHONDRIAL_IDS))


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
    ensembl = names.str.match(ENSEMBL)
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
