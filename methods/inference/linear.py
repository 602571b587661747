"""Linear regression of every target on the landmarks: least squares, and what ridge shares with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import FittedInference, InferenceData, InferenceMethod
from geneboard.methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True, eq=False, kw_only=True)
class LinearInference(FittedInference):
    """Targets as intercepts plus inputs times coefficients.

    Parameters
    ----------
    coefficients
        Float32 of shape (n_inputs, n_targets).
    intercepts
        Float32 of shape (n_targets,).
    covariate
        Inputs beside the landmarks.
    """

    coefficients: np.ndarray
    intercepts: np.ndarray
    covariate: OrganCovariate

    def predict(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        """Infer the targets by one product of matrices."""
        predicted: np.ndarray = self.covariate.beside(landmarks, organs) @ self.coefficients + self.intercepts
        return predicted

    def arrays(self) -> dict[str, np.ndarray]:
        """Return coefficients, intercepts and the covariate."""
        own = {"coefficients": self.coefficients, "intercepts": self.intercepts}
        return own | self.covariate.arrays()

    @classmethod
    def restored(cls, arrays: Mapping[str, np.ndarray]) -> LinearInference:
        """Return what `arrays` has given away."""
        return cls(
            coefficients=arrays["coefficients"],
            intercepts=arrays["intercepts"],
            covariate=OrganCovariate.restore(arrays),
        )


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Singular value decomposition of centred inputs: gives ridge coefficients for any penalty at once.

    Parameters
    ----------
    input_means, target_means
        Means over the samples.
    left, singular_values, right
        Of the centred inputs, left @ diag(singular_values) @ right.
    projected
        left.T @ centred targets, shape (rank, n_targets).
    """

    input_means: np.ndarray
    target_means: np.ndarray
    left: np.ndarray
    singular_values: np.ndarray
    right: np.ndarray
    projected: np.ndarray

    @classmethod
    def of(cls, inputs: np.ndarray, targets: np.ndarray) -> Decomposition:
        """Decompose inputs of shape (n_samples, n_inputs), without the directions that do not vary."""
        inputs, targets = inputs.astype(np.float64), targets.astype(np.float64)
        input_means, target_means = inputs.mean(axis=0), targets.mean(axis=0)
        left, singular_values, right = np.linalg.svd(inputs - input_means, full_matrices=False)
        # Inputs are float32: what is below its accuracy is rounding and no direction; centring leaves one.
        kept = singular_values > max(inputs.shape) * np.finfo(np.float32).eps * singular_values[0]
        left, singular_values, right = left[:, kept], singular_values[kept], right[kept]
        projected = left.T @ (targets - target_means)
        return cls(input_means, target_means, left, singular_values, right, projected)

    def predict(self, inputs: np.ndarray, penalty: float) -> np.ndarray:
        """Return ridge predictions, float64 of shape (n_samples, n_targets), without the coefficients."""
        scores = (inputs - self.input_means) @ self.right.T
        predicted: np.ndarray = (scores * self._shrunk(penalty)) @ self.projected + self.target_means
        return predicted

    def coefficients(self, penalty: float) -> np.ndarray:
        """Return ridge coefficients, float64 of shape (n_inputs, n_targets)."""
        coefficients: np.ndarray = (self.right.T * self._shrunk(penalty)) @ self.projected
        return coefficients

    def model(
        self, penalty: float, covariate: OrganCovariate, details: Mapping[str, float]
    ) -> LinearInference:
        """Return the ridge model of a penalty; with penalty 0, least squares of the smallest norm."""
        coefficients = self.coefficients(penalty)
        intercepts = self.target_means - self.input_means @ coefficients
        return LinearInference(
            coefficients=coefficients.astype(np.float32),
            intercepts=intercepts.astype(np.float32),
            covariate=covariate,
            details=details,
        )

    def _shrunk(self, penalty: float) -> np.ndarray:
        shrunk: np.ndarray = self.singular_values / (self.singular_values**2 + penalty)
        return shrunk


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
