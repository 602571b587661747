"""Principal components of the genes of each dataset, the simplest embedding without a graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.joint_components import leading_scores


@dataclass(frozen=True)
class PCA(Method):
    """PCA of each dataset's genes x cells matrix, cells scaled to mean 0 and variance 1 over the genes."""

    name = "pca"
    title = "PCA"
    reference = "10.1080/14786440109462720"
    kind = "published"
    deterministic = True

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Embed the genes of each dataset on their own; neither seed nor device matters."""
        values = []
        for done, graph in enumerate(tissue.graphs, start=1):
            values.append(principal_components(graph.features, EMBEDDING_DIM))
            progress(done, len(tissue.graphs))
        return GeneEmbeddings.of(tissue, values)


def principal_components(features: np.ndarray, dim: int) -> np.ndarray:
    """Return scores on the leading principal components, float32 of shape (n_genes, dim).

    Parameters
    ----------
    features
        Shape (n_genes, n_cells). Cells without variance count as zeros.
    dim
        Number of components, see `leading_scores`.
    """
    centred = features.astype(np.float64)
    centred -= centred.mean(axis=0)
    deviation = np.sqrt(np.square(centred).sum(axis=0) / max(len(centred) - 1, 1))
    centred /= np.where(features.max(axis=0) > features.min(axis=0), deviation, np.inf)
    return leading_scores(centred, dim)
