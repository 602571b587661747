"""A split of an expression set, preprocessed, and on disk for the processes that fit models to it."""

from __future__ import annotations

import io
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.l1000.expression import BEST_INFERRED, INFERRED, LANDMARK, ExpressionSet
from geneboard.datasets.l1000.preprocessing import Preprocessing
from geneboard.datasets.l1000.splits import PARTS, Split


@dataclass(frozen=True, eq=False)
class PreparedSplit:
    """Standardised landmarks and targets of the samples of a split.

    Parameters
    ----------
    landmarks
        Float32 of shape (n_samples, n_landmarks): normalised among the landmarks alone, since that is all
        that a plate has.
    targets
        Float32 of shape (n_samples, n_targets): normalised over the whole profile.
    parts
        One of `PARTS` for every sample, shape (n_samples,).
    organs, groups
        Organ, and patient or donor, of every sample, shape (n_samples,).
    landmark_names, target_names
        Names of the genes.
    target_spaces
        Feature space of every target.
    varying_landmarks, varying_targets
        Which genes vary among the samples that are learnt from; about the others nothing can be learnt, they
        are 0 in all samples.
    """

    landmarks: np.ndarray
    targets: np.ndarray
    parts: np.ndarray
    organs: np.ndarray
    groups: np.ndarray
    landmark_names: np.ndarray
    target_names: np.ndarray
    target_spaces: np.ndarray
    varying_landmarks: np.ndarray
    varying_targets: np.ndarray

    @property
    def n_landmarks(self) -> int:
        """Number of landmarks."""
        return len(self.landmark_names)

    @property
    def n_targets(self) -> int:
        """Number of targets."""
        return len(self.target_names)

    def rows(self, part: str) -> np.ndarray:
        """Return the positions of the samples of a part."""
        return np.flatnonzero(self.parts == part)

    def write(self, path: Path) -> None:
        """Write the split as an .npz file of plain arrays; the same split gives the same bytes."""
        content = io.BytesIO()
        np.savez(content, **{field.name: getattr(self, field.name) for field in fields(self)})
        write_atomically(path, content.getvalue())

    @classmethod
    def read(cls, path: Path) -> PreparedSplit:
        """Read what `write` wrote."""
        with np.load(path, allow_pickle=False) as file:
            return cls(**{field.name: file[field.name] for field in fields(cls)})


def prepare_split(
    expression: ExpressionSet, split: Split, preprocessing: Preprocessing, targets: np.ndarray
) -> PreparedSplit:
    """Preprocess the samples of a split by what training and validation samples say.

    A model that is chosen on the validation samples may be fitted on them in the end, so both may be learnt
    from. Test samples are without influence on any other sample and on each other.

    Parameters
    ----------
    expression
        The samples.
    split
        Their parts.
    preprocessing
        The steps.
    targets
        Positions of the genes to infer.
    """
    learnt = np.sort(np.concatenate([split.train, split.validation]))
    return _prepared(expression, split, learnt, preprocessing, targets)


def prepare_transfer(
    expression: ExpressionSet,
    other: ExpressionSet,
    split: Split,
    preprocessing: Preprocessing,
    targets: np.ndarray,
) -> PreparedSplit:
    """Preprocess the samples of two platforms, to train on the first and test on the second.

    Platforms have scales of their own, so each is standardised by its own samples: `other` by all of its
    samples, whose truth nobody but the scores sees.

    Parameters
    ----------
    expression, other
        Sets with the same genes (`splits.common_genes`).
    split
        Parts of `expression`; its test samples are not used.
    preprocessing, targets
        As for `prepare_split`.
    """
    none, everyone = np.arange(0), np.arange(other.n_samples)
    first = prepare_split(expression, replace(split, test=none), preprocessing, targets)
    second = _prepared(other, Split(none, none, everyone), everyone, preprocessing, targets)
    samples = ("landmarks", "targets", "parts", "organs", "groups")
    both = {name: np.concatenate([getattr(first, name), getattr(second, name)]) for name in samples}
    varying = {
        name: getattr(first, name) & getattr(second, name)
        for name in ("varying_landmarks", "varying_targets")
    }
    joined = replace(first, **both, **varying)
    return replace(
        joined,
        landmarks=np.where(joined.varying_landmarks, joined.landmarks, np.float32(0)),
        targets=np.where(joined.varying_targets, joined.targets, np.float32(0)),
    )


def _prepared(
    expression: ExpressionSet,
    split: Split,
    learnt: np.ndarray,
    preprocessing: Preprocessing,
    targets: np.ndarray,
) -> PreparedSplit:
    """Preprocess the samples of a split by what some of them say."""
    landmarks, varying_landmarks = _standardised(
        expression.take_genes(expression.landmarks), preprocessing, learnt
    )
    profiles, varying = _standardised(expression, preprocessing, learnt)
    parts = np.full(expression.n_samples, "", dtype="<U10")
    for part, rows in zip(PARTS, (split.train, split.validation, split.test), strict=True):
        parts[rows] = part
    used = parts != ""
    # Texts of a fixed length are saved without pickle.
    return PreparedSplit(
        landmarks=landmarks[used],
        targets=profiles[:, targets][used],
        parts=parts[used],
        organs=expression.organs[used].astype(str),
        groups=expression.groups[used].astype(str),
        landmark_names=np.asarray(expression.genes.index[expression.landmarks], dtype=str),
        target_names=np.asarray(expression.genes.index[targets], dtype=str),
        target_spaces=np.asarray(expression.genes["feature_space"].iloc[targets], dtype=str),
        varying_landmarks=varying_landmarks,
        varying_targets=varying[targets],
    )


def _standardised(
    expression: ExpressionSet, preprocessing: Preprocessing, learnt: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised values, and which genes vary; the others are 0."""
    fitted = preprocessing.fit(expression.take_samples(learnt))
    varying = ~fitted.constant
    return np.where(varying, fitted.apply(expression), np.float32(0)), varying


def draw_targets(expression: ExpressionSet, number: int | None, seed: int) -> np.ndarray:
    """Return positions of the genes to infer: all of the platform that are no landmarks, or some of them.

    Parameters
    ----------
    number
        How many; None, or at least as many as there are, takes all.
    seed
        The same seed draws the same genes.
    """
    positions = expression.positions(BEST_INFERRED, INFERRED)
    if number is None or number >= len(positions):
        return positions
    drawn: np.ndarray = np.sort(np.random.default_rng(seed).choice(positions, number, replace=False))
    return drawn


def platform_genes(expression: ExpressionSet) -> ExpressionSet:
    """Return the set with the genes that the L1000 platform measures or infers."""
    return expression.take_genes(expression.positions(LANDMARK, BEST_INFERRED, INFERRED))
