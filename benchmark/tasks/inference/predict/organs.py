"""Organs of the samples of a plate, as the user says."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from geneboard.benchmark.tasks.inference.predict.plate import Plate
from geneboard.benchmark.tasks.inference.predict.usable_model import UsableModel
from geneboard.datasets.errors import InputError, closest
from geneboard.datasets.l1000.columns import as_text
from geneboard.datasets.l1000.expression import UNKNOWN_ORGAN
from geneboard.datasets.tables import is_missing


def named_organs(model: UsableModel, plate: Plate, organ: str, column: str) -> list[str] | None:
    """Return the organ of every sample from what was said on the command line; None if nothing was.

    Parameters
    ----------
    organ
        Of all samples, or "".
    column
        Column of the plate's table of samples, or "".

    Raises
    ------
    InputError
        If the column is not there, or the model knows organs, but not this one.
    """
    if column:
        if column not in plate.samples:
            known = ", ".join(map(str, plate.samples.columns)) or "no columns"
            raise InputError(f"{plate.name}: the samples have no column {column!r}; they have {known}.")
        named = as_text(plate.samples[column])
        return named.mask(is_missing(named), UNKNOWN_ORGAN).tolist()
    if not organ:
        return None
    organs = model.about["organs"]
    if model.about["uses_organs"] and organ not in (*organs, UNKNOWN_ORGAN):
        raise InputError(f"--organ {organ}: the model knows no such organ{closest(organ, organs)}.")
    return [organ] * len(plate.samples)


def organs_of_plate(
    model: UsableModel, plate: Plate, organs: Sequence[str] | None
) -> tuple[np.ndarray, list[str]]:
    """Return the organs that the model gets, text of shape (n_samples,), and what to warn of."""
    known = sorted(set(model.about["organs"]))
    uses = bool(model.about["uses_organs"])
    if organs is None:
        given = np.full(len(plate.samples), UNKNOWN_ORGAN, dtype=object)
        if not uses:
            return given, []
        return given, [
            f"{plate.name}: the model was trained with the organ as an input and no organ is given; samples"
            f" count as of an unknown one (known are {', '.join(known)})."
        ]
    given = np.array(organs, dtype=object)
    if not uses:
        return given, [f"{plate.name}: this model does not look at organs; what is given changes nothing."]
    new = sorted(set(given) - {*known, UNKNOWN_ORGAN})
    if not new:
        return given, []
    number = int(np.isin(given, new).sum())
    return np.where(np.isin(given, new), UNKNOWN_ORGAN, given), [
        f"{plate.name}: {number} samples are of organs that the model does not know ({', '.join(new[:5])}"
        f"{', ...' * (len(new) > 5)}) and count as of an unknown one (known are {', '.join(known)})."
    ]
