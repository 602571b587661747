"""Correlations of true with predicted expression: over samples for each gene, over genes for each sample."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

CONSTANT = 1e-6
"""A row or column varies if its deviation is more than this part of its root mean square.

Predictions are float32, and a constant one differs in the last place from sample to sample.
"""


LEAST_DEVIATION = 0.01
"""Median absolute deviations below this are taken as this, so that a gene that hardly varies stays small."""

NORMAL = 1.4826
"""Standard deviation of a normal distribution per median absolute deviation."""


def unit_columns(values: np.ndarray) -> np.ndarray:
    """Return columns with mean 0 and length 1, whose products are correlations.

    Parameters
    ----------
    values
        Shape (n_rows, n_columns).

    Returns
    -------
    numpy.ndarray
        Float64 of the same shape; a column that does not vary is NaN.
    """
    values = values.astype(np.float64)
    centred = values - values.mean(axis=0)
    length = np.linalg.norm(centred, axis=0)
    varies = length > CONSTANT * np.linalg.norm(values, axis=0)
    result: np.ndarray = centred / np.where(varies, length, np.nan)
    return result


def gene_pearson(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the Pearson correlation over samples of every gene; higher is better, 1 is perfect.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_genes,); NaN where the gene or its prediction does not vary.
    """
    correlations: np.ndarray = np.einsum("ij,ij->j", unit_columns(true), unit_columns(predicted))
    return correlations


def gene_pearson_within_organs(true: np.ndarray, predicted: np.ndarray, organs: np.ndarray) -> np.ndarray:
    """Return the Pearson correlation of every gene that the organs do not explain; higher is better.

    The mean of its organ over the given samples is taken from every true, and every predicted, value; the
    rest of all samples is correlated. Knowing the organ of a sample is worth nothing here.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).
    organs
        Shape (n_samples,). The only sample of an organ says nothing and is left out.

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_genes,); NaN where the gene or its prediction does not vary within organs.
    """
    names, organ = np.unique(np.asarray(organs, dtype=str), return_inverse=True)
    sizes = np.bincount(organ, minlength=len(names))
    counted = sizes[organ] > 1
    if not counted.any():
        return np.full(true.shape[1], np.nan)
    rests = [_within(values[counted], organ[counted]) for values in (true, predicted)]
    return gene_pearson(*rests)


def _within(values: np.ndarray, organ: np.ndarray) -> np.ndarray:
    """Return values without the means of their organs; exactly 0 where these are all there is."""
    rest = values.astype(np.float64)
    for number in np.unique(organ):
        rows = organ == number
        rest[rows] -= rest[rows].mean(axis=0)
    size = np.linalg.norm(values.astype(np.float64), axis=0)
    rest[:, np.linalg.norm(rest, axis=0) <= CONSTANT * size] = 0
    return rest


def sample_spearman(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the Spearman correlation over genes of every sample; higher is better.

    On a scale that is not standardised a profile is mostly the mean profile, which alone correlates highly.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_samples,); NaN where a profile is the same for all genes.
    """
    return gene_pearson(rankdata(true, axis=1).T, rankdata(predicted, axis=1).T)


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
