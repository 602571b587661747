"""How good a model is for every gene, measured on samples that it has not seen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geneboard.metrics.inference.correlations import gene_pearson
from geneboard.metrics.inference.score import absolute_errors

COVERAGE_TENTHS = 9
"""Tenths of new values that an interval is to hold; a whole number, so that no rounding moves a rank."""

COVERAGE = COVERAGE_TENTHS / 10


def gene_quality(true: np.ndarray, predicted: np.ndarray, scales: np.ndarray) -> pd.DataFrame:
    """Measure predictions of calibration samples, gene by gene.

    Parameters
    ----------
    true, predicted
        Standardised values, shape (n_samples, n_genes); true values may be missing (NaN).
    scales
        How large errors are to be expected in every sample, relative to a typical one, shape (n_samples,).

    Returns
    -------
    pandas.DataFrame
        One row per gene: `pearson` (higher is better; NaN where the gene or its prediction does not vary),
        `mae` (lower is better) and `half_width` of the interval of a typical sample, both in standard
        deviations of the gene.
    """
    errors = absolute_errors(true, predicted)
    counted = ~np.isnan(errors)
    number = counted.sum(axis=0)
    total = np.where(counted, errors, 0).sum(axis=0)
    return pd.DataFrame(
        {
            "pearson": _pearson(true, predicted, counted),
            "mae": np.divide(total, number, out=np.full(len(number), np.nan), where=number > 0),
            "half_width": half_widths(errors / scales[:, None]),
        }
    )


def _pearson(true: np.ndarray, predicted: np.ndarray, counted: np.ndarray) -> np.ndarray:
    correlations = gene_pearson(true, predicted)
    for gene in np.flatnonzero(~counted.all(axis=0)):
        rows = counted[:, gene]
        if rows.sum() > 1:
            correlations[gene] = gene_pearson(true[rows, gene, None], predicted[rows, gene, None])[0]
    return correlations


def half_widths(errors: np.ndarray) -> np.ndarray:
    """Return half widths of split-conformal intervals (Lei et al. 2018, 10.1080/01621459.2017.1307116).

    Errors that are divided by the scale of their sample give locally weighted intervals (their section 5.2):
    a new sample's half width is this times its own scale.

    Of n errors it is the one of rank ceil((n + 1) * coverage): the value of a new sample is then within it
    of the prediction with at least that probability, if the new sample and the calibration samples are
    exchangeable. A plate of another platform or another tissue is not; scales then make up for what they see.

    Parameters
    ----------
    errors
        Absolute errors on calibration samples, shape (n_samples, n_genes); NaN where the truth is missing.

    Returns
    -------
    numpy.ndarray
        Shape (n_genes,); infinite where there are fewer than nine errors, too few for this coverage.
    """
    number = (~np.isnan(errors)).sum(axis=0)
    rank = -(-COVERAGE_TENTHS * (number + 1) // 10)
    ordered = np.sort(errors, axis=0)  # NaN last
    at_rank = np.take_along_axis(ordered, np.minimum(rank, len(errors))[None] - 1, axis=0)[0]
    widths: np.ndarray = np.where(rank <= number, at_rank, np.inf)
    return widths
