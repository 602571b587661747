"""Whether the landmarks of a plate look like those that a model was trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.l1000.preprocessing import logarithms

PERCENTILES = (5, 25, 50, 75, 95)


@dataclass(frozen=True, eq=False)
class LandmarkScale:
    """What training and calibration samples say about usual landmarks.

    Parameters
    ----------
    logged
        Whether the training values were logarithms; otherwise log2(x + 1) was taken.
    lowest, highest
        Over the training samples, of the `PERCENTILES` of a sample's landmarks on the logarithmic scale.
    furthest
        Largest `distance` of a calibration sample: of samples like the training samples, not trained on.
    """

    logged: bool
    lowest: np.ndarray
    highest: np.ndarray
    furthest: float


def percentiles(landmarks: np.ndarray) -> np.ndarray:
    """Return the `PERCENTILES` of every sample, shape (5, n_samples); missing values do not count."""
    found: np.ndarray = np.nanpercentile(landmarks, PERCENTILES, axis=1)
    return found


def distance(standardised: np.ndarray) -> np.ndarray:
    """Return how far every sample is from the mean training sample: the mean |z| over its landmarks.

    Missing ones (NaN) do not count.
    """
    found: np.ndarray = np.nanmean(np.abs(standardised), axis=1)
    return found


def scale_warnings(
    name: str, values: np.ndarray, logged: bool, standardised: np.ndarray, scale: LandmarkScale
) -> list[str]:
    """Say in which respects a plate is unlike the training set, a sentence each.

    Parameters
    ----------
    name
        The plate, for messages.
    values
        Landmarks as in the file, NaN where missing.
    logged
        Whether they are logarithms.
    standardised
        Landmarks as the model gets them, NaN where missing.
    scale
        Of the training set.
    """
    return [
        *_kind_of_scale(name, values, logged, scale),
        *_distribution(name, logarithms(values, logged), scale),
        *_distance(name, standardised, scale),
        *_flat(name, values),
    ]


def _kind_of_scale(name: str, values: np.ndarray, logged: bool, scale: LandmarkScale) -> list[str]:
    if logged == scale.logged:
        return []
    words = {True: "logarithms", False: "not logarithms"}
    return [
        f"{name}: the values are taken for {words[logged]} ({np.nanmin(values):.4g} to"
        f" {np.nanmax(values):.4g}), those of the training set were {words[scale.logged]}; --logged yes or no"
        " says what they are."
    ]


def _distribution(name: str, landmarks: np.ndarray, scale: LandmarkScale) -> list[str]:
    found = np.median(percentiles(landmarks), axis=1)
    outside = (found < scale.lowest) | (found > scale.highest)
    if not outside.any():
        return []
    parts = [
        f"{percent} % {value:.3g} ({low:.3g} to {high:.3g})"
        for percent, value, low, high in zip(PERCENTILES, found, scale.lowest, scale.highest, strict=True)
    ]
    return [
        f"{name}: the landmarks of a typical sample are distributed otherwise than those of any training"
        " sample; percentiles on the logarithmic scale, with the range of the training samples:"
        f" {', '.join(parts)}; only the order within a sample is used."
    ]


def _distance(name: str, standardised: np.ndarray, scale: LandmarkScale) -> list[str]:
    found = distance(standardised)
    beyond = int((found > scale.furthest).sum())
    if 2 * beyond <= len(found):
        return []
    return [
        f"{name}: after normalisation the landmarks of a typical sample are {np.median(found):.2f} standard"
        f" deviations from the training mean, those of calibration samples at most {scale.furthest:.2f};"
        f" {beyond} of {len(found)} samples are beyond: another platform or tissue, for which neither quality"
        " nor intervals are known; --standard plate takes away what differs between platforms."
    ]


def _flat(name: str, values: np.ndarray) -> list[str]:
    flat = int((np.nanmin(values, axis=1) == np.nanmax(values, axis=1)).sum())
    if not flat:
        return []
    return [
        f"{name}: {flat} samples have one value for all landmarks, so what is inferred for them is empty."
    ]
