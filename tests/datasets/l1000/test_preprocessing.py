"""Preprocessing against values worked out by hand, and what must have no influence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from expression_folders import expression_of

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.preprocessing import Preprocessing, with_distribution
from geneboard.datasets.l1000.synthetic import Simulation


def test_quantile_normalisation_by_hand() -> None:
    # The textbook example of Bolstad et al.: four genes, three samples, one pair of equal values.
    train = expression_of([[5, 2, 3, 4], [4, 1, 4, 2], [3, 4, 6, 8]])
    fitted = Preprocessing().fit(train)
    np.testing.assert_allclose(fitted.reference, [2, 3, 14 / 3, 17 / 3], rtol=1e-12)
    normalised = with_distribution(train.values, fitted.reference)
    tied = (14 / 3 + 17 / 3) / 2
    expected = [[17 / 3, 2, 3, 14 / 3], [tied, 2, tied, 3], [2, 3, 14 / 3, 17 / 3]]
    np.testing.assert_allclose(normalised, expected, rtol=1e-12)


def test_standardisation_by_hand() -> None:
    fitted = Preprocessing(quantile=False).fit(expression_of([[0, 5], [2, 5]]))
    np.testing.assert_array_equal(fitted.constant, [False, True])
    np.testing.assert_allclose(fitted.apply(expression_of([[3, 6], [1, 5]])), [[2, 1], [0, 0]])


def test_counts_are_logged() -> None:
    fitted = Preprocessing(quantile=False).fit(expression_of([[0, 1], [3, 7]], logged=False))
    np.testing.assert_allclose(fitted.means, [1, 2])
    np.testing.assert_allclose(fitted.deviations, [1, 1])


def test_missing_values_become_the_median_of_training() -> None:
    train = expression_of([[1, 1], [np.nan, 2], [5, 3], [3, 4]])
    fitted = Preprocessing(quantile=False).fit(train)
    np.testing.assert_allclose(fitted.medians, [3, 2.5])
    found = fitted.apply(expression_of([[np.nan, 1], [3, 1]]))
    np.testing.assert_array_equal(found[0], found[1])


def test_a_monotone_change_of_a_sample_has_no_influence_on_it() -> None:
    expression, _ = Simulation(n_samples=40).simulate(1)
    fitted = Preprocessing().fit(expression)
    changed = replace(expression, values=3 * expression.values + 1)
    np.testing.assert_array_equal(fitted.apply(changed), fitted.apply(expression))


def test_faults() -> None:
    expression = expression_of([[np.nan, 1], [np.nan, 2], [3, 3]])
    with pytest.raises(InputError, match="the gene 'g0' has no value in any training sample"):
        Preprocessing().fit(expression.take_samples(np.array([0, 1])))
    with pytest.raises(InputError, match="no samples to train on"):
        Preprocessing().fit(expression_of(np.zeros((0, 2))))
    fitted = Preprocessing().fit(expression_of([[1, 2], [2, 4]]))
    with pytest.raises(InputError, match="has 3 genes, but the training samples have 2"):
        fitted.apply(expression_of([[1, 2, 3]]))


def test_a_gene_that_is_zero_everywhere_stays_constant_though_its_rank_changes() -> None:
    """Zeros of a sample share a rank that depends on how many there are: that is not expression."""
    values = np.abs(np.random.default_rng(0).normal(5, 2, size=(20, 30))).astype(np.float32)
    values[:, 4] = 0
    for sample in range(20):
        values[sample, 5 : 5 + sample] = 0
    fitted = Preprocessing().fit(expression_of(values))
    assert fitted.constant[4]
    assert fitted.constant.sum() == 1
