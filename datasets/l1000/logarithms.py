"""Whether values of expression are logarithms, or neither these nor counts."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geneboard.datasets.errors import InputError

HIGHEST_LOGARITHM = 50.0
"""No logarithm of an expression is as high; counts of a sample are, unless it is nearly empty."""

FEWEST_SAMPLES, LOOKED_AT = 10, 500
"""The means of a few samples say little, and those of some hundred as much as all."""

LEAST_LEVELS = 0.1
"""Least variance of the genes' means, in mean variances of a gene. It is 6 for logarithms (TCGA, the
Connectivity Map), 0.9 for ratios to a reference (Agilent), 0.06 for z-scores by median and deviation over a
plate, and 0 for others."""


def looks_logged(path: Path, values: np.ndarray) -> bool:
    """Tell whether values are logarithms: some are negative, or none is above `HIGHEST_LOGARITHM`.

    Parameters
    ----------
    path
        The file, for messages.
    values
        Shape (n_samples, n_genes), NaN where missing.

    Raises
    ------
    InputError
        If some are negative and others are too high for logarithms, one is too low, or the genes have lost
        their levels, as in z-scores.
    """
    lowest, highest = np.nanmin(values), np.nanmax(values)
    if lowest < 0 and highest > HIGHEST_LOGARITHM:
        raise InputError(
            f"{path}: values above {HIGHEST_LOGARITHM:g} and negative ones are neither counts nor logarithms."
        )
    if lowest < -HIGHEST_LOGARITHM:
        raise InputError(
            f"{path}: a value of {lowest:g} is neither a count nor a logarithm; leave missing values empty."
        )
    if lowest < 0 and len(values) >= FEWEST_SAMPLES and _levels(values) < LEAST_LEVELS:
        raise InputError(
            f"{path}: all genes have about the same mean, as in z-scores and centred values, which have lost"
            " the levels of the genes; counts or logarithms are needed (--logged yes takes them as they are)."
        )
    return bool(highest <= HIGHEST_LOGARITHM)


def _levels(values: np.ndarray) -> float:
    """Return the variance of the genes' means, in mean variances of a gene."""
    some = np.ma.masked_invalid(values[:: len(values) // LOOKED_AT + 1].astype(np.float64))
    within = some.var(axis=0).mean()
    return float(some.mean(axis=0).var() / within) if within else np.inf
