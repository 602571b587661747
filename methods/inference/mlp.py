"""Multi-layer perceptrons from landmarks to all other genes: D-GEX, and the one of the GNN's publication."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from geneboard.methods.inference.base import InferenceData
from geneboard.methods.inference.network_method import NetworkMethod

if TYPE_CHECKING:
    from torch import nn

    from geneboard.methods.inference.organ_covariate import OrganCovariate


class Perceptron(NetworkMethod):
    """Linear layers with units between them; a network is built from nothing but its weights."""

    def make(
        self, data: InferenceData, covariate: OrganCovariate, seed: int
    ) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a new network."""
        return self._network(data.landmarks.shape[1] + len(covariate.organs), data.targets.shape[1]), {}

    def rebuild(self, arrays: Mapping[str, np.ndarray]) -> tuple[nn.Module, dict[str, np.ndarray]]:
        """Return a network of the widths that the weights have."""
        weights = [array for name, array in arrays.items() if name.endswith("weight")]
        return self._network(weights[0].shape[1], weights[-1].shape[0]), {}

    def _network(self, n_inputs: int, n_targets: int) -> nn.Module:
        from torch import nn

        widths = [n_inputs, *self.hidden_widths(n_targets)]
        layers: list[nn.Module] = []
        for width, next_width in pairwise(widths):
            layers += [nn.Linear(width, next_width), *self.units()]
        layers.append(nn.Linear(widths[-1], n_targets))
        for layer in layers:
            if isinstance(layer, nn.Linear):
                self.initialise(layer)
                nn.init.zeros_(layer.bias)
        return nn.Sequential(*layers)

    @abstractmethod
    def hidden_widths(self, n_targets: int) -> Sequence[int]:
        """Return the units of every hidden layer."""

    @abstractmethod
    def units(self) -> Sequence[nn.Module]:
        """Return what follows on the linear part of a hidden layer."""

    @abstractmethod
    def initialise(self, layer: nn.Linear) -> None:
        """Draw the weights of a layer."""


@dataclass(frozen=True, kw_only=True)
class MLP(Perceptron):
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
    organ, epochs, patience, criterion, plateau, batch, learning_rate, weight_decay, clip, refit
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
    quick = {"patience": 10}  # noqa: RUF012 - a literal, read without import

    def hidden_widths(self, n_targets: int) -> Sequence[int]:
        """Return `n_layers` times `hidden`."""
        return [self.hidden] * self.n_layers

    def units(self) -> Sequence[nn.Module]:
        """Return tanh and dropout."""
        from torch import nn

        return [nn.Tanh(), nn.Dropout(self.dropout)]

    def initialise(self, layer: nn.Linear) -> None:
        """Draw uniform weights (Glorot & Bengio 2010)."""
        from torch import nn

        nn.init.xavier_uniform_(layer.weight)


@dataclass(frozen=True, kw_only=True)
class KimMLP(Perceptron):
    """The perceptron that Kim et al. 2025 compare their GNN with: one hidden layer, as wide as the output.

    With all their genes 970 -> 12,320 -> 12,320: ReLU, mean absolute error, normal weights (He et al. 2015),
    steps over all samples at once, weight decay 1e-6 (github.com/HyunjinHwn/GeneExpressionGNN). Theirs ends
    otherwise: it looks every tenth epoch, keeps the best Spearman correlation over the genes of a sample,
    ends after 200 epochs without a better one, and halves the rate on the way (``criterion=spearman``,
    ``plateau=100``, ``patience=200``, ``refit=false``). Nor are genes standardised there.

    Parameters
    ----------
    organ, epochs, patience, criterion, plateau, batch, learning_rate, weight_decay, clip, refit
        As in `NetworkSettings`; a batch is all samples, unless they are more.
    """

    batch: int = 4096
    weight_decay: float = 1e-6

    name = "mlp_kim"
    title = "MLP (Kim 2025)"
    reference = "10.1093/bib/bbaf273"
    kind = "published"
    loss = "l1"
    quick = {"patience": 10}  # noqa: RUF012 - a literal, read without import

    def hidden_widths(self, n_targets: int) -> Sequence[int]:
        """Return a hidden unit for every target."""
        return [n_targets]

    def units(self) -> Sequence[nn.Module]:
        """Return ReLU."""
        from torch import nn

        return [nn.ReLU()]

    def initialise(self, layer: nn.Linear) -> None:
        """Draw normal weights with the variance 2 / inputs."""
        from torch import nn

        nn.init.kaiming_normal_(layer.weight)
