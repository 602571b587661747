"""Control: what the degrees of genes alone reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress


@dataclass(frozen=True)
class Degree(Method):
    """The degree of a gene in its own graph, and noise: the cosine of two genes is their geometric mean.

    On two real donors the sum of two degrees alone tells edges with an AUC of .90 and .88, more than any
    method; this embedding reaches .82 to .91 on real pbmc. The first dimension holds the root of the degree
    over the largest of the dataset, the others random directions that fill the vector up to length 1,
    independent for each dataset. Self-loops do not count.
    """

    name = "degree"
    title = "Degree"
    kind = "control"

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Draw the noise."""
        rng = np.random.default_rng(seed)
        values = []
        for graph in tissue.graphs:
            degree = np.asarray(graph.adjacency.sum(axis=1), dtype=np.float64).ravel()
            degree -= graph.adjacency.diagonal()
            degree /= max(degree.max(initial=0), 1)
            noise = rng.standard_normal((graph.n_genes, EMBEDDING_DIM - 1))
            noise *= np.sqrt((1 - degree) / (noise**2).sum(axis=1))[:, None]
            values.append(np.column_stack([np.sqrt(degree), noise]).astype(np.float32))
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)
