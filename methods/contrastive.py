"""What two gene graphs tell about each other: shared genes, their neighbourhoods, genes of one only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.nn import functional

from geneboard.datasets.base import GeneGraph


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The neighbours of every gene of one dataset, ready for set operations and for drawing one at random.

    Parameters
    ----------
    genes
        Gene names, shape (n_genes,).
    edges
        Dense boolean adjacency, shape (n_genes, n_genes), self-loops included.
    start, others
        Positions of the neighbours other than the gene itself, gene after gene; those of gene g are
        ``others[start[g]:start[g + 1]]``.
    """

    genes: pd.Index
    edges: np.ndarray
    start: np.ndarray
    others: np.ndarray

    @classmethod
    def of(cls, graph: GeneGraph) -> Neighbourhoods:
        """Take the neighbourhoods of a graph."""
        edges = graph.adjacency.toarray()
        without_self = edges.copy()
        np.fill_diagonal(without_self, val=False)
        start = np.concatenate([[0], np.cumsum(without_self.sum(axis=1))])
        return cls(graph.genes, edges, start, np.nonzero(without_self)[1])

    @property
    def n_others(self) -> np.ndarray:
        """Number of neighbours other than the gene itself, shape (n_genes,)."""
        return np.diff(self.start)

    def draw(self, genes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return one uniformly random neighbour of each gene, never itself; each must have one."""
        drawn: np.ndarray = self.others[self.start[genes] + rng.integers(self.n_others[genes])]
        return drawn


@dataclass(frozen=True, eq=False)
class GraphPair:
    """What the losses of MuSe-GNN need to know of two datasets; constant in training.

    Parameters
    ----------
    common_first, common_second
        Positions of the genes of both, in the order of the first dataset, shape (n_common,).
    weight
        Jaccard index of each common gene's neighbour sets, float32 of shape (n_common,).
    only_first, only_second
        Positions of the genes that the other dataset lacks and that have a neighbour: possible anchors.
    """

    common_first: Tensor
    common_second: Tensor
    weight: Tensor
    only_first: np.ndarray
    only_second: np.ndarray

    @classmethod
    def of(cls, first: Neighbourhoods, second: Neighbourhoods, device: torch.device) -> GraphPair:
        """Compare two datasets."""
        in_second = second.genes.get_indexer(first.genes)
        common_first = np.flatnonzero(in_second >= 0)
        common_second = in_second[common_first].astype(np.int64)
        only_second = np.setdiff1d(np.arange(len(second.genes)), common_second)
        only_first = np.flatnonzero(in_second < 0)
        return cls(
            torch.from_numpy(common_first).to(device),
            torch.from_numpy(common_second).to(device),
            torch.from_numpy(jaccard_of_common(first, second, common_first, common_second)).to(device),
            only_first[first.n_others[only_first] > 0],
            only_second[second.n_others[only_second] > 0],
        )


def jaccard_of_common(
    first: Neighbourhoods, second: Neighbourhoods, common_first: np.ndarray, common_second: np.ndarray
) -> np.ndarray:
    """Return how alike the neighbourhoods of common genes are in two graphs.

    The neighbour sets are sets of gene names, each taken in its own graph with all its genes; a self-loop
    makes a gene one of its own neighbours, as in the adjacency. Two empty sets give 0.

    Parameters
    ----------
    first, second
        The graphs.
    common_first, common_second
        Positions of the common genes in each, in the same order.

    Returns
    -------
    numpy.ndarray
        Jaccard indices, float32 of shape (n_common,), from 0 (nothing shared) to 1 (the same neighbours).
    """
    # A neighbour can be shared only if it is itself a common gene.
    edges_first = first.edges[np.ix_(common_first, common_first)]
    edges_second = second.edges[np.ix_(common_second, common_second)]
    shared = (edges_first & edges_second).sum(axis=1)
    union = first.edges.sum(axis=1)[common_first] + second.edges.sum(axis=1)[common_second] - shared
    return np.where(union > 0, shared / np.maximum(union, 1), 0.0).astype(np.float32)


def weighted_similarity(first: Tensor, second: Tensor, weight: Tensor) -> Tensor:
    """Return the mean over genes of weight times cosine similarity.

    Parameters
    ----------
    first, second
        Embeddings of the same genes in two datasets, shape (n_common, dim).
    weight
        Shape (n_common,).
    """
    return (functional.cosine_similarity(first, second, dim=1) * weight).mean()


def info_nce(anchors: Tensor, positives: Tensor, temperature: float) -> Tensor:
    """Return the InfoNCE loss (van den Oord et al. 2018, eq. 4) on cosine similarities.

    Parameters
    ----------
    anchors, positives
        Shape (n_anchors, dim); the negatives of an anchor are the positives of the others.
    temperature
        Divides the similarities.
    """
    logits = functional.normalize(anchors) @ functional.normalize(positives).T / temperature
    return functional.cross_entropy(logits, torch.arange(len(anchors), device=anchors.device))
