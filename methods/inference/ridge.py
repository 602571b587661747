"""Ridge regression of every target on the landmarks: the linear opponent that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import InferenceData, InferenceMethod
from geneboard.methods.inference.linear import Decomposition, LinearInference
from geneboard.methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True)
class Ridge(InferenceMethod):
    """One penalty for all targets, the one with the lowest mean absolute error on the validation samples.

    All penalties share one singular value decomposition (Hoerl & Kennard 1970).

    Parameters
    ----------
    lowest, highest
        Decimal logarithms of the first and last penalty that is tried.
    per_decade
        Number of penalties tried for each factor of ten.
    organ
        Whether the organ is an input beside the landmarks.
    refit
        Whether the model of the chosen penalty is fitted on training and validation samples together.
    """

    lowest: float = -1.0
    highest: float = 5.0
    per_decade: int = 4
    organ: bool = False
    refit: bool = True

    name = "ridge"
    title = "Ridge"
    reference = "10.1080/00401706.1970.10488634"
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
    ) -> LinearInference:
        """Choose the penalty, then solve for all targets."""
        covariate = OrganCovariate.of(train.organs, self.organ)
        decomposed = Decomposition.of(covariate.beside(train.landmarks, train.organs), train.targets)
        penalties = self._penalties()
        inputs = covariate.beside(validation.landmarks, validation.organs)
        errors = []
        for done, penalty in enumerate(penalties, start=1):
            errors.append(float(np.abs(decomposed.predict(inputs, penalty) - validation.targets).mean()))
            progress(done, len(penalties), validation_mae=errors[-1])
        best = int(np.argmin(errors))
        details = {"penalty": float(penalties[best]), "validation_mae": errors[best]}
        if self.refit:
            both = train.and_also(validation)
            covariate = OrganCovariate.of(both.organs, self.organ)
            decomposed = Decomposition.of(covariate.beside(both.landmarks, both.organs), both.targets)
        return decomposed.model(details["penalty"], covariate, details)

    def _penalties(self) -> np.ndarray:
        number = round((self.highest - self.lowest) * self.per_decade) + 1
        return np.logspace(self.lowest, self.highest, number)

    def restore(self, arrays: Mapping[str, np.ndarray]) -> LinearInference:
        """Return the saved coefficients."""
        return LinearInference.restored(arrays)
