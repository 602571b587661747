"""The values that a score is the mean over, as short texts for a record."""

from __future__ import annotations

import base64

import numpy as np

UNIT = 1e-4
"""Correlations and standardised errors are kept to this; the scores themselves are kept exactly."""

UNDEFINED = np.iinfo(np.int16).min
LARGEST = np.iinfo(np.int16).max


def packed(values: np.ndarray) -> str:
    """Return values as text: 16-bit whole numbers of `UNIT`, little-endian, in base64.

    Parameters
    ----------
    values
        Shape (n,), between -3.2767 and 3.2767, NaN where there is none. An error beyond that is cut there,
        which the tests on ranks do not notice as long as few are.
    """
    whole = np.clip(np.round(np.nan_to_num(values) / UNIT), -LARGEST, LARGEST)
    numbers = np.where(np.isnan(values), UNDEFINED, whole).astype("<i2")
    return base64.b64encode(numbers.tobytes()).decode("ascii")


def unpacked(text: str) -> np.ndarray:
    """Return the values of a text, float64 of shape (n,), NaN where there is none."""
    numbers = np.frombuffer(base64.b64decode(text), dtype="<i2")
    return np.where(numbers == UNDEFINED, np.nan, numbers * UNIT)
