"""What training needs to know of a method that trains a network: hyper-parameters, and how it is built."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from geneboard.methods.inference.base import InferenceData, InferenceMethod

if TYPE_CHECKING:
    from torch import nn

    from geneboard.methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True, kw_only=True)
class NetworkSettings(InferenceMethod):
    """A network that is trained as `network_fitting` does.

    Parameters
    ----------
    organ
        Whether the organ is an input beside the landmarks.
    epochs
        Most passes over the training samples, far above what training takes; a row that needs them all says
        so.
    patience
        Training ends after as many epochs without a better prediction of the validation samples.
    criterion
        What is better: a lower mean absolute error, by which ridge and boosting choose too, or (published for
        the GNN) a higher Spearman correlation over the genes of a sample, the mean of all.
    plateau
        Epochs without a lower validation error after which the learning rate is halved; 0 leaves it alone.
    batch
        Samples per step.
    learning_rate, weight_decay
        Of the optimiser, Adam.
    clip
        Largest norm of the gradient.
    refit
        Whether a new network is then trained for the best number of epochs on training and validation
        samples together; else the weights of the best epoch are kept.

    Attributes
    ----------
    loss
        Mean absolute error, or mean squared error.
    """

    organ: bool = False
    epochs: int = 1000
    patience: int = 20
    criterion: Literal["mae", "spearman"] = "mae"
    plateau: int = 0
    batch: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    clip: float = 1.0
    refit: bool = True

    loss: ClassVar[Literal["l1", "mse"]]

    @abstractmethod
    def make(
        self, data: InferenceData, covariate: OrganCovariate, seed: int
    ) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a new network for training samples, and the arrays that it is built from."""

    @abstractmethod
    def rebuild(self, arrays: Mapping[str, np.ndarray]) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a network that fits saved arrays, and those of them that it is built from."""
