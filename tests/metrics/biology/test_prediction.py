"""Predicted labels: folds, a plain implementation, planted labels, and the split over time."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from plain_biology import plain_auroc
from scipy.stats import t
from sklearn.metrics import average_precision_score, roc_auc_score
from small_knowledge import GENES, HALVES, noise, planted

from geneboard.datasets.knowledge.labels import Labels
from geneboard.datasets.knowledge.time_split import TermSplit, TimeSplit
from geneboard.metrics.biology import classifiers
from geneboard.metrics.biology.classifiers import auroc
from geneboard.metrics.biology.prediction import (
    chance_precision,
    gene_folds,
    predict_labels,
    predict_over_time,
)


def test_folds_never_split_a_gene_and_do_not_depend_on_coverage() -> None:
    present = set(GENES[0])
    fold, inner = gene_folds(HALVES, present, 5, np.random.default_rng(0))
    assert set(fold) == set(inner) == present
    for side in (HALVES.positive, HALVES.negative):
        sizes = np.bincount([fold[gene] for gene in present & side])
        assert np.ptp(sizes) <= 1
        assert len(sizes) == 5
    other, _ = gene_folds(HALVES, present, 5, np.random.default_rng(1))
    assert fold != other
    covered = gene_folds(HALVES, present, 5, np.random.default_rng(0))[0]
    assert covered == fold


def test_a_tested_gene_is_never_trained_on_in_any_dataset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vector holds the number of its gene: what is trained on and tested shows which genes they are."""
    numbers = {name: float(place + 1) for place, name in enumerate(sorted(set().union(*GENES)))}
    values = [np.array([[numbers[name]] for name in names]) for names in GENES]
    calls = []

    def scores(train, positive, test, inner, **_):
        calls.append(len(set(train.ravel()) & set(test.ravel())))
        for number in set(train.ravel()):
            assert len(set(inner[train.ravel() == number])) == 1
        return test.ravel()

    monkeypatch.setattr("geneboard.metrics.biology.prediction.fitted_scores", scores)
    for setting in ("within", "across"):
        predict_labels(values, GENES, HALVES, setting=setting, repeats=1)
    assert calls == [0] * 30


