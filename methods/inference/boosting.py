"""Gradient boosting: an ensemble of regression trees for every target, by LightGBM where it is installed."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geneboard.datasets.errors import InputError
from geneboard.methods.base import Progress
from geneboard.methods.inference.base import STOPPED_AT_LIMIT, FittedInference, InferenceData, InferenceMethod
from geneboard.methods.inference.organ_covariate import OrganCovariate

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True)
class Boosting(InferenceMethod):
    """Trees that are added one by one, each fitted to what those before leave (Friedman 2001).

    A target's trees end when its mean absolute error on the validation samples no longer falls; as many are
    then fitted anew to training and validation samples. The defaults
    are for a few hundred samples: small trees, each of which sees a tenth of the landmarks; then a target
    takes about a fifth of a second on one core.

    Parameters
    ----------
    trees
        Highest number of trees of a target.
    patience
        Trees without a lower error after which a target ends; the trees after the lowest are left out.
    learning_rate
        Share of each tree's prediction that is added.
    leaves
        Leaves of a tree.
    leaf_samples
        Lowest number of samples in a leaf.
    landmark_share, sample_share
        Shares of the inputs and of the samples that each tree sees, drawn with the seed.
    bins
        Intervals that the values of an input are sorted into.
    organ
        Whether the organ is an input beside the landmarks.
    refit
        Whether that is done; else the trees of the training samples are kept.
    """

    trees: int = 500
    patience: int = 20
    learning_rate: float = 0.05
    leaves: int = 8
    leaf_samples: int = 10
    landmark_share: float = 0.1
    sample_share: float = 0.8
    bins: int = 15
    organ: bool = False
    refit: bool = True

    name = "boosting"
    title = "Gradient boosting"
    reference = "10.1214/aos/1013203451"
    kind = "baseline"
    quick = {"patience": 10}  # noqa: RUF012 - a literal, read without import
    packages = ("lightgbm",)

    def skip(self, train: InferenceData) -> str | None:
        """Return that LightGBM is needed where it cannot be imported."""
        return _without_lightgbm()

    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> BoostedTrees:
        """Fit one target after the other; none has an influence on another."""
        import lightgbm

        covariate = OrganCovariate.of(train.organs, self.organ)
        settings = self._settings(seed)
        # Intervals are made once: the inputs of all targets are the same.
        learnt = lightgbm.Dataset(covariate.beside(train.landmarks, train.organs), params=settings)
        checked = learnt.create_valid(covariate.beside(validation.landmarks, validation.organs))
        both = train.and_also(validation)
        if self.refit:
            covariate = OrganCovariate.of(both.organs, self.organ)
            everyone = lightgbm.Dataset(covariate.beside(both.landmarks, both.organs), params=settings)
        texts, errors, n_trees, at_limit = [], [], [], []
        for target, (values, truth) in enumerate(zip(train.targets.T, validation.targets.T, strict=True)):
            booster = lightgbm.train(
                settings,
                learnt.set_label(values.copy()),  # LightGBM warns of columns of a larger array
                num_boost_round=self.trees,
                valid_sets=[checked.set_label(truth.copy())],
                callbacks=[lightgbm.early_stopping(self.patience, verbose=False)],
            )
            errors.append(booster.best_score["valid_0"]["l1"])
            n_trees.append(booster.best_iteration)
            at_limit.append(self.trees - booster.best_iteration < self.patience)
            if self.refit:
                booster = lightgbm.train(
                    settings, everyone.set_label(both.targets[:, target].copy()), num_boost_round=n_trees[-1]
                )
            texts.append(booster.model_to_string(num_iteration=n_trees[-1]))
            progress(target + 1, train.targets.shape[1], validation_mae=errors[-1])
        details = {"trees": float(np.mean(n_trees)), "validation_mae": float(np.mean(errors))}
        if any(at_limit):
            details[STOPPED_AT_LIMIT] = float(np.mean(at_limit))
        return BoostedTrees.of(texts, covariate, details)

    def _settings(self, seed: int) -> dict[str, Any]:
        return {
            "objective": "l2",
            "metric": "l1",
            "learning_rate": self.learning_rate,
            "num_leaves": self.leaves,
            "min_data_in_leaf": self.leaf_samples,
            "feature_fraction": self.landmark_share,
            "bagging_fraction": self.sample_share,
            "bagging_freq": 1,
            "max_bin": self.bins,
            "seed": seed,
            # Sums of rounded numbers depend on the threads and on how histograms are made.
            "num_threads": 1,
            "deterministic": True,
            "force_col_wise": True,
            "verbosity": -1,
        }

    def restore(self, arrays: Mapping[str, np.ndarray]) -> BoostedTrees:
        """Return the saved trees.

        Raises
        ------
        InputError
            If LightGBM cannot be imported.
        """
        reason = _without_lightgbm()
        if reason is not None:
            raise InputError(f"A model of gradient boosting {reason}.")
        ends = np.cumsum(arrays["lengths"])
        packed = [part.tobytes() for part in np.split(arrays["trees"], ends[:-1])]
        texts = [zlib.decompress(part).decode() for part in packed]
        return BoostedTrees.of(texts, OrganCovariate.restore(arrays), {})


@dataclass(frozen=True, eq=False, kw_only=True)
class BoostedTrees(FittedInference):
    """One ensemble of trees per target.

    Parameters
    ----------
    boosters
        In the order of the targets.
    covariate
        Inputs beside the landmarks.
    """

    boosters: tuple[Booster, ...]
    covariate: OrganCovariate

    @classmethod
    def of(cls, texts: list[str], covariate: OrganCovariate, details: Mapping[str, float]) -> BoostedTrees:
        """Read trees from LightGBM's texts."""
        import lightgbm

        boosters = tuple(lightgbm.Booster(model_str=text) for text in texts)
        return cls(boosters=boosters, covariate=covariate, details=details)

    def predict(self, landmarks: np.ndarray, organs: np.ndarray) -> np.ndarray:
        """Add up the trees of every target."""
        inputs = self.covariate.beside(landmarks, organs)
        columns = [booster.predict(inputs, num_threads=1) for booster in self.boosters]
        return np.stack(columns, axis=1).astype(np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        """Return LightGBM's texts as compressed bytes, one behind the other, their lengths, the covariate."""
        packed = [zlib.compress(booster.model_to_string().encode()) for booster in self.boosters]
        own = {
            "trees": np.frombuffer(b"".join(packed), dtype=np.uint8),
            "lengths": np.array([len(part) for part in packed]),
        }
        return own | self.covariate.arrays()


def _without_lightgbm() -> str | None:
    """Return why LightGBM cannot be used, or None if it can."""
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError) as error:  # OSError: the system has no OpenMP library
        return f'needs LightGBM, the extra "boosting" of the installation ({error})'
    return None
