"""A multi-layer perceptron from landmarks to all other genes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geneboard.methods.inference.base import InferenceData
from geneboard.methods.inference.network_method import NetworkMethod

if TYPE_CHECKING:
    from torch import nn

    from geneboard.methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True, kw_only=True)
class MLP(NetworkMethod):
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
    organ, epochs, patience, batch, learning_rate, weight_decay, clip, refit
        As in `NetworkSettings`.
    """

    hidden: int = 3000
    n_layers: int = 1
    dropout: float = 0.1
    batch: int = 32
    learning_rate: float = 1e-4

    name = "mlp"
    title = "MLP (D-GEX)"
    reference = "10.1093/bioinformatics/btw074"
    kind = "published"
    loss = "mse"
    quick = {"epochs": 30}  # noqa: RUF012 - a literal, read without import

    def make(
        self, data: InferenceData, covariate: OrganCovariate, seed: int
    ) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a new network; it is built from nothing but its weights."""
        return self._network(data.landmarks.shape[1] + len(covariate.organs), data.targets.shape[1]), {}

    def rebuild(self, arrays: Mapping[str, np.ndarray]) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a network of the widths that the weights have."""
        weights = [array for name, array in arrays.items() if name.endswith("weight")]
        return self._network(weights[0].shape[1], weights[-1].shape[0]), {}

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
