"""Which genes of a dataset are landmarks of the L1000 platform, and its genes as features to infer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.l1000.landmarks import NAME_SYSTEMS, landmark_table

FEWEST = 2
"""Landmarks without which a dataset says nothing: one alone has no other to be inferred from."""


@dataclass(frozen=True, eq=False)
class LandmarkCells:
    """The cells of a dataset: what is given of them, and what is to be inferred.

    The list of landmarks is read by `datasets.l1000.landmarks`. It belongs to no source of data: like
    `datasets.base` it is vocabulary, and a second reader of the same table could come to differ from it.

    Parameters
    ----------
    landmarks, targets
        Positions of the landmarks, in the order of the platform's list, and of all other genes.
    entrez
        Entrez id of each landmark; the same landmark has the same id in every dataset.
    given, inferred
        Standardised values of the landmarks and of the other genes, float64 of shapes
        (n_cells, n_landmarks) and (n_cells, n_targets).
    """

    landmarks: np.ndarray
    targets: np.ndarray
    entrez: pd.Index
    given: np.ndarray
    inferred: np.ndarray

    @classmethod
    def of(cls, graph: GeneGraph) -> LandmarkCells:
        """Find the landmarks of a dataset and standardise its genes over the cells."""
        entrez, landmarks = landmarks_of(graph.genes)
        targets = np.setdiff1d(np.arange(graph.n_genes), landmarks)
        cells = standardised(graph.features)
        return cls(landmarks, targets, entrez, cells[:, landmarks], cells[:, targets])


def landmarks_of(genes: pd.Index) -> tuple[pd.Index, np.ndarray]:
    """Find the landmarks among genes that are named by symbol, Entrez or Ensembl id.

    Of two genes that name the same landmark in different systems the first system counts, symbols first.

    Returns
    -------
    tuple of pandas.Index and numpy.ndarray
        Entrez ids and positions in `genes`, in the order of the platform's list.
    """
    table = landmark_table()
    position = np.full(len(table), -1)
    for system in NAME_SYSTEMS:
        position = np.where(position < 0, genes.get_indexer(pd.Index(table[system])), position)
    found = position >= 0
    return pd.Index(table["entrez"][found]), position[found]


def standardised(features: np.ndarray) -> np.ndarray:
    """Return genes with mean 0 and variance 1 over the cells, turned to shape (n_cells, n_genes), float64.

    Genes that do not vary are zero.
    """
    cells = features.T.astype(np.float64)
    cells -= cells.mean(axis=0)
    varies = features.max(axis=1) > features.min(axis=1)
    return cells / np.where(varies, cells.std(axis=0), np.inf)


def too_few_landmarks(tissue: Tissue) -> str | None:
    """Return why a tissue has nothing to infer from, or None if one of its datasets has."""
    most = max(len(landmarks_of(graph.genes)[0]) for graph in tissue.graphs)
    if most >= FEWEST:
        return None
    return (
        f"no dataset has {FEWEST} of the {len(landmark_table())} landmarks of the L1000 platform among its "
        "genes (human symbols, Entrez or Ensembl ids)"
    )
