"""Linear regression of every target on the landmarks, as the L1000 platform itself infers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import InferenceData, InferenceMethod
from geneboard.methods.inference.linear import Decomposition, LinearInference
from geneboard.methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True)
class LeastSquares(InferenceMethod):
    """Ordinary least squares; with fewer samples than landmarks, the solution of the smallest norm."""

    name = "least_squares"
    title = "Least squares (L1000)"
    reference = "10.1016/j.cell.2017.10.049"
    kind = "published"
    deterministic = True

    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> LinearInference:
        """Solve for all targets at once, on training and validation samples: there is nothing to choose."""
        both = train.and_also(validation)
        no_covariate = OrganCovariate.of(both.organs, use=False)
        return Decomposition.of(both.landmarks, both.targets).model(0.0, no_covariate, {})

    def restore(self, arrays: Mapping[str, np.ndarray]) -> LinearInference:
        """Return the saved coefficients."""
        return LinearInference.restored(arrays)
