"""Full profiles from the landmarks of a plate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geneboard.benchmark.tasks.inference.predict.intervals import plate_intervals
from geneboard.benchmark.tasks.inference.predict.normalisation import (
    onto_training_scale,
    standardised,
    standardised_by_plate,
)
from geneboard.benchmark.tasks.inference.predict.organs import organs_of_plate
from geneboard.benchmark.tasks.inference.predict.plate import Plate
from geneboard.benchmark.tasks.inference.predict.scale import scale_warnings
from geneboard.benchmark.tasks.inference.predict.usable_model import UsableModel
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.expression import LANDMARK
from geneboard.datasets.l1000.profiles import Profiles

LOWEST_SHARE = 0.9
"""Share of the model's landmarks that a plate must have, unless the user lets them be imputed."""

FEWEST_SAMPLES = 10
"""A plate with fewer samples has no means and deviations of its own that say much."""

Standard = Literal["training", "plate"]


@dataclass(frozen=True, eq=False)
class Prediction:
    """Profiles, with what there is to say about them.

    Parameters
    ----------
    profiles
        The full profiles; see `predict_profiles`.
    notes
        What was found and done, a sentence each.
    warnings
        What makes the profiles less trustworthy, a sentence each.
    """

    profiles: Profiles
    notes: Sequence[str]
    warnings: Sequence[str]


def predict_profiles(
    model: UsableModel,
    plate: Plate,
    *,
    impute: bool = False,
    organs: Sequence[str] | None = None,
    standard: Standard = "training",
) -> Prediction:
    """Infer the full profiles of a plate.

    All values are on one scale: the logarithmic scale of the training set (log2(x + 1) if that was not
    logged), quantile normalised to its average sample. A measured landmark keeps its rank among the landmarks
    of its sample. A missing one gets its training mean. An inferred gene is what the model predicts, with the
    mean and the deviation of the training set. What the plate had for its landmarks is in
    ``profiles.measured``.

    With the standard "plate" every landmark, after this normalisation, is compared with its own mean and
    deviation over the plate instead of those of the training set, and these stand for those of training: the
    mean profile of the plate is about that of the training set, and only differences between samples of the
    plate say something. That is what a plate of another platform needs. Landmarks then keep no ranks.

    The interval of a value is the gene's `interval_half_width`, which is that of the plate's median sample,
    times the sample's `interval_scale`. Scales follow `landmark_error`, how far a sample's landmarks are from
    what the others predict, in standard deviations (see `landmark_check`).

    Parameters
    ----------
    model
        As `train_model` makes it.
    plate
        As `read_plate` reads it with the landmarks of this model.
    impute
        Whether a plate with less than `LOWEST_SHARE` of the landmarks, or with missing values, is accepted.
    organs
        Organ of every sample; None where they are not known.
    standard
        What landmarks are compared with.

    Raises
    ------
    InputError
        If too many landmarks or any values are missing and `impute` is not set, or the plate is too small to
        be its own standard.
    """
    missing = np.isnan(plate.values)
    _check_missing(plate, model, missing, impute)
    known_organs, organ_warnings = organs_of_plate(model, plate, organs)
    normalised = onto_training_scale(plate.values.astype(np.float64), model.preprocessing)
    inputs = by_training = standardised(normalised, model.preprocessing)
    if standard == "plate":
        if len(plate.values) < FEWEST_SAMPLES:
            raise InputError(
                f"{plate.name}: has {len(plate.values)} samples, and at least {FEWEST_SAMPLES} are needed for"
                " a plate to be its own standard."
            )
        inputs = standardised_by_plate(normalised, missing, model.preprocessing)
        normalised = inputs * model.preprocessing.deviations + model.preprocessing.means
    targets = model.targets
    inferred = model.fitted.predict(inputs, known_organs).astype(np.float64)
    inferred = inferred * targets["deviation"].to_numpy() + targets["mean"].to_numpy()
    landmarks = model.landmarks
    measured = pd.DataFrame(
        plate.values[:, plate.match.present],
        index=plate.samples.index,
        columns=_identifiers(model.genes)[: len(landmarks)][plate.match.present],
    )
    intervals = plate_intervals(model.check, plate, inputs, missing)
    profiles = Profiles(
        values=np.hstack([normalised, inferred]).astype(np.float32),
        samples=intervals.samples,
        genes=_gene_table(model.genes, missing, intervals.widening),
        measured=measured,
        about={"method": model.method.name, "model": dict(model.about), "standard": standard},
    )
    warnings = [
        *_missing_warnings(plate, model, missing),
        *scale_warnings(
            plate.name,
            plate.values,
            plate.logged,
            np.where(missing, np.nan, inputs),
            model.scale,
            looked_at=plate.looked_at,
        ),
        *organ_warnings,
        *intervals.warnings,
        *_standard_warnings(plate, model, by_training, missing, standard),
    ]
    return Prediction(profiles, [*_notes(plate, model), *intervals.notes], warnings)


