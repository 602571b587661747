"""Errors of predicted expression, in standard deviations of the gene where values are standardised."""

from __future__ import annotations

import numpy as np


def absolute_errors(true: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return |true - predicted|, float64, (n_samples, n_genes). The mean is the MAE; lower is better."""
    errors: np.ndarray = np.abs(true.astype(np.float64) - predicted)
    return errors


def root_mean_squared_error(true: np.ndarray, predicted: np.ndarray) -> float:
    """Return the root of the mean squared error over all samples and genes; lower is better.

    Parameters
    ----------
    true, predicted
        Shape (n_samples, n_genes).
    """
    return float(np.sqrt(np.mean(absolute_errors(true, predicted) ** 2)))
