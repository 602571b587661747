"""Controls: embeddings that say what a score is worth, from knowing nothing to knowing the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.consensus_spectral import spectral_embedding


@dataclass(frozen=True)
class Collapsed(Method):
    """Every gene of every dataset at one point, plus tiny noise.

    Parameters
    ----------
    noise
        Standard deviation of the noise in each dimension; the point is at distance 1 from the origin.
    """

    name = "collapsed"
    title = "Collapsed"
    kind = "control"

    noise: float = 1e-4

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Draw the point and the noise."""
        rng = np.random.default_rng(seed)
        point = rng.standard_normal(EMBEDDING_DIM)
        point /= np.linalg.norm(point)
        values = [
            (point + self.noise * rng.standard_normal((graph.n_genes, EMBEDDING_DIM))).astype(np.float32)
            for graph in tissue.graphs
        ]
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)


@dataclass(frozen=True)
class Oracle(Method):
    """What generated simulated data: vectors whose cosines are large where genes are truly correlated.

    1. The inner products of a dataset's true vectors (``GeneGraph.true_vectors``) at unit length are its
       correlations. None is negative, as every programme raises its genes: the vectors have a direction in
       common, along which they tell the degree of a gene and not with which it is joined. So the mean over
       the dataset is taken off, as the density is from the edges of a graph, and the rest has unit length.
    2. Two genes get the mean of these correlations over the datasets that have both. Its leading
       eigenvectors, as many as there are programmes, are the consensus: its inner products are the mean of
       the correlations. (Those of mean vectors are not: a programme active in one of three datasets would
       count as one in nine.) A gene that is correlated with no other has a direction of its own in the
       dimensions that are left.
    3. In each dataset a gene's vector is a mixture of its consensus vector and the sum of those of all genes
       there, weighted by its correlations with them. So the datasets share one space and each still shows
       what it has of its own.

    Parameters
    ----------
    own
        Part of the sum in the mixture, both at unit length, between 0 and 1. A tenth is enough to order
        correlations and leaves the datasets together; it was chosen of .05, .1, .2 and .3 on synthetic
        thymus.
    noise
        Standard deviation of the noise in each dimension. Without noise genes of equal vectors would be at
        distance 0, and which of them are neighbours an accident of their order.
    """

    name = "oracle"
    title = "Oracle"
    kind = "control"

    own: float = 0.1
    noise: float = 1e-3

    def skip(self, tissue: Tissue) -> str | None:
        """Only simulated data come with the truth."""
        known = all(graph.true_vectors is not None for graph in tissue.graphs)
        return None if known else "the true correlations of genes are known for simulated data only"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Embed the mean of the true correlations, and adjust it to those of each dataset."""
        rng = np.random.default_rng(seed)
        names = pd.Index(sorted({gene for graph in tissue.graphs for gene in graph.genes}))
        total = np.zeros((len(names), len(names)))
        observed = np.zeros(total.shape)
        n_factors = 0
        datasets = []
        for graph in tissue.graphs:
            if graph.true_vectors is None:
                raise ValueError(f"{graph.name}: {self.skip(tissue)}")
            position, correlations = names.get_indexer(graph.genes), _centred_correlations(graph.true_vectors)
            block = np.ix_(position, position)
            total[block] += correlations
            observed[block] += 1
            n_factors = max(n_factors, graph.true_vectors.shape[1])
            datasets.append((position, correlations))
        consensus = rng.standard_normal((len(names), EMBEDDING_DIM))
        consensus[:, :n_factors] = spectral_embedding(total / np.maximum(observed, 1), n_factors)
        consensus[total.any(axis=1), n_factors:] = 0.0
        consensus = _unit_length(consensus)
        values = []
        for position, correlations in datasets:
            own = _unit_length(correlations @ consensus[position])
            rows = _unit_length((1 - self.own) * consensus[position] + self.own * own)
            values.append((rows + self.noise * rng.standard_normal(rows.shape)).astype(np.float32))
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)


def _centred_correlations(vectors: np.ndarray) -> np.ndarray:
    """Return the cosines of the directions of true vectors without their mean, 0 where a vector is zero."""
    correlated = vectors.any(axis=1)
    directions = _unit_length(vectors.astype(np.float64))
    directions[correlated] -= directions[correlated].mean(axis=0)
    directions = _unit_length(directions)
    return np.asarray(directions @ directions.T)


def _unit_length(rows: np.ndarray) -> np.ndarray:
    """Return rows at unit length; rows of zeros stay."""
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length > 0, length, 1.0))


@dataclass(frozen=True)
class IndependentNoise(Method):
    """Embeddings that know nothing: independent normal noise for every gene of every dataset."""

    name = "random"
    title = "Random"
    kind = "control"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Draw the noise."""
        rng = np.random.default_rng(seed)
        values = [
            rng.standard_normal((graph.n_genes, EMBEDDING_DIM), dtype=np.float32) for graph in tissue.graphs
        ]
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)


@dataclass(frozen=True)
class SharedNoise(Method):
    """Perfect agreement between datasets without any biology: one normal random vector per gene name."""

    name = "shared_random"
    title = "Shared random"
    kind = "control"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Draw one vector per name, names in alphabetical order."""
        names = pd.Index(sorted({gene for graph in tissue.graphs for gene in graph.genes}))
        table = np.random.default_rng(seed).standard_normal((len(names), EMBEDDING_DIM), dtype=np.float32)
        values = [table[names.get_indexer(graph.genes)] for graph in tissue.graphs]
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)
