"""Random walks on a gene graph, and how often two genes meet in them."""

from __future__ import annotations

import numpy as np
from scipy import sparse


def random_walks(
    adjacency: sparse.csr_matrix,
    *,
    walks_per_gene: int,
    length: int,
    p: float = 1.0,
    q: float = 1.0,
    rng: np.random.Generator,
) -> np.ndarray:
    """Walk from each gene to neighbours, as node2vec does (Grover and Leskovec 2016, section 3.2.2).

    The first step goes to each neighbour with the same probability. From then on a neighbour has the weight
    1 / p if the walk has just come from it, 1 if that gene is a neighbour of it, and 1 / q otherwise.
    Self-loops are no neighbours. A gene without neighbours is on no walk.

    Parameters
    ----------
    adjacency
        Boolean, symmetric, shape (n_genes, n_genes).
    walks_per_gene
        Walks that start at each gene.
    length
        Genes on a walk, its start included.
    p, q
        Above 0. A p below 1 makes walks turn back, a q above 1 keeps them near where they are; with both 1
        every neighbour is as likely.
    rng
        Where the steps come from.

    Returns
    -------
    numpy.ndarray
        Positions of genes, int64 of shape (walks_per_gene * genes with a neighbour, length).
    """
    joined = adjacency.toarray()
    np.fill_diagonal(joined, val=False)
    graph = sparse.csr_matrix(joined)
    first, degree = graph.indptr[:-1].astype(np.int64), np.diff(graph.indptr)
    starts = np.repeat(np.flatnonzero(degree), walks_per_gene)
    walks = np.empty((len(starts), length), dtype=np.int64)
    walks[:, 0] = starts
    heaviest = max(1.0, 1 / p, 1 / q)
    for step in range(1, length):
        drawing = np.arange(len(walks))
        while len(drawing):
            here = walks[drawing, step - 1]
            there = graph.indices[first[here] + rng.integers(degree[here])]
            walks[drawing, step] = there
            if step == 1:
                break
            before = walks[drawing, step - 2]
            weight = np.where(there == before, 1 / p, np.where(joined[before, there], 1.0, 1 / q))
            drawing = drawing[rng.random(len(drawing)) * heaviest >= weight]  # rejected, drawn again
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
