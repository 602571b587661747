"""Metrics of inferred expression: by hand, against slow plain code and scipy, and what changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from geneboard.metrics.inference.correlations import (
    gene_pearson,
    gene_pearson_within_organs,
    gene_rank_correlation,
    sample_spearman,
)
from geneboard.metrics.inference.gene_recall import recalled_genes
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


@pytest.mark.parametrize("percentile", [0, 80, 95, 99, 100])
def test_gene_recall(
    case: tuple[np.ndarray, ...], percentile: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, predicted, _ = case
    monkeypatch.setattr("geneboard.metrics.inference.gene_recall.GENES_AT_ONCE", 7)
    plain = plain_recall(true, predicted, percentile)
    assert percentile == 0 or 0 < sum(plain) < len(plain)
    np.testing.assert_array_equal(recalled_genes(true, predicted, (percentile,))[0], plain)


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
        found = recalled_genes(true, predicted, (95, 99))
        assert np.isnan(found[:, 0]).all()
        assert (found[:, 1] == 0).all()
        others = [gene for gene in range(60) if gene != 0]
        np.testing.assert_array_equal(
            found[:, others], recalled_genes(true[:, others], predicted[:, others], (95, 99))
        )

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
        ):
            np.testing.assert_allclose(found, 1)
