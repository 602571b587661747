"""Control: perfect agreement between datasets without any biology."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress


@dataclass(frozen=True)
class SharedNoise(Method):
    """One normal random vector per gene name, the same in every dataset."""

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
