"""Nodes: which genes they are, and their features, analytic Pearson residuals."""

from __future__ import annotations

import anndata
import numpy as np
from scipy import sparse

from geneboard.datasets.graphs.sparkx import sparkx

BLOCK_VALUES = 2**23
"""Values that are float64 at a time, 64 MB in each of a few arrays."""


def selection_order(
    counts: sparse.csr_matrix, *, theta: float = 100.0, places: np.ndarray | None = None
) -> np.ndarray:
    """Order genes by the variance of their residuals, largest first, or for spots by SPARK-X p-values.

    Residuals are analytic Pearson residuals, clipped at sqrt(n_cells) (Lause et al. 2021, Genome Biology
    22:258, as in ``scanpy.experimental``).

    Parameters
    ----------
    counts
        Raw counts, shape (n_cells, n_genes), every gene and every cell with counts.
    theta
        Overdispersion of the negative binomial null model.
    places
        Places of the spots, shape (n_cells, 2); None for cells.

    Returns
    -------
    numpy.ndarray
        Column numbers. Of equal genes the earlier comes first.
    """
    if places is not None:
        key = sparkx(counts, places).p_values
    else:
        import scanpy as sc  # takes a second, and tissues whose graphs are there already do without it

        table = sc.experimental.pp.highly_variable_genes(
            anndata.AnnData(counts), theta=theta, n_top_genes=1, check_values=False, inplace=False
        )
        key = -table["residual_variances"].to_numpy(dtype=np.float64)
    return np.argsort(key, kind="stable")


def select_genes(
    counts: sparse.csr_matrix, n_genes: int, *, theta: float = 100.0, places: np.ndarray | None = None
) -> np.ndarray:
    """Return the sorted column numbers of the first genes by `selection_order`; all if there are fewer."""
    return np.sort(selection_order(counts, theta=theta, places=places)[:n_genes])


def pearson_residuals(
    counts: sparse.csr_matrix,
    depth: np.ndarray,
    *,
    total: float,
    theta: float | np.ndarray = 100.0,
    least_variance: float = 0.0,
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
        Overdispersion of the negative binomial, one for all genes or an array of shape (n_genes,).
    least_variance
        No variance is taken to be below.

    Returns
    -------
    numpy.ndarray
        float32, shape (n_genes, n_cells).
    """
    n_cells, n_genes = counts.shape
    share = np.asarray(counts.sum(axis=0, dtype=np.float64)).ravel() / total
    limit = np.sqrt(n_cells)
    overdispersion = np.broadcast_to(theta, n_genes)[:, None]
    by_gene = sparse.csr_matrix(counts.T)
    residuals = np.empty((n_genes, n_cells), dtype=np.float32)
    at_once = max(1, BLOCK_VALUES // max(1, n_cells))
    for start in range(0, n_genes, at_once):
        block = slice(start, start + at_once)
        observed = by_gene[block].toarray().astype(np.float64)
        expected = np.outer(share[block], depth)
        variance = expected + expected**2 / overdispersion[block]
        values = (observed - expected) / np.sqrt(np.maximum(variance, least_variance))
        residuals[block] = np.clip(values, -limit, limit)
    return residuals
