"""SPARK-X: does the expression of a gene depend on place? Non-parametric, from raw counts.

Zhu et al. 2021, Genome Biology 22:184 (option "mixture"). Eleven covariance kernels, each spanned by two
features of the spot coordinates, are compared with the covariance of a gene's counts. Here the null of a
kernel is exact: its eigenvalues are all one, so the tail is that of a chi-squared variable.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[np.float64]

QUANTILES = (0.2, 0.4, 0.6, 0.8, 1.0)
"""Quantiles of the distance from the centre that set the widths of the kernels."""

TINY_P = 1e-16
"""Below this the tangent of the Cauchy rule is replaced by its limit 1 / (p pi)."""


@dataclass(frozen=True, eq=False)
class SparkXResult:
    """Spatial dependence of each gene.

    Parameters
    ----------
    statistics
        Q of each gene and kernel, shape (n_genes, 11); larger is more spatial. NaN for genes without counts.
    kernel_p_values
        Exact p-values of `statistics`, same shape.
    p_values
        The eleven combined by the Cauchy rule, shape (n_genes,); NaN for genes without counts.
    """

    statistics: Array
    kernel_p_values: Array
    p_values: Array


def sparkx(counts: sparse.csr_matrix, coordinates: Array) -> SparkXResult:
    """Test every gene for dependence on the spot coordinates.

    Spots without counts take no part, genes without counts get NaN.

    Parameters
    ----------
    counts
        Raw counts, shape (n_spots, n_genes).
    coordinates
        Places of the spots, finite, shape (n_spots, 2), any unit.

    Raises
    ------
    ValueError
        If the coordinates are all the same.
    """
    counts = sparse.csr_matrix(counts, dtype=np.float64)
    spots = np.asarray(counts.sum(axis=1)).ravel() > 0
    counts, coordinates = counts[spots], coordinates[spots]
    genes = np.asarray(counts.sum(axis=0)).ravel() > 0
    kept = counts[:, genes]

    bases = [_orthonormal(F) for F in kernel_features(coordinates)]
    telling = [basis.shape[1] > 0 for basis in bases]
    if not any(telling):
        raise ValueError("the spots all lie at one place")
    shape = (counts.shape[1], len(bases))
    statistics, kernel_p_values = np.full(shape, np.nan), np.full(shape, np.nan)
    p_values = np.full(shape[0], np.nan)
    for k, basis in enumerate(bases):
        statistics[genes, k], kernel_p_values[genes, k] = _kernel_test(kept, basis)
    p_values[genes] = combine_cauchy(kernel_p_values[genes][:, telling])
    return SparkXResult(statistics, kernel_p_values, p_values)


def kernel_features(coordinates: Array) -> list[Array]:
    """Return the centred features of each kernel, eleven matrices of shape (n_spots, 2).

    The projection is first, then five Gaussian and five cosine kernels.
    """
    c = coordinates - coordinates.mean(axis=0)
    widths = np.quantile(np.abs(c), QUANTILES, axis=0)
    # Spots that share one coordinate give a width of 0, for which the kernels are defined by their limits:
    # a Gaussian that is 1 at the centre and 0 elsewhere, and no cosine at all.
    with np.errstate(divide="ignore", invalid="ignore"):
        gaussians = [np.where(width > 0, np.exp(-(c**2) / (2 * width**2)), c == 0) for width in widths]
        cosines = [np.where(width > 0, np.cos(2 * np.pi * c / width), 0.0) for width in widths]
    features = [c, *gaussians, *cosines]
    return [F - F.mean(axis=0) for F in features]


def _kernel_test(counts: sparse.csr_matrix, basis: Array) -> tuple[Array, Array]:
    """Return the statistic and the exact p-value of every gene for one orthonormal basis of features."""
    from scipy.stats import chi2  # a second to import, and most runs find graphs that are ready

    n = counts.shape[0]
    squares = np.asarray(counts.multiply(counts).sum(axis=0)).ravel()
    means = np.asarray(counts.mean(axis=0)).ravel()
    Q = n * ((counts.T @ basis) ** 2).sum(axis=1) / squares
    null_scale = 1 - n * means**2 / squares
    # A gene with the same count in every spot has neither statistic nor null variance: nothing to find.
    constant = null_scale <= n * np.finfo(float).eps
    scaled = np.divide(Q, null_scale, out=np.zeros_like(Q), where=~constant)
    rank = basis.shape[1]
    p = chi2.sf(scaled, rank) if rank else np.ones_like(Q)
    return Q, p


def _orthonormal(F: Array) -> Array:
    """Return an orthonormal basis of the columns, without directions that carry nothing."""
    U, singular, _ = np.linalg.svd(
        F / np.maximum(np.linalg.norm(F, axis=0), np.finfo(float).tiny), full_matrices=False
    )
    return np.asarray(U[:, singular > len(F) * np.finfo(float).eps])


def combine_cauchy(p_values: Array) -> Array:
    """Combine p-values along the last axis by the Cauchy rule with equal weights.

    Liu and Xie 2020, JASA 115:393. Smaller is more significant.
    """
    from scipy.stats import cauchy

    p_values = np.asarray(p_values, dtype=np.float64)
    with np.errstate(divide="ignore"):
        terms = np.where(p_values < TINY_P, 1 / (p_values * np.pi), np.tan((0.5 - p_values) * np.pi))
    return np.asarray(cauchy.sf(terms.mean(axis=-1)))
