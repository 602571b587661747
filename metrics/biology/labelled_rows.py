"""The vectors of labelled genes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.knowledge.labels import Labels

LEAST_GENES = 20
"""Genes of each class below which there is no number."""


@dataclass(frozen=True, eq=False)
class LabelledRows:
    """The labelled genes of a dataset that have a vector.

    Attributes
    ----------
    matrix
        Their vectors, float64 of shape (n, dim).
    positive
        Their labels, bool, shape (n,).
    genes
        Their names, shape (n,).
    """

    matrix: np.ndarray
    positive: np.ndarray
    genes: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray, names: pd.Index, labels: Labels) -> LabelledRows:
        """Choose the rows of labelled genes with a vector."""
        rows = vectors.any(axis=1) & names.isin(labels.positive | labels.negative)
        genes = names[rows]
        return cls(vectors[rows].astype(np.float64), genes.isin(labels.positive), np.asarray(genes))

    @classmethod
    def together(cls, parts: Sequence[LabelledRows]) -> LabelledRows:
        """Return the rows of several datasets one after another."""
        return cls(
            np.concatenate([part.matrix for part in parts]),
            np.concatenate([part.positive for part in parts]),
            np.concatenate([part.genes for part in parts]),
        )

    def count(self) -> tuple[int, int]:
        """Return the numbers of different positive and negative genes."""
        return len(set(self.genes[self.positive])), len(set(self.genes[~self.positive]))

    def look_up(self, of_gene: dict[str, int]) -> np.ndarray:
        """Return what a table says of each gene, int, shape (n,)."""
        return np.array([of_gene[gene] for gene in self.genes], dtype=np.int64)
