"""Metrics of inferred expression: by hand, against slow plain code and scipy, and what changes nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import r2_score, roc_auc_score

from geneboard.metrics.inference.correlations import (
    gene_pearson,
    gene_pearson_within_organs,
    gene_rank_correlation,
    sample_spearman,
)
from geneboard.metrics.inference.gene_recall import recalled_genes, recalled_of_all
from geneboard.metrics.inference.other_measures import gene_auroc, gene_r2, sample_smape
from geneboard.metrics.inference.score import absolute_errors, root_mean_squared_error


@pytest.fixture(scope="module")
def case() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True and predicted values of 24 samples of 3 organs; some of the 60 genes are predicted badly."""
    random = np.random.default_rng(0)
    organs = np.repeat(["lung", "liver", "brain"], 8)
    true = random.standard_normal((24, 60)) + np.repeat(random.standard_normal((3, 60)), 8, axis=0)
    predicted = true + random.uniform(0.1, 8, 60) * random.standard_normal(true.shape)
    return true.astype(np.float32), predicted.astype(np.float32), organs


def plain_recall(true: np.ndarray, predicted: np.ndarray, percentile: float) -> list[float]:
    n = true.shape[1]
    correlations = stats.spearmanr(predicted, true).statistic[:n, n:]
    found = []
    for gene in range(n):
        others = [correlations[gene, other] for other in range(n) if other != gene]
        found.append(float(correlations[gene, gene] > np.percentile(others, percentile)))
    return found


def plain_rank_correlation(true: np.ndarray, predicted: np.ndarray) -> list[float]:
    def z(values: np.ndarray) -> np.ndarray:
        columns = []
        for column in values.astype(float).T:
            mad = max(stats.median_abs_deviation(column), 0.01)
            columns.append((column - np.median(column)) / (1.4826 * mad))
        return np.array(columns).T

    return [stats.spearmanr(a, b).statistic for a, b in zip(z(true), z(predicted), strict=True)]


def test_gene_pearson(case: tuple[np.ndarray, ...]) -> None:
    true, predicted, _ = case
    columns = zip(true.T.astype(float), predicted.T.astype(float), strict=True)
    plain = [stats.pearsonr(one, other).statistic for one, other in columns]
    np.testing.assert_allclose(gene_pearson(true, predicted), plain, atol=1e-12)


def test_gene_pearson_within_organs(case: tuple[np.ndarray, ...]) -> None:
    true, predicted, organs = case
    plain = []
    for gene in range(true.shape[1]):
        rests = []
        for values in (true, predicted):
            column = values[:, gene].astype(float)
            rests.append(
                [x - column[organs == organ].mean() for x, organ in zip(column, organs, strict=True)]
            )
        plain.append(stats.pearsonr(*rests).statistic)
    np.testing.assert_allclose(gene_pearson_within_organs(true, predicted, organs), plain, atol=1e-12)


def test_an_organ_of_one_sample_says_nothing_within(case: tuple[np.ndarray, ...]) -> None:
    true, predicted, organs = case
    more = [np.concatenate([values, 100 * values[:1]]) for values in (true, predicted)]
    np.testing.assert_allclose(
        gene_pearson_within_organs(*more, np.append(organs, "kidney")),
        gene_pearson_within_organs(true, predicted, organs),
    )
    alone = gene_pearson_within_organs(true, predicted, np.arange(len(true)))
    assert np.isnan(alone).all()


def test_sample_spearman(case: tuple[np.ndarray, ...]) -> None:
    true, predicted, _ = case
    rounded = np.round(predicted)  # with equal values
    plain = [stats.spearmanr(a, b).statistic for a, b in zip(true, rounded, strict=True)]
    np.testing.assert_allclose(sample_spearman(true, rounded), plain, atol=1e-12)


def plain_recall_of_all(true: np.ndarray, predicted: np.ndarray, percentile: float) -> list[float]:
    n = true.shape[1]
    correlations = stats.spearmanr(predicted, true).statistic[:n, n:].astype(np.float32)
    null = correlations[~np.eye(n, dtype=bool)].astype(float)
    return (np.diag(correlations) >= np.percentile(null, percentile)).astype(float).tolist()


