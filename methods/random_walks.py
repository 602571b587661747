"""Random walks on a gene graph, and how often two genes meet in them."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def random_walks(
    adjacency: sparse.csr_matrix, *, walks_per_gene: int, length: int, rng: np.random.Generator
) -> np.ndarray:
    """Walk from each gene to neighbours, each with the same probability.

    Self-loops are no neighbours. A gene without neighbours is on no walk.

    Parameters
    ----------
    adjacency
        Boolean, symmetric, shape (n_genes, n_genes).
    walks_per_gene
        Walks that start at each gene.
    length
        Genes on a walk, its start included.
    rng
        Where the steps come from.

    Returns
    -------
    numpy.ndarray
        Positions of genes, int64 of shape (walks_per_gene * genes with a neighbour, length).
    """
    entries = adjacency.tocoo()
    other = entries.row != entries.col
    shape = adjacency.shape
    graph = sparse.csr_matrix((entries.data[other], (entries.row[other], entries.col[other])), shape=shape)
    first, degree = graph.indptr[:-1].astype(np.int64), np.diff(graph.indptr)
    here = np.repeat(np.flatnonzero(degree), walks_per_gene)
    walks = np.empty((len(here), length), dtype=np.int64)
    for step in range(length):
        if step:
            here = graph.indices[first[here] + rng.integers(degree[here])]
        walks[:, step] = here
    return walks


def cooccurrences(walks: np.ndarray, *, window: int, n_genes: int) -> np.ndarray:
    """Count how often one gene is within the window of another.

    A gene that a walk visits twice is not counted as its own context.

    Parameters
    ----------
    walks
        Positions of genes, shape (n_walks, length).
    window
        Largest distance on a walk, in steps, forward and backward.
    n_genes
        Number of genes of the graph.

    Returns
    -------
    numpy.ndarray
        Float64, symmetric, zero on the diagonal, shape (n_genes, n_genes): entry (i, j) is the number of
        times that j is in the context of i.
    """
    counts = np.zeros(n_genes * n_genes)
    for distance in range(1, min(window, walks.shape[1] - 1) + 1):
        pairs = walks[:, :-distance] * n_genes + walks[:, distance:]
        counts += np.bincount(pairs.ravel(), minlength=len(counts))
    forward = counts.reshape(n_genes, n_genes)
    both = forward + forward.T
    np.fill_diagonal(both, 0.0)
    return both