@pytest.mark.parametrize("setting", ["within", "across"])
def test_every_number_again_by_a_plain_implementation(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    penalties = (0.001, 1.0)
    monkeypatch.setattr(classifiers, "PENALTIES", penalties)
    values = planted(noise=4.0)
    values[0][:4] = 0  # genes without a vector
    found = predict_labels(values, GENES, HALVES, setting=setting, repeats=1, seed=3)
    areas = np.zeros((3, 5))
    for here in range(3):
        present = set(GENES[here]) if setting == "within" else set().union(*GENES)
        fold, inner = gene_folds(HALVES, present, 5, np.random.default_rng([3, 0]))
        train_on = [here] if setting == "within" else [d for d in range(3) if d != here]
        for number in range(5):
            rows = {True: [], False: []}
            for testing, datasets in ((True, [here]), (False, train_on)):
                for d in datasets:
                    for vector, name in zip(values[d], GENES[d], strict=True):
                        if vector.any() and (fold[name] == number) == testing:
                            rows[testing].append((vector, name in HALVES.positive, inner[name]))
            train, test = (
                [np.array(column) for column in zip(*rows[side], strict=True)] for side in (False, True)
            )
            areas[here, number] = plain_auroc(*train, test[0], test[1], penalties)
    by_fold = areas.mean(axis=0)
    assert found.auroc_by_fold == pytest.approx(by_fold)
    assert found.auroc_by_dataset == pytest.approx(areas.mean(axis=1))
    half = t.ppf(0.975, 4) * by_fold.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    assert found.auroc == pytest.approx(by_fold.mean())
    assert (found.low, found.high) == pytest.approx(
        (max(by_fold.mean() - half, 0), min(by_fold.mean() + half, 1))
    )
    covered = {n for names, v in zip(GENES, values, strict=True) for n in names[v.any(axis=1)]}
    assert (found.n_positive, found.n_negative) == (
        len(covered & HALVES.positive),
        len(covered & HALVES.negative),
    )


@pytest.fixture
def few_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """One penalty: nothing is chosen, and a fit is a sixth of the work."""
    monkeypatch.setattr(classifiers, "PENALTIES", (0.01,))
    monkeypatch.setattr(classifiers, "TREES", 20)


def test_planted_labels_are_predicted_across_only_where_the_space_is_joint(few_fits) -> None:
    values = planted()
    rng = np.random.default_rng(0)
    turned = [part @ np.linalg.qr(rng.normal(size=(12, 12)))[0] for part in values]
    for vectors, setting, low, high in (
        (values, "within", 0.95, 1),
        (values, "across", 0.95, 1),
        (turned, "within", 0.95, 1),
        (turned, "across", 0.1, 0.9),
    ):
        found = predict_labels(vectors, GENES, HALVES, setting=setting, repeats=1)
        assert low <= found.auroc <= high, setting
    forest = predict_labels(values[:1], GENES[:1], HALVES, setting="within", model="forest", repeats=1)
    assert forest.auroc > 0.95
    assert forest.precision_over_prior == pytest.approx(2, abs=0.3)


@pytest.mark.parametrize("kind", ["random", "shared_random", "collapsed"])
def test_who_knows_nothing_has_chance_in_the_interval(kind: str, few_fits) -> None:
    for setting in ("within", "across"):
        found = predict_labels(noise(kind, GENES, 7), GENES, HALVES, setting=setting, repeats=1)
        assert found.low < 0.5 < found.high
        assert found.precision_over_prior == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize(("n_positive", "n"), [(1, 4), (2, 5), (4, 4)])
def test_chance_precision_is_the_mean_over_all_orders(n_positive: int, n: int) -> None:
    truth = np.arange(n) < n_positive
    means = [average_precision_score(truth, order) for order in permutations(range(n))]
    assert chance_precision(n_positive, n) == pytest.approx(np.mean(means))


def test_auroc_is_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    truth, scores = rng.random(50) < 0.3, rng.integers(8, size=50).astype(float)
    assert auroc(truth, scores) == pytest.approx(roc_auc_score(truth, scores))


@pytest.mark.parametrize(
    ("n_positive", "n_datasets", "setting", "words"),
    [
        (19, 2, "within", "halves has 19 positive and 25 negative genes"),
        (19, 2, "across", "20 of each are needed"),
        (25, 1, "across", "one dataset only"),
        (0, 1, "within", "0 positive"),
    ],
)
def test_too_few_genes_give_a_reason_and_no_number(n_positive, n_datasets, setting, words) -> None:
    names = pd.Index([f"G{number}" for number in range(50)])
    labels = Labels("halves", frozenset(names[:n_positive]), frozenset(names[25:]))
    values = [np.ones((50, 2))] * n_datasets
    found = predict_labels(values, [names] * n_datasets, labels, setting=setting)
    assert found.auroc is None
    assert words in found.reason


def test_over_time_a_cheat_knows_before_and_not_since(few_fits) -> None:
    """Vectors made of the labels before the day: high before, chance since."""
    names = pd.Index([f"G{number:03d}" for number in range(360)])
    rng = np.random.default_rng(1)
    terms, columns = {}, []
    for term in "ABCDE":
        drawn = rng.permutation(names)
        parts = [
            Labels(f"{term}{k}", frozenset(drawn[k:300:5][:30]), frozenset(drawn[k:300:5][30:]))
            for k in range(5)
        ]
        terms[term] = TermSplit(term, term, tuple(parts[:3]), parts[3], parts[4])
        columns.append(names.isin(frozenset().union(*(part.positive for part in parts[:4]))).astype(float))
    cheat = np.column_stack(columns) + 0.1 * rng.normal(size=(360, 5)) + 0.001
    split = TimeSplit("five terms", terms, "2024-03-28")
    found = predict_over_time([cheat], [names], split)
    assert found.before > 0.95
    assert found.since < 0.6
    assert found.difference_interval[1] < 0
    assert [term.n_train_positive for term in found.terms] == [90] * 5
    four = predict_over_time([cheat], [names], replace(split, terms=dict(list(terms.items())[:4])))
    assert four.before > 0.95
    assert four.before_interval is four.since_interval is four.difference_interval is None
    few = predict_over_time([cheat[:60]], [names[:60]], split)
    assert few.before is None
    assert "five terms" in few.reason
