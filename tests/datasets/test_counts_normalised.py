"""Counts that were normalised and rounded are refused; counts that only look unusual are not."""

import re

import anndata
import numpy as np
import pytest
from lung_counts import shared
from scipy import sparse

from geneboard.datasets.counts_checks import FRACTIONS, not_counts

RNG = np.random.default_rng(0)
DEPTH = RNG.lognormal(0, 0.5, (60, 1))
COUNTS = RNG.poisson(DEPTH * RNG.gamma(0.4, 5, 1000))
TOTALS = COUNTS.sum(axis=1, keepdims=True)
DEEP = RNG.poisson(DEPTH * RNG.gamma(0.4, 9000, 1000))
LENGTHS = RNG.lognormal(0, 0.8, 1000)


def to(total: float, counts: np.ndarray = COUNTS) -> np.ndarray:
    return np.rint(total * counts / counts.sum(axis=1, keepdims=True))


def drawn_down(counts: np.ndarray, total: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.array([rng.multivariate_hypergeometric(cell, total) for cell in counts])


def ends_of_fragments(counts: np.ndarray, both: float) -> np.ndarray:
    return counts + np.random.default_rng(2).binomial(counts, both)


@pytest.mark.parametrize(
    "counts",
    [
        COUNTS,
        np.vstack([np.zeros(1000), COUNTS, np.zeros(1000)]),
        DEEP,
        np.where(COUNTS < 2, 0, COUNTS),
        2 * COUNTS,
        7 * COUNTS,
        *(ends_of_fragments(COUNTS, both) for both in (0.9, 0.95, 0.99)),
        drawn_down(COUNTS, TOTALS.min()),
        drawn_down(DEEP, 10**6),
        DEEP[:, (DEEP >= 10).all(axis=0)],
        RNG.poisson(30, (60, 90)),
        np.full((30, 80), 12) + np.eye(30, 80, dtype=int),
    ],
)
def test_unusual_counts_are_counts(counts: np.ndarray) -> None:
    assert not_counts(counts) is None


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        (to(1e6), "looks normalised to one million in every cell and rounded"),
        (to(1e6, DEEP), "looks normalised to one million in every cell and rounded"),
        (to(1e6, DEEP / LENGTHS), "looks normalised to one million in every cell and rounded"),
        (to(1e6)[:, :700], r"looks normalised and rounded \(100% of the cells skip"),
        (to(1e4), r"looks normalised and rounded \(\d+% of the cells skip a value that counts would have\)"),
        (to(float(np.median(TOTALS))), "looks normalised and rounded"),
        (to(float(TOTALS.mean())), "looks normalised and rounded"),
        (np.rint(COUNTS / DEPTH), "looks normalised and rounded"),
        (np.rint(np.expm1(np.log1p(to(1e4)))), "looks normalised and rounded"),
    ],
)
def test_rounded_after_normalising(matrix: np.ndarray, fault: str) -> None:
    for given in (matrix, sparse.csr_matrix(matrix.astype(np.int32))):
        found = not_counts(given)
        assert found is not None
        assert re.match(fault, found)


SOUP = np.maximum(COUNTS - 0.1 * TOTALS * (share := COUNTS.sum(axis=0) / COUNTS.sum()), 0)
DECONTAMINATED = COUNTS * RNG.beta(8, 2, (1, 1000)) ** RNG.choice([0.5, 1], (60, 1))


@pytest.mark.parametrize("corrected", [SOUP, DECONTAMINATED, DECONTAMINATED.astype(np.float32)])
def test_corrected_counts_are_taken_if_asked_for(corrected: np.ndarray) -> None:
    assert not_counts(corrected) == FRACTIONS
    assert not_counts(corrected, rounded=True) is None
    assert not_counts(COUNTS, rounded=True) is None


@pytest.mark.parametrize(
    ("matrix", "fault"),
    [
        (np.log1p(COUNTS), "looks log-transformed"),
        (np.log2(1 + COUNTS / DEPTH), "looks log-transformed"),
        (np.log10(1 + 1e4 * COUNTS / TOTALS), "looks log-transformed"),
        (np.log2(1 + 1e6 * (COUNTS / LENGTHS) / (COUNTS / LENGTHS).sum(axis=1, keepdims=True)), "looks log-"),
        (1e4 * COUNTS / TOTALS, "looks normalised to the same total in every cell"),
        ((1e6 * COUNTS / TOTALS)[:, :700], "looks normalised"),
        (COUNTS / DEPTH * 50, "looks normalised"),
        (COUNTS * 0.001, "looks normalised"),
    ],
)
def test_normalised_values_are_no_corrected_counts(matrix: np.ndarray, fault: str) -> None:
    for given in (matrix, matrix.astype(np.float32), sparse.csc_matrix(matrix)):
        found = not_counts(given, rounded=True)
        assert found is not None
        assert found.startswith(f"{FRACTIONS} and {fault}")


@pytest.mark.parametrize("off", [1e-7, -1e-7, 4e-7])
def test_whole_numbers_within_single_precision_are_counts(off: float) -> None:
    assert not_counts(COUNTS * (1 + off)) is None
    assert not_counts(np.expm1(np.log1p(COUNTS.astype(np.float32)))) is None
    assert not_counts(COUNTS * (1 + 1e-4)) is not None


@pytest.mark.shared
@pytest.mark.parametrize("name", ["heart/scrna_heart_tabulamuris", "cerebrum/scatac_cerebrum_mop3"])
def test_real_counts_before_and_after(name: str) -> None:
    counts = sparse.csr_matrix(anndata.read_h5ad(shared(f"data/{name}.h5ad")).X, dtype=float)
    assert not_counts(counts) is None
    totals = np.asarray(counts.sum(axis=1)).ravel()
    normalised = sparse.diags(1e6 / totals) @ counts
    normalised.data = np.rint(normalised.data)
    assert not_counts(normalised) == "looks normalised to one million in every cell and rounded"
