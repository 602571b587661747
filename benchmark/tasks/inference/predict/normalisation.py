"""Landmarks on the scale that a model was trained on, also where some of them are missing."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from geneboard.datasets.l1000.preprocessing import FittedPreprocessing, with_distribution

CONSTANT = 1e-6
"""A landmark does not vary on a plate if its deviation is below this part of that in training."""


def onto_training_scale(landmarks: np.ndarray, fitted: FittedPreprocessing) -> np.ndarray:
    """Give every sample the distribution of the training samples' landmarks.

    Without missing values this is the quantile normalisation of `FittedPreprocessing.apply`; the order of a
    sample's values is kept. A missing landmark gets its training mean; the distribution of the others then
    lacks the values at the ranks that the missing ones have in the mean training profile.

    Parameters
    ----------
    landmarks
        Values on any scale that keeps their order, shape (n_samples, n_landmarks); NaN where missing.
    fitted
        Learnt with quantile normalisation from the landmarks of the training samples.

    Returns
    -------
    numpy.ndarray
        Float64 of the same shape, on the logarithmic scale of the training set.
    """
    result = np.broadcast_to(fitted.means, landmarks.shape).copy()
    rank_of_mean = rankdata(fitted.means, method="ordinal") - 1
    patterns, pattern = np.unique(np.isnan(landmarks), axis=0, return_inverse=True)
    for number, absent in enumerate(patterns):
        samples = np.flatnonzero(pattern.reshape(-1) == number)
        present = np.ix_(samples, ~absent)
        reference = np.delete(fitted.reference, rank_of_mean[absent])
        result[present] = with_distribution(landmarks[present], reference)
    return result


def standardised(normalised: np.ndarray, fitted: FittedPreprocessing) -> np.ndarray:
    """Return normalised landmarks in standard deviations from the training mean, float32.

    A landmark that does not vary in the training samples says nothing, and is 0.
    """
    deviations = (normalised - fitted.means) / fitted.deviations
    result: np.ndarray = np.where(fitted.constant, 0, deviations).astype(np.float32)
    return result


def standardised_by_plate(
    normalised: np.ndarray, missing: np.ndarray, fitted: FittedPreprocessing
) -> np.ndarray:
    """Return normalised landmarks in standard deviations of the plate from the mean of the plate, float32.

    This takes away what differs between two platforms, and with it every difference between the plate as a
    whole and the training set. Missing values, and landmarks that do not vary, are 0.

    Parameters
    ----------
    normalised
        As `onto_training_scale` returns them.
    missing
        Which of them are training means, bool of the same shape.
    fitted
        Of the training samples.
    """
    number = np.maximum((~missing).sum(axis=0), 1)
    means = np.where(missing, 0, normalised).sum(axis=0) / number
    centred = np.where(missing, 0, normalised - means)
    deviations = np.sqrt((centred**2).sum(axis=0) / number)
    varies = (deviations > CONSTANT * fitted.deviations) & ~fitted.constant
    result: np.ndarray = (centred / np.where(varies, deviations, np.inf)).astype(np.float32)
    return result
