"""What an embedding without knowledge reaches, as levels that a score must exceed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

QUANTILE = 0.975
QUESTIONS = ("within", "across", "specific")
"""AUCs of `metrics.joint.parts.Parts` that have a chance level."""


@dataclass(frozen=True, eq=False)
class ChanceLevels:
    """AUCs of embeddings that know nothing but the degrees of genes.

    Attributes
    ----------
    draws
        For each of `QUESTIONS` one value per control, draw and dataset, NaN where a dataset has none; shape
        (n_controls, n_draws, n_datasets).
    copies_mixing
        iLISI_knn of one random vector for each gene name, the same in every dataset; None if it has none.
    """

    draws: dict[str, np.ndarray]
    copies_mixing: float | None

    def level(self, question: str) -> float:
        """Return the value that an embedding without knowledge exceeds once in forty times.

        It is the 97.5 % point over the draws of the mean over datasets, of the control that has the highest;
        NaN if no dataset has a value.
        """
        values = self.draws[question]
        values = values[:, :, ~np.isnan(values).any(axis=(0, 1))]
        if not values.shape[2]:
            return float("nan")
        return float(np.quantile(values.mean(axis=2), QUANTILE, axis=1).max())

    def of(self, kept: Sequence[int], copies_mixing: float | None) -> ChanceLevels:
        """Return the levels of some of the datasets, for a score that leaves out the others.

        Draws are averaged over the datasets that are kept. In a draw a gene is still held against the mean
        over all datasets, which matters for knowledge and not for noise.
        """
        return ChanceLevels(
            {name: values[:, :, list(kept)] for name, values in self.draws.items()}, copies_mixing
        )
