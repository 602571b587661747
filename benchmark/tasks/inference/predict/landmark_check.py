"""Whether the landmarks of a sample fit together as they did in training.

Every landmark is predicted from the others by ridge regression. Where that goes badly, it also does for the
genes that are inferred from landmarks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

PENALTIES = np.logspace(0, 4, 9)
"""Of the ridge regressions; standardised samples, so the number of samples is the natural unit."""

USUAL = 0.95
"""Share of the calibration samples that are usual: a plate is warned of if its typical sample is not."""


@dataclass(frozen=True, eq=False)
class LandmarkCheck:
    """How well landmarks are predicted from each other on samples like the training samples.

    Parameters
    ----------
    residuals
        Float32 of shape (n_landmarks, n_landmarks): a standardised sample times this is what
        `residual_operator` says.
    calibration
        Error (see `errors`) of every calibration sample, in standard deviations, positive; lower is better.
    uninformed
        Median over the calibration samples of their landmarks' mean absolute deviation from the training
        mean: the error of a prediction that looks at nothing.
    """

    residuals: np.ndarray
    calibration: np.ndarray
    uninformed: float

    @classmethod
    def fit(cls, train: np.ndarray, validation: np.ndarray, calibration: np.ndarray) -> LandmarkCheck:
        """Choose the penalty on the validation samples, then learn from these too and measure.

        Parameters
        ----------
        train, validation, calibration
            Standardised landmarks, shape (n_samples, n_landmarks).
        """
        train = train.astype(np.float64)
        errors = [np.abs(validation @ residual_operator(train, penalty)).mean() for penalty in PENALTIES]
        both = np.concatenate([train, validation])
        residuals = residual_operator(both, PENALTIES[np.argmin(errors)]).astype(np.float32)
        return cls(
            residuals=residuals,
            calibration=np.abs(calibration @ residuals).mean(axis=1, dtype=np.float64),
            uninformed=float(np.median(np.abs(calibration).mean(axis=1))),
        )

    @property
    def typical(self) -> float:
        """Error of a typical calibration sample."""
        return float(np.median(self.calibration))

    @property
    def usual(self) -> float:
        """What the share `USUAL` of the calibration samples does not exceed."""
        return float(np.quantile(self.calibration, USUAL, method="higher"))

    @property
    def limit(self) -> float:
        """The error beyond which a sample gets no interval.

        There its landmarks are predicted worse than those of calibration samples are by their training mean,
        so inferring says nothing, and worse than those of any calibration sample.
        """
        return max(self.uninformed, float(self.calibration.max()))

    def errors(self, standardised: np.ndarray, missing: np.ndarray) -> np.ndarray:
        """Return how far landmarks are, on average, from what the others predict, shape (n_samples,).

        Parameters
        ----------
        standardised
            Landmarks as the model gets them, shape (n_samples, n_landmarks).
        missing
            Which of them are training means; they do not count, but stand among the others as they do for
            the model.
        """
        residuals = np.where(missing, 0, np.abs(standardised @ self.residuals))
        return np.asarray(residuals.sum(axis=1, dtype=np.float64) / (~missing).sum(axis=1))

    def scales(self, errors: np.ndarray) -> np.ndarray:
        """Return how much wider than for a typical calibration sample the intervals of samples are.

        NaN where a sample gets none; none is narrower than that of the best calibration sample.
        """
        scales = np.maximum(errors, self.calibration.min()) / self.typical
        return np.where(errors > self.limit, np.nan, scales)


def residual_operator(samples: np.ndarray, penalty: float) -> np.ndarray:
    """Return the matrix that turns a sample into its residuals, every variable regressed on the others.

    With P the inverse of X'X + penalty I, the ridge regression of a variable j on the others has coefficients
    -P[:, j] / P[j, j] (Meinshausen & Buehlmann 2006, 10.1214/009053606000000281), so the residual of any
    sample x is x P[:, j] / P[j, j]: one inverse for all variables.

    Parameters
    ----------
    samples
        X, float64 of shape (n_samples, n_variables), centred.
    penalty
        Of the squared coefficients, positive.

    Returns
    -------
    numpy.ndarray
        Float64 of shape (n_variables, n_variables); regression j is column j.
    """
    precision = np.linalg.inv(samples.T @ samples + penalty * np.eye(samples.shape[1]))
    return np.asarray(precision / np.diag(precision))
