"""Question 2, over time: terms of genes that were annotated before a day, and since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.knowledge.time_split import TermSplit, TimeSplit
from geneboard.metrics.biology.classifiers import Model, auroc, fitted_scores
from geneboard.metrics.biology.labelled_rows import LEAST_GENES, LabelledRows

LEAST_TESTED = 5
"""Genes of each class that a term needs to be tested: it is one of many, and the interval is over terms."""

LEAST_TERMS = 5
"""Terms that an interval needs: resampling one gives that one again, an interval of width 0."""

RESAMPLES = 1000
"""Bootstrap samples of the terms."""


@dataclass(frozen=True)
class TermPrediction:
    """One term: AUROC of held-out genes annotated before and since the day, mean over datasets.

    NaN where no dataset has 20 genes of each class to train on and 5 to test. The numbers of positive genes
    are those of the dataset that has most.
    """

    term: str
    name: str
    before: float
    since: float
    n_train_positive: int
    n_before_positive: int
    n_since_positive: int


Ends = tuple[float, float] | None


@dataclass(frozen=True)
class OverTime:
    """How well terms are predicted that were annotated before and since a day.

    Attributes
    ----------
    before, since
        Mean AUROC over the terms that have both, None where no term has.
    before_interval, since_interval, difference_interval
        Bootstrap 95 % intervals over terms, None with fewer than five; the last of since - before.
    terms
        One for each term.
    reason
        Why there is no number; empty if there is one.
    """

    before: float | None
    since: float | None
    before_interval: Ends
    since_interval: Ends
    difference_interval: Ends
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
    """Train on the folds of each term, and test on genes annotated before and since the day.

    Parameters
    ----------
    values, genes
        As for `retrieval.retrieval`; training and testing are within each dataset.
    split
        Terms with their parts; the folds also choose the penalty.
    model
        As for `prediction.predict_labels`.
    seed
        Determines the forest and the resampled terms.
    """
    terms = tuple(_predict_term(values, genes, term, model, seed) for term in split.terms.values())
    areas = np.array([(term.before, term.since) for term in terms]).reshape(-1, 2)
    areas = areas[~np.isnan(areas).any(axis=1)]
    if not len(areas):
        reason = (
            f"no term of {split.name} has {LEAST_GENES} genes of each class to train on and {LEAST_TESTED} "
            "to test, before and since, with vectors in one dataset"
        )
        return OverTime(None, None, None, None, None, terms, reason)
    before, since = areas.mean(axis=0)
    return OverTime(float(before), float(since), *_intervals(areas, seed), terms)


def has_enough(genes: pd.Index, term: TermSplit) -> bool:
    """Return whether a dataset with these genes can be asked about a term, before and since."""
    names = frozenset(genes)
    train = [
        frozenset().union(*(getattr(fold.within(names), side) for fold in term.folds))
        for side in ("positive", "negative")
    ]
    tests = [part.within(names) for part in (term.before, term.since)]
    return min(map(len, train)) >= LEAST_GENES and all(
        min(len(part.positive), len(part.negative)) >= LEAST_TESTED for part in tests
    )


def _predict_term(
    values: Sequence[np.ndarray], genes: Sequence[pd.Index], term: TermSplit, model: Model, seed: int
) -> TermPrediction:
    areas = np.full((len(values), 2), np.nan)
    numbers = np.zeros((len(values), 3), dtype=np.int64)
    for number, (vectors, names) in enumerate(zip(values, genes, strict=True)):
        folds, (before, since) = (
            [LabelledRows.of(vectors, names, part) for part in parts]
            for parts in (term.folds, (term.before, term.since))
        )
        train = LabelledRows.together(folds)
        inner = np.repeat(np.arange(len(folds)), [len(fold.genes) for fold in folds])
        numbers[number] = [rows.positive.sum() for rows in (train, before, since)]
        if min(train.count()) < LEAST_GENES:
            continue
        tests = [
            (place, rows) for place, rows in enumerate((before, since)) if min(rows.count()) >= LEAST_TESTED
        ]
        if tests:
            together = LabelledRows.together([rows for _, rows in tests])
            scores = fitted_scores(
                train.matrix, train.positive, together.matrix, inner, model=model, seed=seed
            )
            bounds = np.cumsum([len(rows.genes) for _, rows in tests])[:-1]
            for (place, rows), part in zip(tests, np.split(scores, bounds), strict=True):
                areas[number, place] = auroc(rows.positive, part)
    most = numbers.max(axis=0)
    return TermPrediction(
        term.term, term.name, _mean(areas[:, 0]), _mean(areas[:, 1]), int(most[0]), int(most[1]), int(most[2])
    )


def _mean(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan


def _intervals(areas: np.ndarray, seed: int) -> tuple[Ends, Ends, Ends]:
    """Return the bootstrap 95 % intervals over terms of before, since and since - before."""
    if len(areas) < LEAST_TERMS:
        return None, None, None
    drawn = np.random.default_rng(seed).integers(len(areas), size=(RESAMPLES, len(areas)))
    before, since = areas[drawn].mean(axis=1).T
    return _ends(before), _ends(since), _ends(since - before)


def _ends(means: np.ndarray) -> Ends:
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)
