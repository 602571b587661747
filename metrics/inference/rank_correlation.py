"""Gene-rank correlation: whether the genes that stand out in a sample are those predicted to."""

from __future__ import annotations

import numpy as np

from geneboard.metrics.inference.correlations import sample_spearman

LEAST_DEVIATION = 0.01
"""Median absolute deviations below this are taken as this, so that a gene that hardly varies stays small."""

NORMAL = 1.4826
"""Standard deviation of a normal distribution per median absolute deviation."""


def robust_z(values: np.ndarray) -> np.ndarray:
    """Return the distance of every value from the median of its gene, in robust standard deviations.

    Parameters
    ----------
    values
        Shape (n_samples, n_genes).
    """
    values = values.astype(np.float64)
    distances = values - np.median(values, axis=0)
    deviations = np.median(np.abs(distances), axis=0)
    z: np.ndarray = distances / (NORMAL * np.maximum(deviations, LEAST_DEVIATION))
    return z


def gene_rank_correlation(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return for every sample the Spearman correlation over genes of true and predicted robust z.

    Each is z by its own medians and deviations over the given samples. Higher is better.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_samples,); NaN where all genes of a sample have the same z.
    """
    return sample_spearman(robust_z(true), robust_z(predicted))
