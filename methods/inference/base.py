"""The contract of a model that infers expression from landmarks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from geneboard.methods.base import Progress

STOPPED_AT_LIMIT = "stopped_at_limit"
"""The detail of a fitted model whose training ended before its validation error had stood still.

Its value is 1, or the share of the targets that it is true of.
"""


@dataclass(frozen=True, eq=False)
class InferenceData:
    """Preprocessed samples: what is given, and what is to be inferred.

    Parameters
    ----------
    landmarks
        Float32 of shape (n_samples, n_landmarks), standardised.
    targets
        Float32 of shape (n_samples, n_targets), standardised.
    organs
        Organ of every sample, text of shape (n_samples,).

    Raises
    ------
    ValueError
        If a shape, the type or a value (NaN, infinity) is not as described.
    """

    landmarks: np.ndarray
    targets: np.ndarray
    organs: np.ndarray

    def __post_init__(self) -> None:
        for name, values in (("landmarks", self.landmarks), ("targets", self.targets)):
            if values.dtype != np.float32 or values.ndim != 2 or len(values) != len(self.organs):
                raise ValueError(f"{name} must be a float32 matrix with {len(self.organs)} samples")
            if not np.isfinite(values).all():
                raise ValueError(f"{name} contain NaN or infinite values")

    @property
    def n_samples(self) -> int:
        """Number of samples."""
        return len(self.organs)

    def and_also(self, other: InferenceData) -> InferenceData:
        """Return these samples and others."""
        return InferenceData(
            np.concatenate([self.landmarks, other.landmarks]),
            np.concatenate([self.targets, other.targets]),
            np.concatenate([self.organs, other.organs]),
        )


@dataclass(frozen=True, eq=False, kw_only=True)
class FittedInference(ABC):
    """A model that has been fitted.

    Parameters
    ----------
    details
        What fitting has chosen, for the record, for example ``{"penalty": 316.2}``.
    history
        Training curves, one value per epoch.
    """

    details: Mapping[str, float] = field(default_factory=dict)
    history: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @abstractmethod
    def predict(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        """Infer the targets.

        Parameters
        ----------
        landmarks
            Float32 of shape (n_samples, n_landmarks), preprocessed as the training samples were.
        organs
            Shape (n_samples,); most models do not look at them.

        Returns
        -------
        numpy.ndarray
            Float32 of shape (n_samples, n_targets).
        """

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """Return all that `predict` needs, as plain arrays to be saved."""


@dataclass(frozen=True)
class InferenceMethod(ABC):
    """A way to fit such a model: a frozen dataclass of hyper-parameters in a file of its own.

    Training samples are to be learned from; validation samples are for what has to be chosen, and are then
    learned from as well: least squares, neighbours and means have nothing to choose and learn from all of
    them, so who kept them aside would be compared as a model of fewer samples. Test samples are never seen.

    Attributes
    ----------
    name
        Short lower-case name for the command line, for example ``"ridge"``.
    title
        Name in tables.
    reference
        DOI or arXiv number.
    kind
        ``"published"``, ``"baseline"``, ``"control"`` or ``"plugin"``, as for embeddings.
    deterministic
        True if the seed has no influence on the model, given its data.
    quick
        Hyper-parameters that the preset `quick` shortens; only the length of training belongs here.
    packages
        Distributions that this method alone needs, a literal; records hold their versions.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    reference: ClassVar[str] = ""
    kind: ClassVar[str] = "plugin"
    deterministic: ClassVar[bool] = False
    quick: ClassVar[Mapping[str, Any]] = {}
    packages: ClassVar[tuple[str, ...]] = ()

    def skip(self, train: InferenceData) -> str | None:
        """Return why this method cannot learn from these samples, None if it can.

        Parameters
        ----------
        train
            Samples to be learned from.
        """
        return None

    @abstractmethod
    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedInference:
        """Fit a model.

        Parameters
        ----------
        train, validation
            Samples with the same landmarks and targets; they must not be changed.
        seed
            Seed of everything random.
        device
            A torch device, ``"cpu"`` or ``"cuda:0"``.
        progress
            To be called about once per epoch.
        """

    @abstractmethod
    def restore(self, arrays: Mapping[str, np.ndarray]) -> FittedInference:
        """Return the fitted model that has given away these arrays."""
