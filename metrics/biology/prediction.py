"""Question 2: labels of genes, predicted from their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geneboard.datasets.knowledge.labels import Labels
from geneboard.datasets.knowledge.time_split import TimeSplit

LEAST_GENES = 20
"""Genes of each class below which there is no number."""

Setting = Literal["within", "across"]
Model = Literal["logistic", "forest"]


@dataclass(frozen=True)
class Prediction:
    """How well labels are predicted for genes that were not trained on.

    Attributes
    ----------
    auroc
        Mean over folds and repeats of the mean over datasets; 0.5 is chance; None where there is none.
    low, high
        95 % interval over folds and repeats (corrected for training sets that overlap).
    auroc_by_fold
        The values that it is the mean of, repeats x folds.
    auroc_by_dataset
        Mean over folds and repeats for each dataset; NaN where it has too few genes.
    average_precision, prior
        Mean average precision, and the share of positive genes, which is its chance level.
    n_positive, n_negative
        Labelled genes with a vector in some dataset that has enough.
    reason
        Why there is no number; empty if there is one.
    """

    auroc: float | None
    low: float | None
    high: float | None
    auroc_by_fold: tuple[float, ...]
    auroc_by_dataset: tuple[float, ...]
    average_precision: float | None
    prior: float | None
    n_positive: int
    n_negative: int
    reason: str = ""

    @property
    def precision_over_prior(self) -> float | None:
        """Average precision over its chance level; 1 is chance."""
        if self.average_precision is None or self.prior is None:
            return None
        return self.average_precision / self.prior


def predict_labels(
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    labels: Labels,
    *,
    setting: Setting,
    model: Model = "logistic",
    folds: int = 5,
    repeats: int = 5,
    seed: int = 0,
) -> Prediction:
    """Predict labels in folds by gene.

    Parameters
    ----------
    values, genes
        As for `retrieval`.
    labels
        Positive and negative genes.
    setting
        ``"within"``: train and test in each dataset. ``"across"``: train on the genes of the other datasets,
        test on held-out genes in the one left out.
    model
        ``"logistic"``: logistic regression, standardised, penalty by inner folds; ``"forest"``: random
        forest.
    folds, repeats
        How often genes are parted into how many folds; the same for all methods.
    seed
        Determines the folds, and the forest.
    """
    raise NotImplementedError


@dataclass(frozen=True)
class TermPrediction:
    """One term: AUROC of held-out genes annotated before and since the day, NaN where there are too few."""

    term: str
    name: str
    before: float
    since: float
    n_train_positive: int
    n_before_positive: int
    n_since_positive: int


@dataclass(frozen=True)
class OverTime:
    """How well terms are predicted that were annotated before and since a day.

    Attributes
    ----------
    before, since
        Mean AUROC over the terms that have both, None where no term has.
    before_interval, since_interval, difference_interval
        Bootstrap 95 % intervals over terms; the last of since - before.
    terms
        One for each term.
    reason
        Why there is no number; empty if there is one.
    """

    before: float | None
    since: float | None
    before_interval: tuple[float, float] | None
    since_interval: tuple[float, float] | None
    difference_interval: tuple[float, float] | None
    terms: tuple[TermPrediction, ...]
    reason: str = ""


def predict_over_time(
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    split: TimeSplit,
    *,
    model: Model = "logistic",
    seed: int = 0,
) -> OverTime:
    """Train on the folds of each term, and test on genes annotated before and since the day."""
    raise NotImplementedError
