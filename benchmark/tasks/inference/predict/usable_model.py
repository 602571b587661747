"""A fitted model with all that its use on a plate needs, and its file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geneboard.benchmark.registry import inference_methods
from geneboard.benchmark.tasks.inference.predict.landmark_check import LandmarkCheck
from geneboard.benchmark.tasks.inference.predict.scale import PERCENTILES, LandmarkScale
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.expression import LANDMARK, UNKNOWN_ORGAN
from geneboard.datasets.l1000.preprocessing import FittedPreprocessing
from geneboard.methods.inference.base import FittedInference, InferenceMethod
from geneboard.methods.inference.model_files import read_model, write_model

TEXTS = ("symbol", "entrez", "ensembl", "feature_space")
NUMBERS = ("mean", "deviation", "pearson", "mae", "half_width")


@dataclass(frozen=True, eq=False)
class UsableModel:
    """A model for use.

    Parameters
    ----------
    method, fitted
        The model.
    genes
        Landmarks in the order of the model's inputs, then targets in that of its outputs, indexed by their
        names in the training set. Texts: symbol, entrez, ensembl, feature_space. Numbers: mean and deviation
        on the logarithmic scale; pearson, mae and half_width as in `calibration.gene_quality` (of a landmark:
        where it is missing and its training mean stands for it).
    preprocessing
        Of the landmarks among themselves.
    scale
        Of the landmarks of training samples.
    check
        How well landmarks are predicted from each other; `half_width` is that of a typical sample by this.
        Older files have None, and one `half_width` for any sample.
    about
        Where the model comes from: training set and its digest, seed, revision, versions and so on;
        ``about["uses_organs"]`` tells whether the organ has an influence, ``about["organs"]`` names them.
    """

    method: InferenceMethod
    fitted: FittedInference
    genes: pd.DataFrame
    preprocessing: FittedPreprocessing
    scale: LandmarkScale
    check: LandmarkCheck | None
    about: Mapping[str, Any]

    @property
    def landmarks(self) -> pd.DataFrame:
        """The genes that are inputs."""
        return self.genes[self.genes["feature_space"] == LANDMARK]

    @property
    def targets(self) -> pd.DataFrame:
        """The genes that are inferred."""
        return self.genes[self.genes["feature_space"] != LANDMARK]


def write_usable_model(path: Path, model: UsableModel) -> None:
    """Write a model for use as one .npz file without code; the same model gives the same bytes."""
    genes = model.genes
    arrays = {"genes/name": np.array(genes.index, dtype=str)}
    arrays |= {f"genes/{name}": genes[name].to_numpy(dtype=str) for name in TEXTS}
    arrays |= {f"genes/{name}": genes[name].to_numpy(dtype=np.float64) for name in NUMBERS}
    arrays |= {f"landmarks/{name}": array for name, array in vars(model.preprocessing).items()}
    arrays |= {
        f"scale/{field.name}": np.array(getattr(model.scale, field.name)) for field in fields(LandmarkScale)
    }
    if model.check is not None:
        arrays |= {f"check/{name}": np.array(array) for name, array in vars(model.check).items()}
    write_model(path, model.method, model.fitted, about=model.about, arrays=arrays)


def read_usable_model(path: Path, plugins: Iterable[Path] = ()) -> UsableModel:
    """Read a model for use.

    Parameters
    ----------
    path
        A file that `write_usable_model` has written.
    plugins
        Files that define more methods.

    Raises
    ------
    InputError
        If the file is damaged, is something else, or of a newer version.
    """
    read = read_model(path, {entry.name: entry.load() for entry in inference_methods(plugins)})
    parts: dict[str, dict[str, np.ndarray]] = {"genes": {}, "landmarks": {}, "scale": {}, "check": {}}
    try:
        for key, array in read.arrays.items():
            part, _, name = key.partition("/")
            parts[part][name] = array
        names = pd.Index(parts["genes"].pop("name").astype(object))
        genes = pd.DataFrame({name: parts["genes"][name] for name in (*TEXTS, *NUMBERS)}, index=names)
        scale = LandmarkScale(
            logged=bool(parts["scale"]["logged"]),
            lowest=parts["scale"]["lowest"],
            highest=parts["scale"]["highest"],
            furthest=float(parts["scale"]["furthest"]),
        )
        preprocessing = FittedPreprocessing(**parts["landmarks"])
        check = None
        if parts["check"]:
            uninformed = float(parts["check"].pop("uninformed"))
            check = LandmarkCheck(**parts["check"], uninformed=uninformed)
        genes = genes.astype(dict.fromkeys(TEXTS, object) | dict.fromkeys(NUMBERS, np.float64))
        model = UsableModel(read.method, read.fitted, genes, preprocessing, scale, check, read.about)
        _try_out(model)
    except Exception as error:  # whatever comes of parts that do not belong together
        raise InputError(f"{path}: holds a model, but not one that `infer train` has written.") from error
    return model


def _try_out(model: UsableModel) -> None:
    """Raise unless the parts of a model fit together and it infers numbers."""
    if not {"organs", "uses_organs", "training_set"} <= set(model.about):
        raise ValueError("it is not said where the model comes from")
    fitted, scale = model.preprocessing, model.scale
    profile = (fitted.medians, fitted.reference, fitted.means, fitted.deviations, fitted.constant)
    for arrays, length in (
        ((scale.lowest, scale.highest), len(PERCENTILES)),
        (profile, len(model.landmarks)),
        ((model.genes["mean"], model.genes["deviation"]), len(model.genes)),
    ):
        for array in arrays:
            if array.shape != (length,) or not np.isfinite(np.asarray(array, dtype=np.float64)).all():
                raise ValueError("an array does not belong to the model")
    check, n_landmarks = model.check, len(model.landmarks)
    if check is not None and not (
        check.residuals.shape == (n_landmarks, n_landmarks)
        and np.isfinite(check.residuals).all()
        and check.calibration.ndim == 1
        and 0 < check.calibration.min() <= check.limit < np.inf
    ):
        raise ValueError("the check of the landmarks does not belong to the model")
    organs = np.array([UNKNOWN_ORGAN, *sorted(model.about["organs"])], dtype=object)
    inferred = model.fitted.predict(np.zeros((len(organs), len(model.landmarks)), np.float32), organs)
    if inferred.shape != (len(organs), len(model.targets)) or not np.isfinite(inferred).all():
        raise ValueError("the model infers no numbers")
