"""Fitted models on disk: one .npz file of plain arrays, without any code in it."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import READ_ERRORS, InputError
from geneboard.methods.inference.base import FittedInference, InferenceMethod

FORMAT_VERSION = 2
"""Raised by a change that older code cannot read."""

_HEADER = "geneboard_model"
_FITTED = "fitted/"


class ModelFile(NamedTuple):
    """What a model file holds.

    Parameters
    ----------
    method
        The method with its hyper-parameters.
    fitted
        The model.
    about
        What else was written as text and numbers.
    arrays
        What else was written as arrays.
    """

    method: InferenceMethod
    fitted: FittedInference
    about: Mapping[str, Any]
    arrays: Mapping[str, np.ndarray]


def write_model(
    path: Path,
    method: InferenceMethod,
    fitted: FittedInference,
    *,
    about: Mapping[str, Any] | None = None,
    arrays: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write a model; the same model gives the same bytes.

    Parameters
    ----------
    path
        Where to.
    method, fitted
        The model: its arrays, and the method's name and hyper-parameters as JSON text.
    about, arrays
        What else is to be kept: values that JSON can hold, and arrays.
    """
    header = {
        "format": FORMAT_VERSION,
        "method": method.name,
        "hyper_parameters": asdict(method),
        "about": dict(about or {}),
    }
    entries: dict[str, Any] = dict(arrays or {})
    entries |= {_FITTED + name: array for name, array in fitted.arrays().items()}
    header = json.loads(json.dumps(header))
    header["digest"] = _digest(header, entries)
    content = io.BytesIO()
    np.savez(content, **{_HEADER: np.array(json.dumps(header, sort_keys=True)), **entries})
    write_atomically(path, content.getvalue())


def _digest(header: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> str:
    """Return the sha256 of all that a model file holds."""
    h = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        h.update(f"{name} {array.dtype.str} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return h.hexdigest()


def read_model(path: Path, methods: Mapping[str, type[InferenceMethod]]) -> ModelFile:
    """Read a model.

    Parameters
    ----------
    path
        A file that `write_model` wrote.
    methods
        Methods by name.

    Raises
    ------
    InputError
        If the file is no such file, that of a newer version or changed since it was written, or its method
        or a hyper-parameter of that is not known.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(str(arrays.pop(_HEADER)))
        version, name, stated = int(header["format"]), str(header["method"]), header.pop("digest", None)
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file.") from error
    except READ_ERRORS as error:
        raise InputError(f"{path}: not a model file that can be read, or not all of one.") from error
    if version > FORMAT_VERSION:
        raise InputError(
            f"{path}: is a model file of format {version}; this version of geneboard reads up to"
            f" {FORMAT_VERSION}."
        )
    if stated is not None and stated != _digest(header, arrays):  # the first files had no digest
        raise InputError(f"{path}: has been changed since it was written; train the model again.")
    if name not in methods:
        raise InputError(f"{path}: holds a model of the method {name!r}, which is not known here.")
    own = {key.removeprefix(_FITTED): array for key, array in arrays.items() if key.startswith(_FITTED)}
    others = {key: array for key, array in arrays.items() if not key.startswith(_FITTED)}
    try:
        method = methods[name](**header["hyper_parameters"])
        return ModelFile(method, method.restore(own), header["about"], others)
    except InputError:
        raise
    except Exception as error:  # of the libraries that the method restores its model with
        raise InputError(f"{path}: was written by another version of the method {name!r}.") from error
