"""CS-CORE: co-expression of genes from raw counts, with a test of every pair of genes.

Su et al. 2023, Nature Communications 14:4846. Counts are Poisson around latent expression levels; the
mean and the variance of the latent level of each gene come from iteratively reweighted least squares,
and a pair of genes is tested for independence of the two levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import ndtr

Array = NDArray[np.float64]

CONVERGED = 0.05
"""Largest change of log theta at which the iteration stops."""

MAX_ITERATIONS = 11

CELLS_PER_BLOCK = 4096
"""Cells that are dense at a time: memory stays bounded for any number of cells."""


@dataclass(frozen=True, eq=False)
class CSCoreResult:
    """Test of co-expression for every pair of genes.

    Parameters
    ----------
    statistic
        Test statistic, standard normal for independent genes, shape (n_genes, n_genes), symmetric. NaN where
        the variance estimates of a pair allow no test.
    p_values
        Two-sided p-values of `statistic`, same shape.
    iterations
        Number of reweighting steps until `converged`, at most `MAX_ITERATIONS`.
    converged
        True if the last step changed log theta by no more than `CONVERGED`.
    """

    statistic: Array
    p_values: Array
    iterations: int
    converged: bool


def cscore(counts: sparse.csr_matrix, depth: Array) -> CSCoreResult:
    """Test the co-expression of all pairs of genes.

    Parameters
    ----------
    counts
        Raw counts, shape (n_cells, n_genes).
    depth
        Sequencing depth of each cell over all genes that passed quality control, not only those in `counts`,
        shape (n_cells,), positive.

    Returns
    -------
    CSCoreResult
        Matrices of shape (n_genes, n_genes) in the gene order of `counts`.

    Raises
    ------
    ValueError
        If the number of depths is not the number of cells, or a depth is not positive.
    """
    depth = np.asarray(depth, dtype=np.float64)
    if depth.shape != (counts.shape[0],):
        raise ValueError(f"{len(depth)} depths for {counts.shape[0]} cells")
    if not (depth > 0).all():
        raise ValueError("every cell needs a positive depth")
    data = _Blocks(sparse.csr_matrix(counts), depth)
    # Zero variances and empty genes make infinite or undefined values, which the formulas carry on.
    with np.errstate(divide="ignore", invalid="ignore"):
        mu, v, iterations, converged = _moments(data)
        statistic = _statistic(data, mu, v)
    return CSCoreResult(statistic, 2 * ndtr(-np.abs(statistic)), iterations, converged)


class _Blocks:
    """Blocks of cells: dense counts with the depths as a column."""

    def __init__(self, counts: sparse.csr_matrix, depth: Array) -> None:
        self._starts = range(0, counts.shape[0], CELLS_PER_BLOCK)
        self._counts = counts
        self.depth = depth[:, None]
        # A single block is made dense once, not in every pass.
        self._dense = counts.toarray().astype(np.float64) if len(self._starts) == 1 else None

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        for start in self._starts:
            rows = slice(start, start + CELLS_PER_BLOCK)
            dense = (
                self._dense if self._dense is not None else self._counts[rows].toarray().astype(np.float64)
            )
            yield dense, self.depth[rows]


def _moments(data: _Blocks) -> tuple[Array, Array, int, bool]:
    """Return mean and variance of the latent levels, by reweighted least squares."""
    mu = sum((s * X).sum(axis=0) for X, s in data) / (data.depth**2).sum()
    v = sum((s**2 * ((X - s * mu) ** 2 - s * mu)).sum(axis=0) for X, s in data) / (data.depth**4).sum()
    theta = _positive_or_infinite(mu**2 / v)
    change, iterations = np.inf, 0
    while change > CONVERGED and iterations < MAX_ITERATIONS:
        previous = theta
        positive = theta[theta > 0]
        typical = float(np.median(positive)) if len(positive) else np.inf  # infinite: Poisson weights
        mu = _weighted_mean(data, mu, typical)
        v = _weighted_variance(data, mu, typical)
        theta = _positive_or_infinite(mu**2 / v)
        both = np.isfinite(previous) & np.isfinite(theta) & (previous > 0) & (theta > 0)
        change = float(np.abs(np.log(theta[both]) - np.log(previous[both])).max()) if both.any() else 0.0
        iterations += 1
    return mu, v, iterations, change <= CONVERGED


def _positive_or_infinite(theta: Array) -> Array:
    return np.where(theta < 0, np.inf, theta)


def _weighted_mean(data: _Blocks, mu: Array, typical: float) -> Array:
    above, below = np.zeros_like(mu), np.zeros_like(mu)
    for X, s in data:
        w = s * mu + s**2 * (mu**2 / typical)
        w[w <= 0] = 1
        above += (s * X / w).sum(axis=0)
        below += (s**2 / w).sum(axis=0)
    return above / below


def _weighted_variance(data: _Blocks, mu: Array, typical: float) -> Array:
    above, below = np.zeros_like(mu), np.zeros_like(mu)
    for X, s in data:
        M = s * mu
        h = (M**2 / typical + M) ** 2
        h[h <= 0] = 1
        above += (s**2 * ((X - M) ** 2 - M) / h).sum(axis=0)
        below += (s**4 / h).sum(axis=0)
    return above / below


def _statistic(data: _Blocks, mu: Array, v: Array) -> Array:
    """Return T = sum s^2 C_j C_k / (V_j V_k) / sqrt(sum s^4 / (V_j V_k)) for all pairs of genes."""
    n = len(mu)
    above, below = np.zeros((n, n)), np.zeros((n, n))
    for X, s in data:
        M = s * mu
        V = M + s**2 * v
        A = s * (X - M) / V
        B = s**2 / V
        above += A.T @ A
        below += B.T @ B
    return above / np.sqrt(below)
