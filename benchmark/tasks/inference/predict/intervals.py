"""How wide intervals are on a plate, by how well its landmarks are predicted from each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.benchmark.tasks.inference.predict.landmark_check import USUAL, LandmarkCheck
from geneboard.benchmark.tasks.inference.predict.plate import Plate


@dataclass(frozen=True, eq=False)
class PlateIntervals:
    """Intervals of a plate, with what there is to say about them.

    Parameters
    ----------
    widening
        How much wider they are in the median sample than in a typical calibration sample; NaN if no sample
        gets any.
    samples
        The plate's table of samples, with the columns `landmark_error` (see `LandmarkCheck.errors`) and
        `interval_scale`: how much wider intervals are than in the median sample, NaN where there are none.
    notes, warnings
        A sentence each.
    """

    widening: float
    samples: pd.DataFrame
    notes: Sequence[str]
    warnings: Sequence[str]


def plate_intervals(
    check: LandmarkCheck | None, plate: Plate, standardised: np.ndarray, missing: np.ndarray
) -> PlateIntervals:
    """Scale intervals sample by sample.

    Parameters
    ----------
    check
        Of the model; files of older versions have none, and one width for all samples.
    plate
        The plate.
    standardised
        Its landmarks as the model gets them, shape (n_samples, n_landmarks).
    missing
        Which of them are training means, bool of the same shape.
    """
    if check is None:
        sentence = (
            f"{plate.name}: the model was trained by an older version and cannot tell whether landmarks fit"
            " together as in training, so its intervals hold for samples like those of training only; train"
            " it again."
        )
        return PlateIntervals(1.0, plate.samples, [], [sentence])
    errors = check.errors(standardised, missing)
    scales = check.scales(errors)
    widening = float(np.nanmedian(scales)) if np.isfinite(scales).any() else np.nan
    note = (
        "intervals: value -/+ interval_half_width of the gene x interval_scale of the sample; in the median"
        f" sample they are {widening:.2f} times as wide as in a typical calibration sample"
    )
    return PlateIntervals(
        widening,
        plate.samples.assign(landmark_error=errors, interval_scale=scales / widening),
        [] if np.isnan(widening) else [note],
        list(_warnings(plate.name, errors, check)),
    )


def _warnings(name: str, errors: np.ndarray, check: LandmarkCheck) -> Iterator[str]:
    median, withheld = np.median(errors), int((errors > check.limit).sum())
    if median > check.usual:
        grow = " intervals grow by this ratio, and" if withheld < len(errors) else ""
        yield (
            f"{name}: the landmarks of a typical sample, predicted from each other, are off by {median:.2f}"
            f" standard deviations, those of a calibration sample by {check.typical:.2f} ({USUAL:.0%} of them"
            f" by at most {check.usual:.2f}): another tissue, treatment or platform, where inferred genes are"
            f" further off too;{grow} the quality columns do not know of it."
        )
    if withheld:
        yield (
            f"{name}: {withheld} of {len(errors)} samples get no interval, as their landmarks, predicted from"
            f" each other, are off by more than {check.limit:.2f} standard deviations, which is more than the"
            " training mean is off on calibration samples; what is inferred for them may be worse than that"
            " mean."
        )
