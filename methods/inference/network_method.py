"""What models that train a network have in common: the hyper-parameters of the training, and its call."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import FittedInference, InferenceData, InferenceMethod

if TYPE_CHECKING:
    from torch import nn

    from geneboard.methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True, kw_only=True)
class NetworkMethod(InferenceMethod):
    """A network that is trained as `network_fitting` does.

    Parameters
    ----------
    organ
        Whether the organ is an input beside the landmarks.
    epochs, patience, batch, learning_rate, weight_decay, clip, refit
        As in `network_fitting.Schedule`.

    Attributes
    ----------
    loss
        A name in `network_fitting.LOSSES`.
    """

    organ: bool = False
    epochs: int = 200
    patience: int = 20
    batch: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    clip: float = 1.0
    refit: bool = False

    loss: ClassVar[str]

    @abstractmethod
    def make(
        self, data: InferenceData, covariate: OrganCovariate, seed: int
    ) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a new network for training samples, and the arrays that it is built from."""

    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedInference:
        """Train the network."""
        from geneboard.methods.inference.network_fitting import Schedule, fit_network

        schedule = Schedule(
            epochs=self.epochs,
            patience=self.patience,
            batch=self.batch,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            clip=self.clip,
            loss=self.loss,
            refit=self.refit,
        )
        return fit_network(
            lambda data, covariate: self.make(data, covariate, seed),
            train,
            validation,
            schedule,
            organ=self.organ,
            name=self.name,
            seed=seed,
            device=device,
            progress=progress,
        )
