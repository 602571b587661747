"""Which genes become nodes: the most variable ones, or for spots the ones most dependent on place."""

from __future__ import annotations

import anndata
import numpy as np
from scipy import sparse

from geneboard.datasets.graphs.sparkx import sparkx


def select_by_residual_variance(
    counts: sparse.csr_matrix, n_genes: int, *, theta: float = 100.0
) -> np.ndarray:
    """Select the genes with the largest variance of analytic Pearson residuals.

    Lause et al. 2021, Genome Biology 22:258, as in ``scanpy.experimental``; residuals are clipped at
    sqrt(n_cells).

    Parameters
    ----------
    counts
        Raw counts, shape (n_cells, n_genes), every gene and every cell with counts.
    n_genes
        How many genes to select; all if there are fewer.
    theta
        Overdispersion of the negative binomial null model.

    Returns
    -------
    numpy.ndarray
        Sorted column numbers. Of equal genes the earlier is taken.
    """
    import scanpy as sc  # takes a second, and tissues whose graphs are there already do without it

    table = sc.experimental.pp.highly_variable_genes(
        anndata.AnnData(counts), theta=theta, n_top_genes=1, check_values=False, inplace=False
    )
    return _first(-table["residual_variances"].to_numpy(dtype=np.float64), n_genes)


def select_by_place(counts: sparse.csr_matrix, coordinates: np.ndarray, n_genes: int) -> np.ndarray:
    """Select the genes with the smallest SPARK-X p-values.

    Parameters
    ----------
    counts
        Raw counts, shape (n_spots, n_genes), every gene with counts.
    coordinates
        Places of the spots, shape (n_spots, 2).
    n_genes
        How many genes to select; all if there are fewer.

    Returns
    -------
    numpy.ndarray
        Sorted column numbers. Of equal genes the earlier is taken.
    """
    return _first(sparkx(counts, coordinates).p_values, n_genes)


def _first(key: np.ndarray, n: int) -> np.ndarray:
    """Return the positions of the n smallest keys, in the order of the columns."""
    return np.asarray(np.sort(np.argsort(key, kind="stable")[:n]))
