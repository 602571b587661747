"""Paired tests against scipy and statsmodels called plainly, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests

from geneboard.benchmark.report.statistics.paired import (
    MIN_PAIRS,
    LeadScore,
    holm,
    jackknife_difference,
    pseudo_values,
    signed_rank_p,
    smallest_p,
)


def groups(*values: float) -> dict[str, float]:
    """Scores without each group."""
    return {f"g{i}": value for i, value in enumerate(values)}


def mean_score(name: str, values: list[float]) -> LeadScore:
    """A score that is a mean over groups with these values."""
    array = np.array(values)
    without = groups(*(float(np.delete(array, i).mean()) for i in range(len(values))))
    return LeadScore(name, name.upper(), float(array.mean()), {0: float(array.mean())}, without=without)


ONE = [0.61, 0.72, 0.55, 0.80, 0.67, 0.70]
TWO = [0.52, 0.70, 0.31, 0.66, 0.68, 0.49]


def test_pseudo_values_of_a_mean_are_the_values_of_the_groups() -> None:
    assert pseudo_values(mean_score("one", ONE)) == pytest.approx(ONE, abs=1e-12)


def test_pseudo_values_lie_around_the_score_of_the_leaderboard() -> None:
    # 0.5 is the mean over seeds, the replicates are of the first: 0.5 + 2 * (2 - 1), 0.5, 0.5 + 2 * (2 - 3).
    score = LeadScore("a", "A", 0.5, {}, without=groups(1.0, 2.0, 3.0))
    assert pseudo_values(score) == pytest.approx([2.5, 0.5, -1.5])


def test_jackknife_is_the_t_test_of_the_pseudo_values_whatever_the_score() -> None:
    rng = np.random.default_rng(1)
    one, two = (LeadScore(n, n, 0.1 * i, {}, without=groups(*rng.random(5))) for i, n in enumerate("ab"))
    found = jackknife_difference(one, two)
    assert found is not None
    expected = stats.ttest_rel(pseudo_values(one), pseudo_values(two)).pvalue
    assert found[1] == pytest.approx(expected, abs=1e-12)


def test_jackknife_by_hand() -> None:
    # Differences without each dataset 0.1, 0.2, 0.3: error sqrt(2/3 * 0.02). With 2 degrees of freedom
    # P(|T| > t) = 1 - t / sqrt(2 + t^2).
    one = LeadScore("a", "A", 0.9, {}, without=groups(0.6, 0.8, 1.0))
    two = LeadScore("b", "B", 0.5, {}, without=groups(0.5, 0.6, 0.7))
    t = 0.4 / (2 / 3 * 0.02) ** 0.5
    found = jackknife_difference(one, two)
    assert found is not None
    (low, high), p_value = found
    assert p_value == pytest.approx(1 - t / (2 + t * t) ** 0.5, abs=1e-12)
    back = jackknife_difference(two, one)
    assert back == (pytest.approx((-high, -low)), p_value)


def test_difference_without_error_is_no_test_and_no_difference_has_p_one() -> None:
    one = LeadScore("a", "A", 1.0, {}, without=groups(1.0, 1.0))
    two = LeadScore("b", "B", 0.0, {}, without=groups(0.0, 0.0))
    assert jackknife_difference(one, two) is None
    assert jackknife_difference(one, one) == ((0.0, 0.0), 1.0)


@pytest.mark.parametrize("n", [6, 7, 8, 12, 20])
def test_signed_rank_without_ties_agrees_with_scipy(n: int) -> None:
    one, two = np.random.default_rng(n).random((2, n))
    assert signed_rank_p(one, two) == pytest.approx(
        stats.wilcoxon(one, two, method="exact").pvalue, abs=1e-12
    )


@pytest.mark.parametrize(
    "differences",
    [
        [1, 1, 3, 4, 5, 6],
        [-1, 1, 2, -3, 4, 5, 6],
        [0, 1, 3, -4, 5, 6, 7],
        [2, 2, -2, 1, 0, 0, 3],
        [1] * 6,
        [-1, 1, -1, 1, -1, 1],
    ],
)
def test_signed_rank_with_ties_and_zeros_agrees_with_scipy(differences: list[int]) -> None:
    values = np.array(differences, dtype=float)
    assert signed_rank_p(values, 0 * values) == pytest.approx(stats.wilcoxon(values).pvalue, abs=1e-12)


def test_signed_rank_ignores_rounding() -> None:
    assert signed_rank_p([0.1 + 0.2] * 6, [0.3] * 6) == 1.0
    one = [0.1 + 0.2, 0.4, 0.5, 0.6, 0.7, 0.8]  # five differences are left
    assert signed_rank_p(one, [0.3] * 6) == 2 / 2**5


@pytest.mark.parametrize("n", [5, 6, 10])
def test_smallest_p_is_that_of_one_sided_differences(n: int) -> None:
    assert smallest_p(n) == stats.wilcoxon(np.arange(1.0, n + 1)).pvalue
    assert (smallest_p(n) <= 0.05) == (n >= MIN_PAIRS)


@pytest.mark.parametrize("n", [1, 2, 6, 66])
def test_holm_agrees_with_statsmodels(n: int) -> None:
    p_values = (np.random.default_rng(n).random(n) ** 3).round(2).tolist()
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]), abs=1e-15)
