"""The vectors that the joint score compares: unit length, at most 32 dimensions, of covered genes only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.metrics.auc import unit_length
from geneboard.metrics.base import EmbeddingRows

MAX_DIM = 32
"""Dimensions of native embeddings: more of them would memorise a graph of 1000 genes."""


@dataclass(frozen=True, eq=False)
class CoveredGenes:
    """Which genes of a tissue an embedding has vectors for.

    Attributes
    ----------
    positions
        For each dataset the covered genes, as ascending indices into the genes of its graph.
    names
        For each dataset the number of each covered gene's name, counted over the tissue.
    n_names
        Number of different names.
    coverage
        Covered (gene, dataset) pairs over all of the tissue, 0..1.
    """

    positions: tuple[np.ndarray, ...]
    names: tuple[np.ndarray, ...]
    n_names: int
    coverage: float

    @classmethod
    def of(cls, tissue: Tissue, positions: tuple[np.ndarray, ...]) -> CoveredGenes:
        """Describe some genes of each dataset; their names are counted in alphabetical order."""
        genes = [
            graph.genes.to_numpy(dtype=str)[own] for graph, own in zip(tissue.graphs, positions, strict=True)
        ]
        names, number = np.unique(np.concatenate(genes), return_inverse=True)
        bounds = np.cumsum([len(own) for own in genes])[:-1]
        n_pairs = sum(graph.n_genes for graph in tissue.graphs)
        return cls(positions, tuple(np.split(number, bounds)), len(names), len(number) / n_pairs)

    @property
    def datasets_of_name(self) -> np.ndarray:
        """In how many datasets each name is covered, shape (n_names,)."""
        counts: np.ndarray = np.bincount(np.concatenate(self.names), minlength=self.n_names)
        return counts


def unit_vectors(rows: EmbeddingRows, tissue: Tissue) -> tuple[CoveredGenes, list[np.ndarray]]:
    """Return the vectors of the covered genes of each dataset, scaled to unit length.

    A gene is covered if its vector is not zero. More than 32 dimensions are reduced to the 32 in which the
    unit vectors have the largest second moment (not centred, so dimensions that are zero for all genes change
    nothing), and scaled again.

    Returns
    -------
    CoveredGenes
        Which genes.
    list of np.ndarray
        For each dataset, float64 of shape (n_covered, at most 32).
    """
    position, vectors = [], []
    covered = rows.matrix.any(axis=1)
    for number in range(len(tissue.graphs)):
        inside = np.flatnonzero((rows.dataset == number) & covered)
        inside = inside[np.argsort(rows.position[inside], kind="stable")]
        position.append(rows.position[inside])
        vectors.append(unit_length(rows.matrix[inside]))
    if rows.matrix.shape[1] > MAX_DIM:
        moment = sum(part.T @ part for part in vectors)
        axes = np.linalg.eigh(moment)[1][:, ::-1][:, :MAX_DIM]
        vectors = [unit_length(part @ axes) for part in vectors]
    return CoveredGenes.of(tissue, tuple(position)), vectors
