"""Control: the answer, where it is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress

BACKGROUND = "background"
"""Label in ``Tissue.truth`` of genes without a module; a missing label means the same."""


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
