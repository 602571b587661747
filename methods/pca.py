"""Principal components of the genes of each dataset, the simplest embedding without a graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress


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
    """Return scores on the leading principal components, largest variance first.

    Each component has the sign that makes its largest loading (in absolute value) positive.

    Parameters
    ----------
    features
        Shape (n_genes, n_cells). Cells without variance count as zeros.
    dim
        Number of components; where the matrix has fewer, the last columns are zero.

    Returns
    -------
    numpy.ndarray
        Float32 of shape (n_genes, dim).
    """
    centred = features.astype(np.float64)
    centred -= centred.mean(axis=0)
    deviation = np.sqrt(np.square(centred).sum(axis=0) / max(len(centred) - 1, 1))
    centred /= np.where(features.max(axis=0) > features.min(axis=0), deviation, np.inf)
    left, sizes, loadings = np.linalg.svd(centred, full_matrices=False)
    largest = loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)]
    scores = left * sizes * np.where(largest < 0, -1.0, 1.0)
    embedding = np.zeros((len(features), dim), dtype=np.float32)
    kept = min(dim, scores.shape[1])
    embedding[:, :kept] = scores[:, :kept]
    return embedding
