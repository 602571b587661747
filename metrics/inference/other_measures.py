"""Measures that other publications report of inferred expression: R2, AUROC and SMAPE."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from geneboard.metrics.inference.correlations import unit_columns


def gene_r2(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the coefficient of determination over samples of every gene.

    One minus the squared errors over the squares of the true values around their mean; higher is better, 1 is
    perfect, the mean of the scored samples has 0, and there is no lowest value.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_genes,); NaN where the gene does not vary.
    """
    true = true.astype(np.float64)
    errors = ((true - predicted) ** 2).sum(axis=0)
    squares = ((true - true.mean(axis=0)) ** 2).sum(axis=0)
    varies = ~np.isnan(unit_columns(true)[0])
    return np.asarray(1 - errors / np.where(varies, squares, np.nan))


def gene_auroc(true: np.ndarray, predicted: np.ndarray, medians: np.ndarray) -> np.ndarray:
    """Return for every gene how well its prediction tells samples where it is high from others.

    High is above the median of the gene over the samples that models learn from; the area under the receiver
    operating characteristic is the share of pairs of a high and another sample that the prediction has in
    order, ties counting half. Higher is better; a prediction that does not vary has 0.5.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).
    medians
        Shape (n_genes,), on the scale of `true`.

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_genes,); NaN where all samples are high, or none.
    """
    high = true > medians
    n_high = high.sum(axis=0)
    n_pairs = n_high * (len(true) - n_high)
    constant = np.isnan(unit_columns(predicted)[0])  # also where float32 differs in the last place
    ranks = rankdata(np.where(constant, 0.0, predicted), axis=0)
    in_order = (ranks * high).sum(axis=0) - n_high * (n_high + 1) / 2  # Mann and Whitney's U
    return np.asarray(in_order / np.where(n_pairs > 0, n_pairs, np.nan))


def sample_smape(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the symmetric relative error of every sample: |t - p| / ((|t| + |p|) / 2), the mean over genes.

    Lower is better, from 0 to 2; two zeros have 0. (Kim et al. 2025 give it in per cent, of values between 0
    and 1.)

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_samples,).
    """
    true, predicted = true.astype(np.float64), predicted.astype(np.float64)
    sizes = (np.abs(true) + np.abs(predicted)) / 2
    relative = np.abs(true - predicted) / np.where(sizes > 0, sizes, 1)
    return np.asarray(relative.mean(axis=1))