def _standard_warnings(
    plate: Plate, model: UsableModel, by_training: np.ndarray, missing: np.ndarray, standard: Standard
) -> Iterator[str]:
    """Say what the plate as its own standard means, or whether it would help."""
    if standard == "plate":
        yield (
            f"{plate.name}: the mean of the plate stands for that of the training set, so only differences"
            " between its samples say something; quality was measured without that, and intervals are for"
            " values on this scale."
        )
    if model.check is None:
        return
    error = np.median(model.check.errors(by_training, missing))
    if standard == "plate" and error <= model.check.limit:
        yield (
            f"{plate.name}: --standard plate is not needed: without it too the samples get intervals, for the"
            f" values themselves (landmarks predicted from each other are then off by {error:.2f} standard"
            " deviations)."
        )
    if standard == "training" and error > model.check.limit:
        yield f"{plate.name}: --standard plate takes away what differs between platforms."


def _check_missing(plate: Plate, model: UsableModel, missing: np.ndarray, impute: bool) -> None:
    if impute:
        return
    number, total = plate.match.number, len(model.landmarks)
    if number < LOWEST_SHARE * total:
        raise InputError(
            f"{plate.name}: has {number} of the model's {total} landmarks ({number / total:.0%}) by"
            f" {plate.match.described}, and at least {LOWEST_SHARE:.0%} are needed; missing are"
            f" {_named(model, ~plate.match.present)}; --impute takes their training means."
        )
    scattered = missing[:, plate.match.present]
    if scattered.any():
        landmarks = _named(model, missing.any(axis=0) & plate.match.present)
        raise InputError(
            f"{plate.name}: {int(scattered.sum())} values of the landmarks {landmarks} are missing;"
            " --impute takes the training mean for each."
        )


def _missing_warnings(plate: Plate, model: UsableModel, missing: np.ndarray) -> list[str]:
    sentences = []
    absent = ~plate.match.present
    if absent.any():
        few = plate.match.present.mean() >= LOWEST_SHARE
        names = _named(model, absent, shown=int(absent.sum()) if few else 5)
        sentences.append(
            f"{plate.name}: {int(absent.sum())} of the model's {len(absent)} landmarks are missing and take"
            f" their training mean: {names}."
        )
    scattered = int(missing[:, plate.match.present].sum())
    if scattered:
        sentences.append(f"{plate.name}: {scattered} missing values of landmarks take the training mean.")
    if sentences:
        sentences.append(
            f"{plate.name}: quality was measured with all landmarks; with fewer the errors of inferred genes"
            " are larger."
        )
    return sentences


def _named(model: UsableModel, which: np.ndarray, *, shown: int = 5) -> str:
    genes = model.landmarks[which]
    names = [
        symbol or entrez or name
        for symbol, entrez, name in zip(genes.symbol, genes.entrez, genes.index, strict=True)
    ]
    if len(names) <= shown:
        return ", ".join(names)
    return f"{', '.join(names[:shown])} and {len(names) - shown} more"


def _notes(plate: Plate, model: UsableModel) -> list[str]:
    quality = model.targets["pearson"]
    widths = model.targets["half_width"]
    notes = [
        f"landmarks: {plate.match.number} of {len(model.landmarks)} by {plate.match.described};"
        f" {plate.n_others} other genes of the plate are left aside",
        f"inferred: {len(model.targets)} genes by {model.method.title}, trained on"
        f" {model.about['training_set']}; median correlation there {quality.median():.3f}",
    ]
    if np.isinf(widths).any():
        notes.append(
            f"intervals: {int(np.isinf(widths).sum())} genes have none, as there were too few calibration"
            " samples"
        )
    return notes


def _identifiers(genes: pd.DataFrame) -> pd.Index:
    """Return Entrez ids if every gene has one of its own, as the Connectivity Map does; otherwise names."""
    entrez = genes["entrez"]
    return pd.Index(entrez) if (entrez != "").all() and entrez.is_unique else genes.index


def _gene_table(genes: pd.DataFrame, missing: np.ndarray, widening: float) -> pd.DataFrame:
    """Return what is said of every gene; of a landmark that was measured nothing was inferred."""
    is_landmark = (genes["feature_space"] == LANDMARK).to_numpy()
    share = np.zeros(len(genes))
    share[is_landmark] = missing.mean(axis=0)
    status = np.select(
        [~is_landmark, share == 0, share == 1], ["inferred", "measured", "imputed"], "measured in part"
    )
    table = genes[["symbol", "entrez", "ensembl", "feature_space"]].assign(status=status)
    inferred = status != "measured"
    half_width = (widening * genes["half_width"] * genes["deviation"]).where(inferred)
    table["quality_pearson"] = genes["pearson"].where(inferred)
    table["quality_mae_in_deviations"] = genes["mae"].where(inferred)
    table["interval_half_width"] = half_width
    return table.set_index(_identifiers(genes))
