"""Controls: embeddings that say what a score is worth, from knowing nothing to knowing the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress

BACKGROUND = "background"
"""Label in ``Tissue.truth`` of genes without a module; a missing label means the same."""


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
    """A random unit vector for each true module of simulated data, plus tiny noise; needs ``Tissue.truth``.

    Genes outside any module have nothing in common, so they get small independent vectors.

    Parameters
    ----------
    noise
        Standard deviation in each dimension of the noise on module vectors. Without noise most distances
        would be 0, and which genes are neighbours an accident of their order.
    background_size
        Standard deviation in each dimension of the vectors of genes without a module.
    """

    name = "oracle"
    title = "Oracle"
    kind = "control"

    noise: float = 1e-3
    background_size: float = 0.02

    def skip(self, tissue: Tissue) -> str | None:
        """Only simulated data come with the truth."""
        return "the true gene modules are known for simulated data only" if tissue.truth is None else None

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Draw the module vectors and give them to the genes."""
        if tissue.truth is None:
            raise ValueError(f"{tissue.name}: {self.skip(tissue)}")
        rng = np.random.default_rng(seed)
        known = tissue.truth[tissue.truth.notna() & (tissue.truth != BACKGROUND)]
        modules = pd.Index(sorted(known.unique()))
        vectors = rng.standard_normal((len(modules), EMBEDDING_DIM))
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        values = []
        for graph in tissue.graphs:
            module = modules.get_indexer(known.reindex(graph.genes))
            noise = rng.standard_normal((graph.n_genes, EMBEDDING_DIM))
            rows = self.background_size * noise
            rows[module >= 0] = vectors[module[module >= 0]] + self.noise * noise[module >= 0]
            values.append(rows.astype(np.float32))
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
