"""Which inferred genes look at which others: co-expression, or controls that tell what it is worth."""

from __future__ import annotations

import random
from typing import Literal

import numpy as np
from scipy import sparse

GraphKind = Literal["coexpression", "random", "none"]
"""Edges among inferred genes: by similarity, random ones with the same degrees, or none at all."""

GENES_AT_ONCE = 512
SWAPS_PER_EDGE = 5
"""Exchanges of the ends of two edges until nothing is left of the first graph but its degrees."""


def target_graph(
    kind: GraphKind, landmarks: np.ndarray, targets: np.ndarray, n_similar: int, seed: int
) -> sparse.csr_array:
    """Return the edges among inferred genes.

    Parameters
    ----------
    kind
        What the edges are.
    landmarks, targets
        Training samples, shapes (n_samples, n_landmarks) and (n_samples, n_targets).
    n_similar
        Number of most similar genes, and as many least similar ones, that have an edge to each gene.
    seed
        Seed of random edges.

    Returns
    -------
    scipy.sparse.csr_array
        1 in row t, column s if there is an edge from target s to target t; bool, (n_targets, n_targets).
    """
    if kind == "none":
        return sparse.csr_array((targets.shape[1], targets.shape[1]), dtype=bool)
    graph = coexpression_graph(landmarks, targets, n_similar)
    return graph if kind == "coexpression" else rewired(graph, seed)


def coexpression_graph(landmarks: np.ndarray, targets: np.ndarray, n_similar: int) -> sparse.csr_array:
    """Return edges from the genes with the highest and the lowest cosine to each target, over the samples.

    Landmarks are among the similar genes, but every landmark has an edge to every gene anyway: only the edges
    from other targets are returned.
    """
    values = np.hstack([landmarks, targets]).astype(np.float32)
    length = np.linalg.norm(values, axis=0)
    unit = values / np.where(length > 0, length, 1)
    n_landmarks, n_genes = landmarks.shape[1], values.shape[1]
    n_similar = min(n_similar, (n_genes - 1) // 2)
    rows, columns = [], []
    for start in range(n_landmarks, n_genes, GENES_AT_ONCE):
        block = np.arange(start, min(start + GENES_AT_ONCE, n_genes))
        cosines = unit[:, block].T @ unit
        for sign in (1, -1) if n_similar else ():
            signed = sign * cosines
            signed[np.arange(len(block)), block] = -np.inf  # not with itself
            chosen = np.argpartition(signed, -n_similar, axis=1)[:, -n_similar:]
            rows.append(np.repeat(block, n_similar))
            columns.append(chosen.ravel())
    row, column = (np.concatenate([*ends, np.zeros(0, dtype=np.intp)]) for ends in (rows, columns))
    between = column >= n_landmarks
    n_targets = targets.shape[1]
    ends = (row[between] - n_landmarks, column[between] - n_landmarks)
    graph = sparse.csr_array((np.ones(len(ends[0]), dtype=bool), ends), shape=(n_targets, n_targets))
    graph.sort_indices()
    return graph


def rewired(graph: sparse.csr_array, seed: int) -> sparse.csr_array:
    """Return a random graph in which every gene has as many edges to it and from it as before."""
    import igraph

    sources, targets = graph.tocoo().coords[::-1]
    drawn = igraph.Graph(n=graph.shape[0], edges=np.column_stack([sources, targets]), directed=True)
    igraph.set_random_number_generator(random.Random(seed))
    try:
        drawn.rewire(n=SWAPS_PER_EDGE * graph.nnz)
    finally:
        igraph.set_random_number_generator(random)
    ends = np.array(drawn.get_edgelist(), dtype=np.intp).reshape(-1, 2)
    ones = np.ones(len(ends), dtype=bool)
    result = sparse.csr_array((ones, (ends[:, 1], ends[:, 0])), shape=graph.shape)
    result.sort_indices()
    return result
