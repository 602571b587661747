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
    """What generated simulated data: vectors whose cosines are the true correlations of genes.

    The true vectors of a gene (``GeneGraph.true_vectors``, at unit length) differ between datasets as far as
    the programmes that are active in them do. Its vector is a mixture of their mean and of the one of the
    dataset, so that the datasets share one space and each still shows what it has of its own. A gene that is
    correlated with no other has a direction of its own, the same in every dataset, in the dimensions that
    the true vectors leave free.

    Parameters
    ----------
    own
        Part of the true vector of the dataset in the mixture, between 0 and 1. With 1 cosines are exactly the
        correlations in the dataset, and datasets lie as far apart as they differ. A twentieth is enough
        to order them; it was chosen on synthetic kidney and pancreas.
    noise
        Standard deviation of the noise in each dimension. Without noise genes of equal vectors would be at
        distance 0, and which of them are neighbours an accident of their order.
    """

    name = "oracle"
    title = "Oracle"
    kind = "control"

    own: float = 0.05
    noise: float = 1e-3

    def skip(self, tissue: Tissue) -> str | None:
        """Only simulated data come with the truth."""
        known = all(graph.true_vectors is not None for graph in tissue.graphs)
        return None if known else "the true correlations of genes are known for simulated data only"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Mix the true vectors, and draw those of genes on their own."""
        rng = np.random.default_rng(seed)
        names = pd.Index(sorted({gene for graph in tissue.graphs for gene in graph.genes}))
        alone = rng.standard_normal((len(names), EMBEDDING_DIM))
        total = np.zeros(alone.shape)
        positions, vectors = [], []
        for graph in tissue.graphs:
            if graph.true_vectors is None:
                raise ValueError(f"{graph.name}: {self.skip(tissue)}")
            positions.append(names.get_indexer(graph.genes))
            vectors.append(_true_directions(graph.true_vectors, alone[positions[-1]]))
            total[positions[-1]] += vectors[-1]
        values = []
        for position, own in zip(positions, vectors, strict=True):
            rows = (1 - self.own) * _unit_length(total[position]) + self.own * own
            rows = _unit_length(rows) + self.noise * rng.standard_normal(rows.shape)
            values.append(rows.astype(np.float32))
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)


def _true_directions(vectors: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """Return true vectors at unit length in the first dimensions, those of genes without in the others."""
    n_factors = vectors.shape[1]
    rows = np.zeros(alone.shape)
    rows[:, :n_factors] = vectors
    uncorrelated = ~rows.any(axis=1)
    rows[uncorrelated, n_factors:] = alone[uncorrelated, n_factors:]
    return _unit_length(rows)


def _unit_length(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


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
