"""Friedman's test and Nemenyi's critical difference: by hand, published constants, scipy."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from geneboard.benchmark.report.statistics.friedman import rank_test


def test_friedman_with_ties_agrees_with_scipy_on_the_scores() -> None:
    rng = np.random.default_rng(2)
    scores = pd.DataFrame(rng.integers(0, 4, size=(7, 4)), columns=list("WXYZ"))
    found = rank_test(scores.rank(axis=1, ascending=False))
    expected = stats.friedmanchisquare(*scores.to_numpy().T)
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-12)
    assert found.mean_ranks.is_monotonic_increasing


@pytest.mark.parametrize(
    ("k", "q"),
    [(3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (7, 2.949), (8, 3.031), (9, 3.102), (10, 3.164)],
)
def test_critical_values_are_those_of_the_published_table(k: int, q: float) -> None:
    # Demsar 2006, JMLR 7:1, table 5a, alpha 0.05; his k = 4 with 14 data sets has the difference 1.25.
    n = 14
    ranks = pd.DataFrame([np.roll(np.arange(1.0, k + 1), i) for i in range(n)])
    found = rank_test(ranks).critical_difference
    assert found / (k * (k + 1) / (6 * n)) ** 0.5 == pytest.approx(q, abs=1e-3)
    if k == 4:
        assert round(found, 2) == 1.25
