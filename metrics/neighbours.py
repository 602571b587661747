"""The neighbour graph and the Leiden clusters that several metrics share."""

from __future__ import annotations

import warnings

import anndata
import numpy as np
import scanpy
from scipy import sparse

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, SharedView
from geneboard.metrics.chance_levels import ChanceLevels
from geneboard.metrics.compiled_code import keep_compiled

N_NEIGHBOURS = 15
"""Neighbours of a row in the published evaluation; scanpy counts the row itself as one of them."""


def neighbour_graph(matrix: np.ndarray) -> sparse.csr_matrix:
    """Return the neighbour graph of rows, as ``scanpy.pp.neighbors`` makes it with its defaults.

    Neighbours are exact. From 8192 rows on scanpy would by default search them approximately with
    pynndescent, and the published evaluation may have; exact ones differ little, do not depend on the order
    of the rows, and need no search to be compiled in every process. With fewer rows than neighbours, half of
    the rows are neighbours, which is also scanpy's rule. A single row has none.

    Parameters
    ----------
    matrix
        Raw embedding, shape (n_rows, dim); neighbours are Euclidean.

    Returns
    -------
    sparse.csr_matrix
        UMAP connectivities in 0..1, symmetric, shape (n_rows, n_rows), without explicit zeros.

    Raises
    ------
    ValueError
        If there are no rows.
    """
    n_rows = len(matrix)
    if not n_rows:
        raise ValueError("an embedding without rows has no neighbour graph")
    if n_rows == 1:
        return sparse.csr_matrix((1, 1), dtype=np.float32)
    keep_compiled()
    data = anndata.AnnData(matrix)
    n_neighbours = N_NEIGHBOURS if n_rows >= N_NEIGHBOURS else 1 + n_rows // 2
    scanpy.pp.neighbors(
        data,
        n_neighbors=n_neighbours,
        use_rep="X",
        metric="euclidean",
        random_state=0,
        transformer="sklearn",  # scanpy's own choice below 8192 rows
    )
    graph = sparse.csr_matrix(data.obsp["connectivities"])
    graph.sort_indices()
    return graph


def leiden_clusters(graph: sparse.csr_matrix) -> np.ndarray:
    """Cluster the rows of a neighbour graph (Leiden, resolution 1, seed 0, "leidenalg", until stable).

    Parameters
    ----------
    graph
        Connectivities, shape (n_rows, n_rows).

    Returns
    -------
    np.ndarray
        Cluster of each row, int, shape (n_rows,); 0 is the largest. Without any edge every row is its own.
    """
    if not graph.nnz:
        return np.arange(graph.shape[0])
    data = anndata.AnnData(sparse.csr_matrix((graph.shape[0], 1), dtype=np.float32))
    with warnings.catch_warnings():
        # scanpy announces another default flavour even to callers who name theirs.
        warnings.filterwarnings("ignore", category=FutureWarning, message=r"(?s).*igraph")
        scanpy.tl.leiden(data, resolution=1, random_state=0, flavor="leidenalg", adjacency=graph)
    return np.asarray(data.obs["leiden"].astype(int))


def shared_view(rows: EmbeddingRows, tissue: Tissue, chance: ChanceLevels | None = None) -> SharedView:
    """Compute the neighbours and the clusters of all rows, and which rows belong to common genes."""
    graph = neighbour_graph(rows.matrix)
    common = np.isin(rows.gene.astype(str), tissue.common_genes.to_numpy(dtype=str))
    return SharedView(graph, leiden_clusters(graph), common, chance)
