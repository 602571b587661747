"""Question 2: labels of genes, predicted from their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import t as student_t
from sklearn.metrics import average_precision_score

from geneboard.datasets.knowledge.labels import Labels
from geneboard.metrics.biology.classifiers import Model, auroc, fitted_scores
from geneboard.metrics.biology.labelled_rows import LEAST_GENES as LEAST_GENES
from geneboard.metrics.biology.labelled_rows import LabelledRows
from geneboard.metrics.biology.over_time import (
    predict_over_time as predict_over_time,
)  # one place for question 2

INNER_FOLDS = 3
"""Folds within the training genes that choose the penalty."""

Setting = Literal["within", "across"]


@dataclass(frozen=True)
class Prediction:
    """How well labels are predicted for genes that were not trained on.

    Attributes
    ----------
    auroc
        Mean over folds and repeats of the mean over datasets; 0.5 is chance; None where there is none.
    low, high
        95 % interval over folds and repeats, wider for training sets that overlap (Nadeau and Bengio 2003,
        Machine Learning 52:239).
    auroc_by_fold
        The values that it is the mean of, repeats x folds.
    auroc_by_dataset
        Mean over folds and repeats for each dataset; NaN where it has too few genes.
    average_precision, prior
        Mean average precision, and its chance level: the mean over random orders of as many genes, which is
        a little more than the share of positive genes where folds are small.
    n_positive, n_negative
        Labelled genes with a vector in a dataset that has enough.
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
    """Predict labels in folds by gene: a gene is trained on or tested, in all datasets.

    Parameters
    ----------
    values, genes
        As for `retrieval.retrieval`.
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
    datasets = [LabelledRows.of(*pair, labels) for pair in zip(values, genes, strict=True)]
    usable = [_enough(one, datasets, setting) for one in datasets]
    if not any(usable):
        positive, negative = LabelledRows.together(datasets).count()
        unknown = tuple(np.nan for _ in datasets)
        reason = _too_few(datasets, labels, setting)
        return Prediction(None, None, None, (), unknown, None, None, positive, negative, reason)
    areas = np.full((len(datasets), repeats, folds), np.nan)
    precisions, priors = areas.copy(), areas.copy()
    for here, tested in enumerate(datasets):
        if not usable[here]:
            continue
        others = [one for there, one in enumerate(datasets) if there != here]
        trained = tested if setting == "within" else LabelledRows.together(others)
        present = set(genes[here]) if setting == "within" else set().union(*genes)
        for repeat in range(repeats):
            fold, inner = gene_folds(labels, present, folds, np.random.default_rng([seed, repeat]))
            of_trained, of_tested = trained.look_up(fold), tested.look_up(fold)
            for number in range(folds):
                train, test = of_trained != number, of_tested == number
                truth = tested.positive[test]
                if not truth.any() or truth.all() or len(set(trained.positive[train])) < 2:
                    continue
                scores = fitted_scores(
                    trained.matrix[train],
                    trained.positive[train],
                    tested.matrix[test],
                    trained.look_up(inner)[train],
                    model=model,
                    seed=seed,
                )
                areas[here, repeat, number] = auroc(truth, scores)
                precisions[here, repeat, number] = average_precision_score(truth, scores)
                priors[here, repeat, number] = chance_precision(int(truth.sum()), len(truth))
    by_fold = _means(areas.reshape(len(datasets), -1))
    mean, low, high = _interval(by_fold[~np.isnan(by_fold)], folds)
    used = [one for one, enough in zip(datasets, usable, strict=True) if enough]
    positive, negative = LabelledRows.together(used).count()
    return Prediction(
        mean,
        low,
        high,
        tuple(by_fold.tolist()),
        tuple(_means(areas.reshape(len(datasets), -1).T).tolist()),
        float(np.nanmean(_means(precisions.reshape(len(datasets), -1)))),
        float(np.nanmean(_means(priors.reshape(len(datasets), -1)))),
        positive,
        negative,
    )


def gene_folds(
    labels: Labels, present: set[str], folds: int, rng: np.random.Generator
) -> tuple[dict[str, int], dict[str, int]]:
    """Part labelled genes into folds with the same share of each class, by their names alone.

    Parameters
    ----------
    labels
        All labelled genes: their random order does not depend on which of them a tissue has.
    present
        The genes of the tissue.
    folds
        Number of folds.
    rng
        Draws the order.

    Returns
    -------
    tuple of dict
        Fold of each gene, and its inner fold, which chooses penalties.
    """
    fold, inner = {}, {}
    for side in (labels.positive, labels.negative):
        drawn = rng.permutation(sorted(side))
        for place, gene in enumerate([gene for gene in drawn if gene in present]):
            fold[str(gene)] = place % folds
            inner[str(gene)] = place // folds % INNER_FOLDS
    return fold, inner


def chance_precision(n_positive: int, n: int) -> float:
    """Return the mean average precision over all orders of n items, n_positive of them positive."""
    if n == n_positive:
        return 1.0
    harmonic = float((1 / np.arange(1, n + 1)).sum())
    return (harmonic + (n_positive - 1) / (n - 1) * (n - harmonic)) / n


def _enough(tested: LabelledRows, datasets: Sequence[LabelledRows], setting: Setting) -> bool:
    if min(tested.count()) < LEAST_GENES:
        return False
    others = [one for one in datasets if one is not tested]
    if setting == "within":
        return True
    return bool(others) and min(LabelledRows.together(others).count()) >= LEAST_GENES


def _too_few(datasets: Sequence[LabelledRows], labels: Labels, setting: Setting) -> str:
    if setting == "across" and len(datasets) < 2:
        return "there is one dataset only, and none to train on"
    positive, negative = max((one.count() for one in datasets), key=min)
    return (
        f"{labels.name} has {positive} positive and {negative} negative genes with a vector in the dataset "
        f"that has most; {LEAST_GENES} of each are needed"
    )


def _means(values: np.ndarray) -> np.ndarray:
    """Return the means over the first axis of what is not NaN; NaN where nothing is."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    empty = np.full(total.shape, np.nan)
    means: np.ndarray = np.divide(total, known.sum(axis=0), out=empty, where=known.any(axis=0))
    return means


def _interval(by_fold: np.ndarray, folds: int) -> tuple[float, float, float]:
    """Return mean and 95 % interval of values of folds whose training sets overlap."""
    mean, n = float(by_fold.mean()), len(by_fold)
    if n < 2:
        return mean, np.nan, np.nan
    spread = by_fold.std(ddof=1) * np.sqrt(1 / n + 1 / (folds - 1))
    half = float(student_t.ppf(0.975, n - 1) * spread)
    return mean, max(mean - half, 0.0), min(mean + half, 1.0)
