"""Whether the landmarks of a plate look like those that a model was trained on."""

from __future__ import annotations

from collections.abc import Iterator
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
    name: str,
    values: np.ndarray,
    logged: bool,
    standardised: np.ndarray,
    scale: LandmarkScale,
    *,
    looked_at: bool = True,
) -> Iterator[str]:
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
    looked_at
        Whether `logged` was found by a look at the values; who has said it need not be asked.
    """
    if looked_at and logged != scale.logged:
        words = {True: "logarithms", False: "not logarithms"}
        yield (
            f"{name}: the values are taken for {words[logged]} ({np.nanmin(values):.4g} to"
            f" {np.nanmax(values):.4g}), those of the training set were {words[scale.logged]}; --logged yes"
            " or no says what they are."
        )
    typical = np.median(percentiles(logarithms(values, logged)), axis=1)
    if ((typical < scale.lowest) | (typical > scale.highest)).any():
        told = ", ".join(
            f"{percent} % {value:.3g} ({low:.3g} to {high:.3g})"
            for percent, value, low, high in zip(
                PERCENTILES, typical, scale.lowest, scale.highest, strict=True
            )
        )
        yield (
            f"{name}: the landmarks of a typical sample are distributed otherwise than those of any training"
            " sample; percentiles on the logarithmic scale, with the range of the training samples:"
            f" {told}; only the order within a sample is used."
        )
    distances = distance(standardised)
    beyond = int((distances > scale.furthest).sum())
    if 2 * beyond > len(distances):
        yield (
            f"{name}: after normalisation the landmarks of a typical sample are {np.median(distances):.2f}"
            " standard deviations from the training mean, those of calibration samples at most"
            f" {scale.furthest:.2f}; {beyond} of {len(distances)} samples are beyond: another platform or"
            " tissue, for which quality is not known."
        )
    flat = int((np.nanmin(values, axis=1) == np.nanmax(values, axis=1)).sum())
    if flat:
        yield (
            f"{name}: {flat} samples have one value for all landmarks, so what is inferred for them is empty."
        )
