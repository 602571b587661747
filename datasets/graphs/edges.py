"""Edges: pairs of genes whose co-expression CS-CORE finds significant."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def significant_edges(p_values: np.ndarray, *, p_threshold: float = 0.005) -> sparse.csr_matrix:
    """Join two genes where p < `p_threshold`, whatever the sign of their co-expression.

    Parameters
    ----------
    p_values
        Symmetric, shape (n_genes, n_genes). The diagonal is treated like every other pair, as in the
        published graphs (a gene whose variance is significant has an edge to itself). NaN, where no test was
        possible, is no edge.
    p_threshold
        Significance level of a single pair; not corrected for the number of pairs.

    Returns
    -------
    scipy.sparse.csr_matrix
        Boolean, shape (n_genes, n_genes), symmetric.
    """
    edges = p_values < p_threshold
    # The two triangles may differ in the last bit.
    return sparse.csr_matrix(np.triu(edges) | np.triu(edges).T)