@pytest.mark.parametrize("percentile", [0, 80, 95, 99, 100])
@pytest.mark.parametrize(
    ("measure", "plain"), [(recalled_genes, plain_recall), (recalled_of_all, plain_recall_of_all)]
)
def test_gene_recall(
    case: tuple[np.ndarray, ...],
    measure: Callable[..., np.ndarray],
    plain: Callable[..., list[float]],
    percentile: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    true, predicted, _ = case
    monkeypatch.setattr("geneboard.metrics.inference.gene_recall.GENES_AT_ONCE", 7)
    expected = plain(true, predicted, percentile)
    assert percentile == 0 or 0 < sum(expected) < len(expected)
    np.testing.assert_array_equal(measure(true, predicted, (percentile,))[0], expected)
    np.testing.assert_array_equal(measure(true, predicted, (99, percentile))[1], expected)


def test_one_null_for_all_by_hand() -> None:
    """Own correlations are 1 and -0.6, those with the other gene 0.6 and -1: the null of both."""
    true = np.array([[1, 2], [2, 1], [3, 4], [4, 3.0]])
    predicted = np.array([[1, 4], [2, 3], [3, 2], [4, 1.0]])
    found = recalled_of_all(true, predicted, (20, 30, 100))  # -0.68, -0.52, 0.6
    np.testing.assert_array_equal(found, [[1, 1], [1, 0], [1, 0]])


def test_r2_and_auroc(case: tuple[np.ndarray, ...]) -> None:
    true, predicted, _ = case
    rounded = np.round(predicted)  # with equal values
    np.testing.assert_allclose(
        gene_r2(true, rounded), r2_score(true, rounded, multioutput="raw_values"), rtol=1e-5
    )
    medians = np.median(true, axis=0) + 0.4
    plain = [roc_auc_score(true[:, gene] > medians[gene], rounded[:, gene]) for gene in range(true.shape[1])]
    np.testing.assert_allclose(gene_auroc(true, rounded, medians), plain, atol=1e-12)
    assert np.isnan(gene_auroc(true, rounded, np.full(60, 99.0))).all()


def test_other_measures_by_hand() -> None:
    true, predicted = np.array([[0.0, 1], [2, -3]]), np.array([[0.0, 3], [1, 3]])
    np.testing.assert_allclose(sample_smape(true, predicted), [(0 + 2 / 2) / 2, (1 / 1.5 + 6 / 3) / 2])
    np.testing.assert_allclose(gene_r2(true, predicted), [1 - 1 / 2, 1 - 40 / 8])
    np.testing.assert_allclose(gene_auroc(true, predicted, np.array([1.0, 0])), [1, 0.5])


def test_gene_rank_correlation(case: tuple[np.ndarray, ...]) -> None:
    true, predicted, _ = case
    true, predicted = true.copy(), predicted.copy()
    predicted[:, 3] = predicted[:, 3] / 1e4  # a deviation below the floor
    np.testing.assert_allclose(
        gene_rank_correlation(true, predicted), plain_rank_correlation(true, predicted), atol=1e-12
    )


def test_errors_by_hand() -> None:
    true, predicted = np.array([[0.0, 1], [2, 3]]), np.array([[0.0, 3], [3, 3]])
    np.testing.assert_array_equal(absolute_errors(true, predicted), [[0, 2], [1, 0]])
    assert root_mean_squared_error(true, predicted) == pytest.approx(np.sqrt(5 / 4))


class TestConstantGenes:
    """A gene or a prediction that does not vary has no correlation; float32 noise is no variation."""

    def test_pearson(self, case: tuple[np.ndarray, ...]) -> None:
        true, predicted, organs = case
        true, predicted = true.copy(), predicted.copy()
        true[:, 0] = 5.1
        predicted[:, 1] = np.float32(0.3) + np.float32(3e-8) * (np.arange(24) % 2)
        predicted[:, 2] = np.repeat(np.array([0.1, 0.2, 0.7], dtype=np.float32), 8)  # the mean of its organ
        assert list(np.flatnonzero(np.isnan(gene_pearson(true, predicted)))) == [0, 1]
        within = gene_pearson_within_organs(true, predicted, organs)
        assert list(np.flatnonzero(np.isnan(within))) == [0, 1, 2]

    def test_recall(self, case: tuple[np.ndarray, ...]) -> None:
        true, predicted, _ = case
        true, predicted = true.copy(), predicted.copy()
        true[:, 0] = 5.1
        predicted[:, 1] = np.float32(0.3) + np.float32(3e-8) * (np.arange(24) % 2)
        others = [gene for gene in range(60) if gene != 0]
        for measure in (recalled_genes, recalled_of_all):
            found = measure(true, predicted, (95, 99))
            assert np.isnan(found[:, 0]).all()
            assert (found[:, 1] == 0).all()
            np.testing.assert_array_equal(
                found[:, others], measure(true[:, others], predicted[:, others], (95, 99))
            )
        assert np.isnan(gene_r2(true, predicted)[0])
        assert gene_auroc(true, predicted, np.zeros(60))[1] == 0.5

    def test_a_constant_prediction_is_not_in_the_null_of_all(self, case: tuple[np.ndarray, ...]) -> None:
        true, predicted, _ = case
        predicted = predicted.copy()
        predicted[:, 5:50] = 1
        n = true.shape[1]
        varying = [gene for gene in range(n) if not 5 <= gene < 50]
        correlations = stats.spearmanr(predicted[:, varying], true).statistic[: len(varying), len(varying) :]
        own = correlations[np.arange(len(varying)), varying]
        null = [correlations[row, gene] for row, of in enumerate(varying) for gene in range(n) if gene != of]
        found = recalled_of_all(true, predicted, (30,))[0]  # below 0, which a constant would have
        np.testing.assert_array_equal(found[varying], own >= np.percentile(null, 30))

    def test_spearman(self) -> None:
        assert np.isnan(
            sample_spearman(np.array([[1.0, 2], [2, 1]]), np.array([[1.0, 1], [1, 2]]))
        ).tolist() == [True, False]


class TestInvariances:
    def test_order_of_samples_and_genes(self, case: tuple[np.ndarray, ...]) -> None:
        true, predicted, organs = case
        random = np.random.default_rng(1)
        rows, columns = random.permutation(24), random.permutation(60)
        true_too, predicted_too = (values[rows][:, columns] for values in (true, predicted))
        np.testing.assert_allclose(
            gene_pearson_within_organs(true_too, predicted_too, organs[rows]),
            gene_pearson_within_organs(true, predicted, organs)[columns],
        )
        np.testing.assert_array_equal(
            recalled_genes(true_too, predicted_too, (95,))[0],
            recalled_genes(true, predicted, (95,))[0][columns],
        )
        np.testing.assert_allclose(
            gene_rank_correlation(true_too, predicted_too), gene_rank_correlation(true, predicted)[rows]
        )

    def test_scale_of_genes(self, case: tuple[np.ndarray, ...]) -> None:
        true, predicted, organs = case
        scaled = 3 * predicted.astype(float) + 7
        np.testing.assert_allclose(gene_pearson(true, scaled), gene_pearson(true, predicted))
        np.testing.assert_allclose(
            gene_pearson_within_organs(true, scaled, organs),
            gene_pearson_within_organs(true, predicted, organs),
        )
        np.testing.assert_array_equal(
            recalled_genes(true, scaled, (95, 99)), recalled_genes(true, predicted, (95, 99))
        )

    def test_the_truth_is_perfect(self, case: tuple[np.ndarray, ...]) -> None:
        true, _, organs = case
        for found in (
            gene_pearson(true, true),
            gene_pearson_within_organs(true, true, organs),
            sample_spearman(true, true),
            gene_rank_correlation(true, true),
            recalled_genes(true, true, (95, 99)),
            recalled_of_all(true, true, (95, 99)),
            gene_r2(true, true),
            gene_auroc(true, true, np.median(true, axis=0)),
            1 - sample_smape(true, true),
        ):
            np.testing.assert_allclose(found, 1)
