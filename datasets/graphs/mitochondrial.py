"""The mitochondrial genes of human and mouse, by name and by Ensembl id."""

from __future__ import annotations

import pandas as pd

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

ENSEMBL_IDS = frozenset(
    [f"ENSG{number:011d}" for number in _HUMAN] + [f"ENSMUSG{number:011d}" for number in _MOUSE]
)
"""Ensembl ids, without version, of the 37 human and the 37 mouse mitochondrial genes."""

PREFIXES = ("MT-", "mt-")
"""Prefixes of mitochondrial symbols; "MT" alone would drop nuclear genes such as MT1A and MTOR."""


def is_mitochondrial(genes: pd.Index) -> pd.Series:
    """Return for each gene (symbol or Ensembl id without version) whether it is mitochondrial."""
    names = genes.astype(str)
    return pd.Series(names.str.startswith(PREFIXES) | names.isin(ENSEMBL_IDS), index=genes)
