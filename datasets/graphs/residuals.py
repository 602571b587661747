"""Node features: analytic Pearson residuals of the selected genes."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def pearson_residuals(
    counts: sparse.csr_matrix, depth: np.ndarray, *, total: float, theta: float = 100.0
) -> np.ndarray:
    """Return analytic Pearson residuals, genes x cells.

    The expected count of a gene in a cell is depth x (share of the gene in all counts), its variance
    mu + mu^2 / theta (Lause et al. 2021, Genome Biology 22:258, equations 3 and 4). Residuals are clipped at
    the square root of the number of cells.

    Parameters
    ----------
    counts
        Raw counts of the selected genes, shape (n_cells, n_genes).
    depth
        Counts of each cell over all genes that passed quality control, shape (n_cells,).
    total
        Counts of all cells and genes that passed quality control, the sum of `depth`.
    theta
        Overdispersion of the negative binomial.

    Returns
    -------
    numpy.ndarray
        float32, shape (n_genes, n_cells).
    """
    share = np.asarray(counts.sum(axis=0, dtype=np.float64)).ravel() / total
    observed = counts.T.toarray().astype(np.float64)
    expected = np.outer(share, depth)
    residuals = (observed - expected) / np.sqrt(expected + expected**2 / theta)
    limit = np.sqrt(counts.shape[0])
    clipped: np.ndarray = np.clip(residuals, -limit, limit).astype(np.float32)
    return clipped
