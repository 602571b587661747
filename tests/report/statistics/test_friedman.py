"""Friedman's test and Nemenyi's critical difference: by hand, published constants, scipy, scikit-posthocs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scikit_posthocs import posthoc_nemenyi_friedman
from scipy import stats

from geneboard.benchmark.report.statistics import friedman_test, nemenyi_test

RANKS = pd.DataFrame(
    {"A": [1.0, 1, 2, 1, 1], "B": [2.0, 3, 1, 2, 2], "C": [3.0, 2, 3, 3, 3]},
    index=["heart", "kidney", "liver", "lung", "pbmc"],
)
"""Three methods in five tissues; rank sums 6, 10, 14."""


def test_friedman_by_hand() -> None:
    # 12 / (5 * 3 * 4) * (36 + 100 + 196) - 3 * 5 * 4 = 6.4; chi-squared of 2 degrees of freedom: exp(-x / 2).
    found = friedman_test(RANKS)
    assert found.statistic == pytest.approx(6.4, abs=1e-12)
    assert found.p_value == pytest.approx(np.exp(-3.2), abs=1e-12)
    assert (found.n_methods, found.n_tissues) == (3, 5)


def test_friedman_with_ties_agrees_with_scipy_on_the_scores() -> None:
    rng = np.random.default_rng(2)
    scores = pd.DataFrame(rng.integers(0, 4, size=(7, 4)), columns=list("WXYZ"))
    found = friedman_test(scores.rank(axis=1, ascending=False))
    expected = stats.friedmanchisquare(*scores.to_numpy().T)
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-12)


def test_nemenyi_by_hand() -> None:
    # q of three methods at 0.05 is 2.343 (Demsar 2006, table 5a): 2.343 sqrt(3 * 4 / (6 * 5)) = 1.482.
    found = nemenyi_test(RANKS)
    assert found.mean_ranks.to_dict() == pytest.approx({"A": 1.2, "B": 2.0, "C": 2.8})
    assert found.critical_difference == pytest.approx(2.343 * 0.4**0.5, abs=1e-3)
    assert (found.alpha, found.n_tissues) == (0.05, 5)


@pytest.mark.parametrize(
    ("k", "q"),
    [(3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (7, 2.949), (8, 3.031), (9, 3.102), (10, 3.164)],
)
def test_critical_values_are_those_of_the_published_table(k: int, q: float) -> None:
    # Demsar 2006, JMLR 7:1, table 5a, alpha 0.05; his k = 4 with 14 data sets has the difference 1.25.
    n = 14
    ranks = pd.DataFrame([np.roll(np.arange(1.0, k + 1), i) for i in range(n)])
    found = nemenyi_test(ranks).critical_difference
    assert found / (k * (k + 1) / (6 * n)) ** 0.5 == pytest.approx(q, abs=1e-3)
    if k == 4:
        assert round(found, 2) == 1.25


def test_nemenyi_agrees_with_scikit_posthocs_on_the_scores() -> None:
    rng = np.random.default_rng(3)
    scores = pd.DataFrame(rng.random((6, 4)), columns=list("WXYZ"))
    found = nemenyi_test(scores.rank(axis=1, ascending=False))
    expected = posthoc_nemenyi_friedman(scores).loc[found.mean_ranks.index, found.mean_ranks.index]
    np.testing.assert_allclose(found.p_values.to_numpy(), expected.to_numpy(), atol=1e-12)
    assert list(found.p_values.index) == list(found.p_values.columns) == list(found.mean_ranks.index)
    assert found.mean_ranks.is_monotonic_increasing


def test_p_values_and_critical_difference_agree() -> None:
    ranks = pd.DataFrame([[1.0, 2, 3, 4]] * 8 + [[2.0, 1, 4, 3]] * 2, columns=list("WXYZ"))
    found = nemenyi_test(ranks)
    for one in "WXYZ":
        for two in "WXYZ":
            further = abs(found.mean_ranks[one] - found.mean_ranks[two]) > found.critical_difference
            assert further == (found.p_values.loc[one, two] < found.alpha)
