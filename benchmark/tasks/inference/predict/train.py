"""Train a model for use on an expression set, and measure it on patients that it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.tasks.inference.predict.calibration import COVERAGE, gene_quality
from geneboard.benchmark.tasks.inference.predict.identifiers import with_platform_names
from geneboard.benchmark.tasks.inference.predict.landmark_check import LandmarkCheck
from geneboard.benchmark.tasks.inference.predict.scale import LandmarkScale, distance, percentiles
from geneboard.benchmark.tasks.inference.predict.usable_model import TEXTS, UsableModel
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.expression import UNKNOWN_ORGAN, ExpressionSet
from geneboard.datasets.l1000.prepared import draw_targets, platform_genes
from geneboard.datasets.l1000.preprocessing import FittedPreprocessing, Preprocessing, logarithms
from geneboard.datasets.l1000.splits import Split, random_split
from geneboard.methods.base import Progress, no_progress
from geneboard.methods.inference.base import FittedInference, InferenceData, InferenceMethod

CALIBRATION, VALIDATION = 0.2, 0.1
"""Shares of the samples that quality is measured on, and that hyper-parameters are chosen on."""


def train_model(
    expression: ExpressionSet,
    method: InferenceMethod,
    *,
    targets: int | None = None,
    seed: int = 0,
    device: str = "cpu",
    progress: Progress = no_progress,
    doing: Callable[[str], None] | None = None,
) -> UsableModel:
    """Train a model for use.

    Only genes of the platform count (landmarks and those that it infers). Landmarks are normalised among
    themselves, as a plate has nothing else; targets within the whole profile. Both are learnt from training
    and validation samples. The calibration samples, of other patients, tell the quality and the interval of
    every gene and nothing else.

    Parameters
    ----------
    expression
        The training set.
    method
        With its hyper-parameters.
    targets
        Number of genes to infer, drawn as the comparison draws them; None takes all.
    seed
        Number that the split and the training follow from.
    device
        A torch device.
    progress
        Called by methods that train step by step.
    doing
        Called with what begins: normalising, fitting, measuring.

    Raises
    ------
    InputError
        If there are no landmarks or none that varies, no genes to infer or too few patients.
    """
    doing = doing or (lambda _: None)
    doing("normalising samples")
    expression = platform_genes(expression)
    split = random_split(
        expression, seed=_seed(expression, "split", seed), test=CALIBRATION, validation=VALIDATION
    )
    parts = _Parts.of(expression, split, _targets(expression, targets))
    if parts.of_landmarks.constant.all():
        raise InputError(f"{expression.name}: no landmark varies among the samples to learn from.")
    reason = method.skip(parts.data(split.train))
    if reason:
        raise InputError(f"{method.name}: {reason}.")
    doing("fitting")
    fitted = method.fit(
        parts.data(split.train),
        parts.data(split.validation),
        seed=_seed(expression, method.name, seed),
        device=device,
        progress=progress,
    )
    doing("measuring on the calibration samples")
    check = LandmarkCheck.fit(*(parts.inputs[rows] for rows in (split.train, split.validation, split.test)))
    quality, uses_organs = _calibrated(fitted, parts, split.test, check.scales(check.calibration))
    learnt = expression.take_samples(_learnt_from(split)).take_genes(parts.landmarks)
    filled = np.where(learnt.missing, np.nan, logarithms(learnt.values, learnt.logged))
    ranges = percentiles(filled)
    scale = LandmarkScale(
        logged=expression.logged,
        lowest=ranges.min(axis=1),
        highest=ranges.max(axis=1),
        furthest=float(distance(parts.inputs[split.test]).max()),
    )
    about = _about(expression, split, seed, device, fitted) | {"uses_organs": uses_organs}
    genes = _genes(expression, parts, quality)
    return UsableModel(method, fitted, genes, parts.of_landmarks, scale, check, about)


@dataclass(frozen=True, eq=False)
class _Parts:
    """All samples as a model gets them.

    `landmarks` and `targets` are positions of genes, `inputs` and `outputs` their standardised values,
    `outputs_known` tells which values were not missing.
    """

    landmarks: np.ndarray
    targets: np.ndarray
    inputs: np.ndarray
    outputs: np.ndarray
    outputs_known: np.ndarray
    organs: np.ndarray
    of_landmarks: FittedPreprocessing
    of_profiles: FittedPreprocessing

    @classmethod
    def of(cls, expression: ExpressionSet, split: Split, targets: np.ndarray) -> _Parts:
        rows, landmarks = _learnt_from(split), expression.landmarks
        of_profiles = Preprocessing().fit(expression.take_samples(rows))
        given = expression.take_genes(landmarks)
        of_landmarks = Preprocessing().fit(given.take_samples(rows))
        inputs = of_landmarks.apply(given)
        inputs[:, of_landmarks.constant] = 0  # as `standardised` does with a plate
        return cls(
            landmarks=landmarks,
            targets=targets,
            inputs=inputs,
            outputs=of_profiles.apply(expression)[:, targets],
            outputs_known=~expression.missing[:, targets],
            organs=expression.organs,
            of_landmarks=of_landmarks,
            of_profiles=of_profiles,
        )

    def data(self, rows: np.ndarray) -> InferenceData:
        return InferenceData(self.inputs[rows], self.outputs[rows], self.organs[rows])


def _learnt_from(split: Split) -> np.ndarray:
    return np.sort(np.concatenate([split.train, split.validation]))


def _seed(expression: ExpressionSet, purpose: str, seed: int) -> int:
    return derived_seed("infer train", expression.name, purpose, index=seed)


def _targets(expression: ExpressionSet, number: int | None) -> np.ndarray:
    """Return the genes that the comparison would draw too."""
    targets = draw_targets(expression, number, derived_seed("targets", expression.name, index=0))
    if not len(targets) or not len(expression.landmarks):
        raise InputError(
            f"{expression.name}: has {len(expression.landmarks)} landmarks and {len(targets)} genes that the"
            " platform infers; both are needed."
        )
    return targets


def _calibrated(
    fitted: FittedInference, parts: _Parts, rows: np.ndarray, scales: np.ndarray
) -> tuple[pd.DataFrame, bool]:
    """Return quality by gene, landmarks first, and whether the organ changes what is predicted."""
    inputs, organs = parts.inputs[rows], parts.organs[rows]
    predicted = fitted.predict(inputs, organs)
    truth = np.where(parts.outputs_known[rows], parts.outputs[rows], np.nan)
    of_landmarks = gene_quality(inputs, np.zeros_like(inputs), scales)
    without = fitted.predict(inputs, np.full(len(rows), UNKNOWN_ORGAN, dtype=object))
    quality = pd.concat([of_landmarks, gene_quality(truth, predicted, scales)], ignore_index=True)
    return quality, not np.array_equal(predicted, without)


def _genes(expression: ExpressionSet, parts: _Parts, quality: pd.DataFrame) -> pd.DataFrame:
    order = np.concatenate([parts.landmarks, parts.targets])
    genes = with_platform_names(expression.genes.iloc[order])[list(TEXTS)]
    means = (parts.of_landmarks.means, parts.of_profiles.means[parts.targets])
    deviations = (parts.of_landmarks.deviations, parts.of_profiles.deviations[parts.targets])
    numbers = quality.set_index(genes.index)
    return genes.assign(mean=np.concatenate(means), deviation=np.concatenate(deviations)).join(numbers)


def _about(
    expression: ExpressionSet, split: Split, seed: int, device: str, fitted: FittedInference
) -> dict[str, object]:
    return {
        "training_set": expression.name,
        "digest": expression.digest,
        "logged": expression.logged,
        "n_training": len(split.train),
        "n_validation": len(split.validation),
        "n_calibration": len(split.test),
        "organs": sorted(set(expression.organs[_learnt_from(split)]) - {UNKNOWN_ORGAN}),
        "coverage": COVERAGE,
        "seed": seed,
        "device": device,
        "details": {name: float(value) for name, value in fitted.details.items()},
        "git_revision": versions.git_revision(),
        "versions": versions.versions(),
    }
