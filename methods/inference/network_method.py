"""A method that trains a network; torch is imported when it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import FittedInference, InferenceData
from geneboard.methods.inference.network_settings import NetworkSettings


@dataclass(frozen=True, kw_only=True)
class NetworkMethod(NetworkSettings):
    """A network that is trained as `network_fitting` does; its parameters are those of `NetworkSettings`."""

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
        from geneboard.methods.inference.network_fitting import fit_network

        return fit_network(self, train, validation, seed=seed, device=device, progress=progress)

    def restore(self, arrays: Mapping[str, np.ndarray]) -> FittedInference:
        """Return the saved network."""
        from geneboard.methods.inference.network_fitting import restored_network

        return restored_network(self, arrays)
