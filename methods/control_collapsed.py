"""Control: all genes in one place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
