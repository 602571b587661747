"""The floor: what can be said of a sample without looking at its landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import FittedInference, InferenceData, InferenceMethod


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedMeans(FittedInference):
    """Means of the targets, over all samples and over those of every organ.

    Parameters
    ----------
    mean
        Float32 of shape (n_targets,), for samples of other organs.
    organs
        Names, shape (n_organs,).
    organ_means
        Float32 of shape (n_organs, n_targets).
    """

    mean: np.ndarray
    organs: np.ndarray
    organ_means: np.ndarray

    def predict(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        """Return the means of the organs of the samples."""
        table = np.vstack([self.organ_means, self.mean])
        row = {name: number for number, name in enumerate(self.organs.tolist())}
        return table[[row.get(organ, len(self.organs)) for organ in organs]]

    def arrays(self) -> dict[str, np.ndarray]:
        """Return the means and the names of the organs."""
        return {"mean": self.mean, "organs": self.organs, "organ_means": self.organ_means}


@dataclass(frozen=True)
class Mean(InferenceMethod):
    """Every sample is predicted as the mean of the training and validation samples."""

    name = "mean"
    title = "Mean"
    kind = "control"
    deterministic = True

    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedMeans:
        """Average the samples, and those of each organ that counts."""
        both = train.and_also(validation)
        organs = np.array(self.organs_of(both), dtype=str)
        means = [both.targets[both.organs == organ].mean(axis=0) for organ in organs]
        mean = both.targets.mean(axis=0)
        return FittedMeans(
            mean=mean, organs=organs, organ_means=np.reshape(means, (-1, len(mean))).astype(np.float32)
        )

    def organs_of(self, data: InferenceData) -> list[str]:
        """Return the organs that have a mean of their own: none."""
        return []

    def restore(self, arrays: Mapping[str, np.ndarray]) -> FittedMeans:
        """Return the saved means."""
        return FittedMeans(mean=arrays["mean"], organs=arrays["organs"], organ_means=arrays["organ_means"])


@dataclass(frozen=True)
class OrganMean(Mean):
    """Every sample is predicted as the mean of the samples of its organ, of all for a new organ."""

    name = "organ_mean"
    title = "Organ mean"
    kind = "control"
    deterministic = True

    def organs_of(self, data: InferenceData) -> list[str]:
        """Return all organs."""
        return sorted(set(data.organs))
