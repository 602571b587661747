"""The joint score: structure and mixing of an embedding, each between what chance and perfection reach."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Score
from geneboard.metrics.chance_levels import ChanceLevels
from geneboard.metrics.joint.chance import chance_levels, dataset_mixing
from geneboard.metrics.joint.gene_pairs import dataset_pairs
from geneboard.metrics.joint.parts import Parts, parts_of
from geneboard.metrics.joint.unit_vectors import unit_vectors

NOT_ABOVE_CONTROLS = 0.05
"""Joint scores up to this are not above the controls: no fresh draw of a control exceeds it."""

ONE_DATASET = "there is one dataset only"
NO_SHARED_GENE = "no gene with a vector is in two datasets"
NO_EDGES = "no dataset has genes of like degree both with and without an edge"


@dataclass(frozen=True, eq=False)
class JointScore:
    """The parts of the joint score of an embedding, and the score.

    With v an AUC and c its chance level, its height is clip((v - c) / (1 - c), 0, 1).

    Attributes
    ----------
    parts
        Values of each dataset.
    mixing_knn
        iLISI_knn, None where it is undefined.
    coverage
        Share of the (gene, dataset) pairs that have a vector, 0..1.
    chance
        Levels for the same graphs and genes.
    why_not
        Why there is no joint score; empty if there is one.
    """

    parts: Parts
    mixing_knn: float | None
    coverage: float
    chance: ChanceLevels
    why_not: str

    def height(self, question: str) -> float | None:
        """Return how far the AUC of a question is from chance (0) to perfection (1), None if undefined."""
        values = getattr(self.parts, question)
        level = self.chance.level(question)
        if np.isnan(values).all() or np.isnan(level):
            return None
        return float(np.clip((np.nanmean(values) - level) / (1 - level), 0, 1))

    @property
    def structure(self) -> float | None:
        """Coverage times (2 across + specific) / 3, of their heights; an undefined height counts 0.

        Where no dataset shares a gene with another, coverage times the height of `within`.
        """
        if self.why_not:
            within = self.height("within")
            return None if within is None else self.coverage * within
        across, specific = self.height("across"), self.height("specific")
        return self.coverage * (2 * (across or 0) + (specific or 0)) / 3

    @property
    def mixing(self) -> float | None:
        """Mean of same_gene (at least 0) and iLISI_knn over that of perfect copies (at most 1)."""
        if self.why_not:
            return None
        same = 0.0 if np.isnan(self.parts.same_gene).all() else float(np.nanmean(self.parts.same_gene))
        copies = self.chance.copies_mixing
        among = min((self.mixing_knn or 0) / copies, 1.0) if copies else 0.0
        return (max(same, 0.0) + max(among, 0.0)) / 2

    @property
    def value(self) -> float | None:
        """Harmonic mean of structure and mixing, 0..1, so that neither makes up for the other."""
        structure, mixing = self.structure, self.mixing
        if structure is None or mixing is None:
            return None
        return 2 * structure * mixing / (structure + mixing) if structure + mixing else 0.0


@lru_cache(maxsize=1)
def joint_score(rows: EmbeddingRows, tissue: Tissue, chance: ChanceLevels | None = None) -> JointScore:
    """Return the joint score of an embedding; it depends on no other embedding.

    Parameters
    ----------
    rows
        One row per (gene, dataset) pair of the tissue. Rows of zeros are genes without a vector: they lower
        the coverage and count nowhere else.
    tissue
        The graphs.
    chance
        Chance levels of these graphs and covered genes; None draws them.
    """
    covered, vectors = unit_vectors(rows, tissue)
    chance = chance or chance_levels(tissue, covered)
    why_not = ""
    if len(tissue.graphs) < 2:
        why_not = ONE_DATASET
    elif not (covered.datasets_of_name > 1).any():
        why_not = NO_SHARED_GENE
    parts = parts_of(vectors, covered, dataset_pairs(tissue, covered))
    return JointScore(
        parts, None if why_not else dataset_mixing(vectors, covered), covered.coverage, chance, why_not
    )


def chance_of(rows: EmbeddingRows, tissue: Tissue, folder: Path) -> ChanceLevels:
    """Return the chance levels for an embedding, from a folder or drawn and kept there."""
    return chance_levels(tissue, unit_vectors(rows, tissue)[0], folder)


def mean_score(values: np.ndarray, why_not: str) -> Score:
    """Return the mean over the datasets that have a value."""
    if np.isnan(values).all():
        return Score.undefined(why_not or NO_EDGES)
    return Score(float(np.nanmean(values)))
