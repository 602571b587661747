"""Fitted models on disk: one .npz file of plain arrays, without any code in it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from datasets.atomic import write_atomically
from datasets.base import InputError
from methods.inference.base import FittedInference, InferenceMethod

_HEADER = "geneboard_model"


def write_model(path: Path, method: InferenceMethod, fitted: FittedInference) -> None:
    """Write a model: the arrays of `fitted`, and the method's name and hyper-parameters as JSON text."""
    header = json.dumps({"method": method.name, "hyper_parameters": asdict(method)}, sort_keys=True)
    content = io.BytesIO()
    arrays: dict[str, Any] = {_HEADER: np.array(header), **fitted.arrays()}
    np.savez(content, **arrays)
    write_atomically(path, content.getvalue())


def read_model(
    path: Path, methods: Mapping[str, type[InferenceMethod]]
) -> tuple[InferenceMethod, FittedInference]:
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
        If the file is no such file, or its method or a hyper-parameter of that is not known.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        header = json.loads(str(arrays.pop(_HEADER)))
        name, hyper_parameters = header["method"], header["hyper_parameters"]
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise InputError(f"{path}: not a model file that can be read.") from error
    if name not in methods:
        raise InputError(f"{path}: holds a model of the method {name!r}, which is not known here.")
    try:
        method = methods[name](**hyper_parameters)
        return method, method.restore(arrays)
    except (TypeError, KeyError, RuntimeError) as error:
        raise InputError(f"{path}: was written by another version of the method {name!r}.") from error
