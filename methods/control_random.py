"""Control: embeddings that know nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress


@dataclass(frozen=True)
class IndependentNoise(Method):
    """Independent normal noise for every gene of every dataset."""

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
