"""A multi-layer perceptron from landmarks to all other genes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from methods.base import Progress
from methods.inference.base import FittedInference, InferenceData, InferenceMethod

if TYPE_CHECKING:
    from torch import nn

    from methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True)
class MLP(InferenceMethod):
    """D-GEX (Chen et al. 2016): hidden layers of tanh units with dropout, linear output, squared error.

    Published: up to 9000 units in up to three layers, for 100,000 samples. The defaults here are the smallest
    network of the publication; and Adam with an early stop instead of momentum with a falling rate.

    Parameters
    ----------
    hidden
        Units per layer.
    n_layers
        Hidden layers.
    dropout
        Share of hidden units left out in a step.
    organ
        Whether the organ is an input beside the landmarks.
    epochs, patience, batch, learning_rate, weight_decay, clip, refit
        As in `network_fitting.Schedule`.
    """

    hidden: int = 3000
    n_layers: int = 1
    dropout: float = 0.1
    organ: bool = False
    epochs: int = 200
    patience: int = 20
    batch: int = 32
    learning_rate: float = 1e-4
    weight_decay: float = 0.0
    clip: float = 1.0
    refit: bool = False

    name = "mlp"
    title = "MLP (D-GEX)"
    reference = "10.1093/bioinformatics/btw074"
    kind = "published"
    quick = {"epochs": 30}  # noqa: RUF012 - a literal, read without import

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
        from methods.inference.network_fitting import Schedule, fit_network

        def make(data: InferenceData, covariate: OrganCovariate) -> tuple[nn.Module, dict[str, np.ndarray]]:
            return self._network(data.landmarks.shape[1] + len(covariate.organs), data.targets.shape[1]), {}

        schedule = Schedule(
            epochs=self.epochs,
            patience=self.patience,
            batch=self.batch,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            clip=self.clip,
            loss="mse",
            refit=self.refit,
        )
        return fit_network(
            make,
            train,
            validation,
            schedule,
            organ=self.organ,
            name=self.name,
            seed=seed,
            device=device,
            progress=progress,
        )

    def restore(self, arrays: Mapping[str, np.ndarray]) -> FittedInference:
        """Return the saved network, on the CPU."""
        from methods.inference.network_fitting import FittedNetwork, load_weights
        from methods.inference.organ_covariate import OrganCovariate

        weights = [array for name, array in arrays.items() if name.endswith("weight")]
        network = self._network(weights[0].shape[1], weights[-1].shape[0])
        return FittedNetwork(
            network=load_weights(network, arrays),
            covariate=OrganCovariate.restore(arrays),
            batch=self.batch,
            fixed={},
        )

    def _network(self, n_inputs: int, n_targets: int) -> nn.Module:
        from torch import nn

        widths = [n_inputs, *[self.hidden] * self.n_layers]
        layers: list[nn.Module] = []
        for width, next_width in pairwise(widths):
            layers += [nn.Linear(width, next_width), nn.Tanh(), nn.Dropout(self.dropout)]
        layers.append(nn.Linear(widths[-1], n_targets))
        for layer in layers:
            if isinstance(layer, nn.Linear):
                nn.init.xavier_uniform_(layer.weight)
                nn.init.zeros_(layer.bias)
        return nn.Sequential(*layers)
