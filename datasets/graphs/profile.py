"""The mean counts of a dataset, by which it is told whether its gene names are its own."""

from __future__ import annotations

import zlib

import numpy as np
import pandas as pd
from scipy import sparse

GENES_COMPARED = 4000
"""Genes of a profile: more would not sharpen the comparison of two datasets, only lengthen their files."""


def mean_profile(counts: sparse.csr_matrix, genes: pd.Index) -> dict[str, float]:
    """Return the mean counts of `GENES_COMPARED` genes.

    They are those whose names have the smallest CRC-32, so that two datasets have many of them in common,
    whatever else each has measured (a bottom-k sketch: Broder 1997, Compression and Complexity of Sequences).

    Parameters
    ----------
    counts
        Raw counts after quality control, shape (n_cells, n_genes).
    genes
        Their names.

    Returns
    -------
    dict
        Gene -> mean count over cells, to four digits.
    """
    order = np.argsort([zlib.crc32(gene.encode()) for gene in genes], kind="stable")[:GENES_COMPARED]
    means = np.asarray(counts.mean(axis=0)).ravel()
    return {genes[place]: float(f"{means[place]:.4g}") for place in np.sort(order)}
