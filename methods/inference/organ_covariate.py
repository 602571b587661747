"""The organ of a sample as additional inputs of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geneboard.datasets.l1000.expression import UNKNOWN_ORGAN


@dataclass(frozen=True, eq=False)
class OrganCovariate:
    """One input per organ, 1 for the samples of the organ, minus its mean over the training samples.

    A sample of an unknown or new organ has zeros, as if it were an average of the training samples.

    Parameters
    ----------
    organs
        Names, shape (n_organs,); none if the covariate is not used.
    means
        Shares of the training samples, shape (n_organs,).
    """

    organs: np.ndarray
    means: np.ndarray

    @classmethod
    def of(cls, organs: np.ndarray, use: bool) -> OrganCovariate:
        """Return the inputs for the organs of the training samples, or none."""
        names = sorted(set(organs) - {UNKNOWN_ORGAN}) if use else []
        return cls(np.array(names, dtype=str), np.array([np.mean(organs == name) for name in names]))

    def beside(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        """Return landmarks with the inputs of the organs behind them, float32."""
        if not len(self.organs):
            return landmarks
        is_organ = np.asarray(organs, dtype=str)[:, None] == self.organs
        known = is_organ.any(axis=1, keepdims=True)
        return np.hstack([landmarks, np.where(known, is_organ - self.means, 0)], dtype=np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return everything as plain arrays."""
        return {"organs": self.organs, "organ_means": self.means}

    @classmethod
    def restore(cls, arrays: Mapping[str, np.ndarray]) -> OrganCovariate:
        """Return what `arrays` has given away."""
        return cls(arrays["organs"], arrays["organ_means"])
