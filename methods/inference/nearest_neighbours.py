"""Samples are predicted as the mean of the training samples that have the most similar landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import FittedInference, InferenceData, InferenceMethod


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedNeighbours(FittedInference):
    """All samples that may be neighbours.

    Parameters
    ----------
    n_neighbours
        How many are averaged.
    landmarks, targets
        Float32 of shapes (n_samples, n_landmarks) and (n_samples, n_targets).
    """

    n_neighbours: int
    landmarks: np.ndarray
    targets: np.ndarray

    def predict(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        """Average the targets of the nearest samples (Euclidean distance)."""
        from sklearn.neighbors import KNeighborsRegressor

        model = KNeighborsRegressor(min(self.n_neighbours, len(self.landmarks)))
        predicted: np.ndarray = model.fit(self.landmarks, self.targets).predict(landmarks)
        return predicted.astype(np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the samples."""
        return {"landmarks": self.landmarks, "targets": self.targets}


@dataclass(frozen=True)
class NearestNeighbours(InferenceMethod):
    """k-nearest neighbours, of training and validation samples.

    Parameters
    ----------
    n_neighbours
        How many are averaged.
    """

    n_neighbours: int = 5

    name = "nearest_neighbours"
    title = "k-nearest neighbours"
    kind = "baseline"
    deterministic = True

    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedNeighbours:
        """Keep the samples."""
        both = train.and_also(validation)
        return FittedNeighbours(
            n_neighbours=self.n_neighbours, landmarks=both.landmarks, targets=both.targets
        )

    def restore(self, arrays: Mapping[str, np.ndarray]) -> FittedNeighbours:
        """Return the saved samples."""
        return FittedNeighbours(
            n_neighbours=self.n_neighbours, landmarks=arrays["landmarks"], targets=arrays["targets"]
        )
