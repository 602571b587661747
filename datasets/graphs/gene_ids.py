"""Gene identifiers: versions, duplicates, mitochondrial genes, and which system names belong to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

ENSEMBL = r"^ENS[A-Z]*G\d{11}"
# Copies on the Y chromosome of genes shared with X carry a suffix (_PAR_Y); they are the same gene.
_BESIDE_IDS = r"^(?:.+[_|:;])?(ENS[A-Z]*G\d{11})(?:\.\d+)?(?:[_|:;].+)?$"
NUMBER = r"^[XV]?(\d+)(?:\.0)?$"
"""Names that are numbers, as they are or as R (``X7105``, ``V1``) and pandas (``7105.0``) write them."""

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

MITOCHONDRIAL_ENTREZ = frozenset(
    str(number)
    for numbers in (
        (4508, 4509, *range(4511, 4515), 4519, *range(4535, 4542), 4549, 4550, 4553, 4555, 4556, 4558),
        range(4563, 4580),  # the human transfer RNAs from TG on
        (17705, 17706, *range(17708, 17712), *range(17716, 17723), *range(17724, 17748)),
    )
    for number in numbers
)
"""Entrez ids of the same genes."""

MITOCHONDRIAL_SYMBOL = r"(?i)mt[-_.:]"
"""How their symbols begin; "MT" alone would find nuclear genes such as MT1A and MTOR."""

_NCBI = r"(?i)(?:MT)?(?:ND[1-6]|ND4L|CYTB|ATP[68]|COX3)"
_NCBI_BESIDE = r"(?i)(?:MT)?(?:COX?[123]|CO(?:I{1,3})|CYB|RNR[12]|TRN(?:[ACDEFGHIKMNPQRTVWY]|[LS][12]))"


def without_version(genes: pd.Index) -> pd.Index:
    """Return the names with Ensembl ids alone, no version (``ENSG00000141510.12``) or symbol beside them."""
    return pd.Index(genes.astype(str).str.replace(_BESIDE_IDS, r"\1", regex=True))


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
    """Return for each gene (symbol, Ensembl id without version or Entrez id) whether it is mitochondrial.

    NCBI writes the symbols without a prefix. Some of them are nuclear genes elsewhere (COX1 is PTGS1), and
    count only where one is there that is not (ND5).
    """
    names = genes.astype(str)
    found = names.str.match(MITOCHONDRIAL_SYMBOL) | names.isin(MITOCHONDRIAL_IDS | MITOCHONDRIAL_ENTREZ)
    ncbi = names.str.fullmatch(_NCBI)
    if ncbi.any():
        found |= ncbi | names.str.fullmatch(_NCBI_BESIDE)
    return np.asarray(found, dtype=bool)


ENTREZ = "Entrez ids"


@dataclass(frozen=True)
class Naming:
    """A system of gene identifiers.

    Parameters
    ----------
    species
        ``"human"``, ``"mouse"``, or for Ensembl ids of others their prefix; numbers do not tell it (``""``).
    ids
        Prefix of Ensembl ids (``"ENSG"``), or `ENTREZ`; empty for gene symbols.
    """

    species: str
    ids: str = ""

    def __str__(self) -> str:
        if self.ids:
            return self.ids if self.ids == ENTREZ else f"Ensembl ids ({self.ids}...)"
        return "mouse gene symbols" if self.species == "mouse" else "gene symbols"


HUMAN_SYMBOLS = Naming("human")
MOUSE_SYMBOLS = Naming("mouse")
_SPECIES = {"ENSG": "human", "ENSMUSG": "mouse"}


def naming_of(genes: pd.Index) -> Naming:
    """Return what most of the names are: Ensembl ids of a species, numbers, or symbols of human or mouse."""
    names = genes.astype(str)
    if names.str.fullmatch(r"\d+").mean() > 0.5:
        return Naming("", ENTREZ)
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
