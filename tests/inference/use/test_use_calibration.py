"""Quality and intervals against plain counting, scipy, and the coverage that theory promises."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import pearsonr

from geneboard.benchmark.tasks.inference.predict.calibration import gene_quality, half_widths


@pytest.mark.parametrize("number", range(1, 61))
def test_the_rank_of_the_error(number: int) -> None:
    errors = np.random.default_rng(number).permutation(number).astype(float) + 1  # 1 to n
    rank = math.ceil(Fraction(9, 10) * (number + 1))
    assert half_widths(errors[:, None])[0] == (rank if rank <= number else math.inf)


def test_missing_truths_do_not_count() -> None:
    errors = np.arange(1.0, 13.0)[:, None] * [1, 10, 1]
    errors[[0, 5, 11], 1] = np.nan
    errors[:4, 2] = np.nan
    assert half_widths(errors).tolist() == [12, 110, math.inf]


def test_quality_is_that_of_scipy() -> None:
    random = np.random.default_rng(1)
    true = random.standard_normal((15, 4))
    predicted = true + random.standard_normal((15, 4))
    true[2, 1] = true[7, 1] = np.nan
    true[:, 3] = 5
    quality = gene_quality(true, predicted, np.ones(15))
    for gene in range(3):
        rows = ~np.isnan(true[:, gene])
        expected = pearsonr(true[rows, gene], predicted[rows, gene]).statistic
        assert quality["pearson"][gene] == pytest.approx(expected, abs=1e-12)
        expected = np.abs(true[rows, gene] - predicted[rows, gene]).mean()
        assert quality["mae"][gene] == pytest.approx(expected, abs=1e-12)
    assert math.isnan(quality["pearson"][3])
