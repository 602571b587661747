"""Controls: embeddings that say what a score is worth, from knowing nothing to knowing the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress

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
    """What generated simulated data: the cosine of two genes of a dataset is their true correlation in it.

    The vectors are ``GeneGraph.true_vectors``, at unit length. A gene that is correlated with no other has a
    direction of its own, the same in every dataset, in the dimensions that the true vectors leave free.

    Parameters
    ----------
    noise
        Standard deviation of the noise in each dimension. Without noise genes of equal vectors would be at
        distance 0, and which of them are neighbours an accident of their order.
    """

    name = "oracle"
    title = "Oracle"
    kind = "control"

    noise: float = 1e-3

    def skip(self, tissue: Tissue) -> str | None:
        """Only simulated data come with the truth."""
        known = all(graph.true_vectors is not None for graph in tissue.graphs)
        return None if known else "the true correlations of genes are known for simulated data only"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Take the true vectors, and draw those of genes on their own."""
        rng = np.random.default_rng(seed)
        names = pd.Index(sorted({gene for graph in tissue.graphs for gene in graph.genes}))
        alone = rng.standard_normal((len(names), EMBEDDING_DIM))
        values = []
        for graph in tissue.graphs:
            if graph.true_vectors is None:
                raise ValueError(f"{graph.name}: {self.skip(tissue)}")
            rows = np.zeros((graph.n_genes, EMBEDDING_DIM))
            n_factors = graph.true_vectors.shape[1]
            rows[:, :n_factors] = graph.true_vectors
            uncorrelated = ~rows.any(axis=1)
            rows[uncorrelated, n_factors:] = alone[names.get_indexer(graph.genes[uncorrelated]), n_factors:]
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            values.append((rows + self.noise * rng.standard_normal(rows.shape)).astype(np.float32))
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)


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
