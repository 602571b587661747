"""Models that behave as users' models do, well and badly. They are registered by file, as plugins are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from geneboard.methods.base import Progress
from geneboard.methods.inference.base import FittedInference, InferenceData, InferenceMethod


@dataclass(frozen=True, eq=False, kw_only=True)
class Constant(FittedInference):
    values: np.ndarray

    def predict(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        return np.tile(self.values, (len(landmarks), 1))

    def arrays(self) -> dict[str, np.ndarray]:
        return {"values": self.values}


class Model(InferenceMethod):
    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedInference:
        progress(1, 2, loss=0.5)
        return Constant(
            values=self.values(train, seed), details={"seed": seed}, history={"loss": [0.5, 0.25]}
        )

    def values(self, train: InferenceData, seed: int) -> Any:
        return np.median(train.targets, axis=0)

    def restore(self, arrays: Mapping[str, np.ndarray]) -> FittedInference:
        return Constant(values=arrays["values"])


@dataclass(frozen=True)
class Median(Model):
    name = "median"
    title = "Median"
    deterministic = True


@dataclass(frozen=True)
class Raises(Model):
    name = "raises"
    title = "Raises"

    def values(self, train: InferenceData, seed: int) -> Any:
        raise RuntimeError("no idea")


@dataclass(frozen=True)
class NotANumber(Model):
    name = "not_a_number"
    title = "NaN"

    def values(self, train: InferenceData, seed: int) -> Any:
        return np.full(train.targets.shape[1], np.nan, dtype=np.float32)


@dataclass(frozen=True)
class TooFew(Model):
    name = "too_few"
    title = "Too few genes"

    def values(self, train: InferenceData, seed: int) -> Any:
        return train.targets[0, 1:]


@dataclass(frozen=True)
class Changes(Model):
    name = "changes"
    title = "Changes its input"

    def values(self, train: InferenceData, seed: int) -> Any:
        train.targets[:] = 0
        return train.targets[0]


@dataclass(frozen=True)
class Skips(Model):
    name = "skips"
    title = "Skips"

    def skip(self, train: InferenceData) -> str | None:
        return f"it needs 1000 samples, not {train.n_samples}"
