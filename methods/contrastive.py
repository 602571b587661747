"""What two gene graphs tell about each other: shared genes, their neighbourhoods, genes of one only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn import functional

from datasets.base import GeneGraph


@dataclass(frozen=True, eq=False)
class NeighbourTable:
    """Graph neighbours of every gene, for drawing one at random; a gene is not its own neighbour.

    Parameters
    ----------
    start
        Where each gene's neighbours begin in `neighbours`, shape (n_genes + 1,).
    neighbours
        Positions of neighbours, gene after gene.
    """

    start: np.ndarray
    neighbours: np.ndarray

    @classmethod
    def of(cls, adjacency: sparse.csr_matrix) -> NeighbourTable:
        """Make the table of a boolean adjacency, self-loops left out."""
        pairs = adjacency.tocoo()
        others = (pairs.row != pairs.col) & pairs.data
        rows, columns = pairs.row[others], pairs.col[others]
        order = np.lexsort((columns, rows))
        start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=adjacency.shape[0]))])
        return cls(start.astype(np.int64), columns[order].astype(np.int64))

    @property
    def degree(self) -> np.ndarray:
        """Number of neighbours of each gene."""
        return np.diff(self.start)

    def draw(self, genes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Return one uniformly random neighbour of each gene; the genes must have neighbours."""
        drawn: np.ndarray = self.neighbours[self.start[genes] + rng.integers(self.degree[genes])]
        return drawn


@dataclass(frozen=True, eq=False)
class GraphPair:
    """What the losses of MuSe-GNN need to know of two datasets; constant in training.

    Parameters
    ----------
    common_first, common_second
        Positions of the genes of both, in the order of the first dataset, shape (n_common,).
    weight
        Jaccard index of each common gene's neighbour sets, compared as gene names, float32 of shape
        (n_common,).
    only_first, only_second
        Positions of the genes that the other dataset lacks and that have a neighbour: possible anchors.
    """

    common_first: Tensor
    common_second: Tensor
    weight: Tensor
    only_first: np.ndarray
    only_second: np.ndarray

    @classmethod
    def of(cls, first: GeneGraph, second: GeneGraph, device: torch.device) -> GraphPair:
        """Compare two datasets."""
        in_second = second.genes.get_indexer(first.genes)
        common_first = np.flatnonzero(in_second >= 0)
        common_second = in_second[common_first]
        only_second = np.setdiff1d(np.arange(second.n_genes), common_second)
        return cls(
            torch.from_numpy(common_first).to(device),
            torch.from_numpy(common_second.astype(np.int64)).to(device),
            torch.from_numpy(neighbourhood_jaccard(first, second, common_first, common_second)).to(device),
            _with_neighbours(np.flatnonzero(in_second < 0), first.adjacency),
            _with_neighbours(only_second, second.adjacency),
        )


def _with_neighbours(genes: np.ndarray, adjacency: sparse.csr_matrix) -> np.ndarray:
    kept: np.ndarray = genes[NeighbourTable.of(adjacency).degree[genes] > 0]
    return kept


def neighbourhood_jaccard(
    first: GeneGraph, second: GeneGraph, common_first: np.ndarray, common_second: np.ndarray
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
    edges_first = first.adjacency[common_first][:, common_first]
    edges_second = second.adjacency[common_second][:, common_second]
    shared = np.asarray(edges_first.multiply(edges_second).sum(axis=1), dtype=np.int64).ravel()
    degrees = [
        np.asarray(graph.adjacency.sum(axis=1), dtype=np.int64).ravel()[genes]
        for graph, genes in ((first, common_first), (second, common_second))
    ]
    union = degrees[0] + degrees[1] - shared
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
