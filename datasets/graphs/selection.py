"""Which genes become nodes: the most variable ones, or for spots the ones most dependent on place."""

from __future__ import annotations

import anndata
import numpy as np
from scipy import sparse

from geneboard.datasets.graphs.sparkx import sparkx


def select_genes(
    counts: sparse.csr_matrix, n_genes: int, *, theta: float = 100.0, places: np.ndarray | None = None
) -> np.ndarray:
    """Select the genes with the largest variance of residuals, or for spots the smallest SPARK-X p-values.

    Residuals are analytic Pearson residuals, clipped at sqrt(n_cells) (Lause et al. 2021, Genome Biology
    22:258, as in ``scanpy.experimental``).

    Parameters
    ----------
    counts
        Raw counts, shape (n_cells, n_genes), every gene and every cell with counts.
    n_genes
        How many genes to select; all if there are fewer.
    theta
        Overdispersion of the negative binomial null model.
    places
        Places of the spots, shape (n_cells, 2); None for cells.

    Returns
    -------
    numpy.ndarray
        Sorted column numbers. Of equal genes the earlier is taken.
    """
    if places is not None:
        key = sparkx(counts, places).p_values
    else:
        import scanpy as sc  # takes a second, and tissues whose graphs are there already do without it

        table = sc.experimental.pp.highly_variable_genes(
            anndata.AnnData(counts), theta=theta, n_top_genes=1, check_values=False, inplace=False
        )
        key = -table["residual_variances"].to_numpy(dtype=np.float64)
    return np.asarray(np.sort(np.argsort(key, kind="stable")[:n_genes]))
