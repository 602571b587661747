"""Genes that are alike in expression and degree, and permutations of names among them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geneboard.datasets.base import GeneGraph, Tissue


def expression_level(graph: GeneGraph) -> np.ndarray:
    """Return a number for each gene that rises with its mean count, shape (n_genes,)."""
    raise NotImplementedError


def gene_strata(tissue: Tissue) -> list[np.ndarray]:
    """Return for each dataset the cell of each gene in a grid of expression x degree, int, shape (n_genes,).

    A gene name has the same cell in all datasets.
    """
    raise NotImplementedError


def one_stratum(genes: Sequence[pd.Index]) -> list[np.ndarray]:
    """Return one cell for all genes, where neither expression nor degree is known."""
    return [np.zeros(len(names), dtype=np.int64) for names in genes]
