"""Baseline: the eigenvectors of the mean gene graph of a tissue, the same in every dataset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.consensus_spectral import mean_graph, spectral_embedding


@dataclass(frozen=True)
class SharedSpectral(Method):
    """One vector for each gene name, copied to all datasets: the consensus of `consensus_spectral` as it is.

    It mixes the datasets perfectly and knows nothing that is particular to one of them. A method for several
    datasets that does not exceed it has found nothing in them that their mean graph does not show.
    """

    name = "shared_spectral"
    title = "Shared spectral"
    kind = "baseline"
    deterministic = True

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Embed the genes of a tissue in 32 dimensions; neither seed nor device matters."""
        union = pd.Index(list(dict.fromkeys(gene for graph in tissue.graphs for gene in graph.genes)))
        consensus = spectral_embedding(mean_graph(tissue.graphs, union), EMBEDDING_DIM).astype(np.float32)
        progress(1, 1)
        return GeneEmbeddings.of(
            tissue, [consensus[union.get_indexer(graph.genes)] for graph in tissue.graphs]
        )
