"""Small data for models of inference."""

from __future__ import annotations

import numpy as np

from geneboard.datasets.l1000.preprocessing import Preprocessing
from geneboard.datasets.l1000.splits import random_split
from geneboard.datasets.l1000.synthetic import Simulation
from geneboard.methods.base import Progress, no_progress
from geneboard.methods.inference.base import FittedInference, InferenceData, InferenceMethod


def random_data(n_samples: int, n_landmarks: int = 6, n_targets: int = 9, seed: int = 0) -> InferenceData:
    """Samples of a seed; how targets follow landmarks is the same for all seeds."""
    random = np.random.default_rng(seed)
    landmarks = random.standard_normal((n_samples, n_landmarks))
    targets = landmarks @ np.random.default_rng(99).standard_normal((n_landmarks, n_targets))
    targets += 0.5 * random.standard_normal(targets.shape)
    organs = random.choice(["lung", "liver", "brain"], n_samples)
    return InferenceData(landmarks.astype(np.float32), targets.astype(np.float32), organs)


def fit(
    method: InferenceMethod,
    train: InferenceData,
    validation: InferenceData,
    seed: int = 0,
    progress: Progress = no_progress,
) -> FittedInference:
    return method.fit(train, validation, seed=seed, device="cpu", progress=progress)


def simulated(simulation: Simulation, seed: int = 0) -> tuple[InferenceData, InferenceData, InferenceData]:
    """Training, validation and test samples of a simulation, standardised."""
    expression, _ = simulation.simulate(seed)
    split = random_split(expression, seed=seed, validation=0.15)
    fitted = Preprocessing(quantile=False).fit(expression.take_samples(split.train))
    landmarks, targets = expression.landmarks, expression.positions("best inferred")
    parts = []
    for rows in (split.train, split.validation, split.test):
        values = fitted.apply(expression.take_samples(rows))
        parts.append(InferenceData(values[:, landmarks], values[:, targets], expression.organs[rows]))
    return parts[0], parts[1], parts[2]


def error(model: FittedInference, test: InferenceData) -> float:
    return float(np.abs(model.predict(test.landmarks, test.organs) - test.targets).mean())
