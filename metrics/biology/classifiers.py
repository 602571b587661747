"""The two models that predict labels from vectors, and the ROC AUC of their scores."""

from __future__ import annotations

from typing import Literal

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression

from geneboard.metrics.auc import pairs_won

Model = Literal["logistic", "forest"]

PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Inverse strengths of the penalty of logistic regression (C of scikit-learn), the strongest first."""

TREES = 200


def fitted_scores(
    train: np.ndarray,
    positive: np.ndarray,
    test: np.ndarray,
    inner: np.ndarray,
    *,
    model: Model,
    seed: int,
) -> np.ndarray:
    """Train on labelled vectors and return scores of others, higher where the label is likelier.

    Parameters
    ----------
    train, positive
        Vectors to train on, shape (n_train, dim), and their labels, bool of shape (n_train,).
    test
        Vectors to score, shape (n_test, dim).
    inner
        Inner fold of each vector to train on, shape (n_train,): the penalty of logistic regression is the one
        with the highest mean AUROC over them. All rows of a gene are in one.
    model
        ``"logistic"`` (dimensions scaled to mean 0 and variance 1) or ``"forest"``. Both weigh the classes
        alike.
    seed
        Determines the forest.

    Returns
    -------
    numpy.ndarray
        Shape (n_test,).
    """
    if model == "forest":
        forest = RandomForestClassifier(TREES, class_weight="balanced", random_state=seed)
        return np.asarray(forest.fit(train, positive).predict_proba(test)[:, 1])
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread == 0] = 1.0
    train, test = (train - mean) / spread, (test - mean) / spread
    areas = np.zeros(len(PENALTIES))
    for fold in np.unique(inner):
        held_out = inner == fold
        if (
            0 < positive[held_out].sum() < held_out.sum()
            and 0 < positive[~held_out].sum() < (~held_out).sum()
        ):
            areas += [
                auroc(
                    positive[held_out],
                    _logistic(train[~held_out], positive[~held_out], penalty, train[held_out]),
                )
                for penalty in PENALTIES
            ]
    return _logistic(train, positive, PENALTIES[int(areas.argmax())], test)


def auroc(positive: np.ndarray, scores: np.ndarray) -> float:
    """Return the ROC AUC of scores, equal ones counting half; both classes must be there."""
    yes, no = np.sort(scores[positive]), np.sort(scores[~positive])
    return pairs_won(yes, no) / (2 * len(yes) * len(no))


def _logistic(train: np.ndarray, positive: np.ndarray, penalty: float, test: np.ndarray) -> np.ndarray:
    fit = LogisticRegression(C=penalty, class_weight="balanced", tol=1e-3, max_iter=1000).fit(train, positive)
    return np.asarray(fit.decision_function(test))
