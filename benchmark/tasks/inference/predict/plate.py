"""The landmarks of a plate, read from a file and checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.benchmark.tasks.inference.predict.identifiers import Match, match_landmarks
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.logarithms import looks_logged
from geneboard.datasets.l1000.matrix_files import ExpressionMatrix
from geneboard.datasets.l1000.reading import read_matrix


@dataclass(frozen=True, eq=False)
class Plate:
    """Landmark values of samples.

    Parameters
    ----------
    name
        The file, for messages.
    values
        Float32 as in the file, shape (n_samples, n_landmarks), in the order of the model's landmarks; NaN
        where the file has no value.
    samples
        Table of the samples, indexed by unique names.
    match
        How the landmarks were found.
    n_others
        Number of genes of the file that are no landmark of the model.
    logged
        Whether the values are logarithms.
    looked_at
        Whether that was found by a look at them, because nobody has said it.
    """

    name: str
    values: np.ndarray
    samples: pd.DataFrame
    match: Match
    n_others: int
    logged: bool
    looked_at: bool


def read_plate(path: Path, landmarks: pd.DataFrame, *, logged: bool | None = None) -> Plate:
    """Read the landmarks of a plate.

    Parameters
    ----------
    path
        A .gct, .gctx, .h5ad, .tsv, .csv or .npz file; the last needs arrays `genes` and `samples` beside the
        matrix. Genes that are no landmarks are left aside.
    landmarks
        Landmarks of the model, with columns symbol, entrez and ensembl.
    logged
        Whether the values are logarithms; None looks, as `read_expression` does.

    Raises
    ------
    InputError
        If the file cannot be read, has no names or no landmarks, is turned round, names a landmark or a
        sample twice, or holds infinite values or negative counts.
    """
    if path.is_dir():
        raise InputError(f"{path}: is a folder; a plate is one file.")
    matrix = read_matrix(path)
    genes, samples = _tables(path, matrix)
    if not matrix.values.size:
        raise InputError(f"{path}: holds {len(samples)} samples and {len(genes)} genes.")
    match = match_landmarks(landmarks, genes, str(path))
    _check_orientation(path, match, landmarks, samples)
    if not samples.index.is_unique:
        twice = samples.index[samples.index.duplicated()][0]
        raise InputError(f"{path}: the sample {twice!r} appears twice.")
    values = np.full((len(samples), len(landmarks)), np.nan, dtype=np.float32)
    values[:, match.present] = matrix.values[:, match.rows[match.present]]
    known = values[~np.isnan(values)]
    if not len(known):
        raise InputError(f"{path}: no landmark has a value.")
    if np.isinf(known).any():
        raise InputError(f"{path}: {int(np.isinf(known).sum())} values of landmarks are infinite.")
    empty = np.isnan(values).all(axis=1)
    if empty.any():
        raise InputError(
            f"{path}: the sample {samples.index[int(empty.argmax())]!r} has no value for any landmark."
        )
    looked_at = logged is None
    if logged is None:
        logged = looks_logged(path, values)
    if not logged and (known < 0).any():
        raise InputError(
            f"{path}: {int((known < 0).sum())} values of landmarks are negative (the lowest is"
            f" {known.min():g}), which values that are not logged cannot be."
        )
    return Plate(str(path), values, samples, match, len(genes) - match.number, logged, looked_at)


def _tables(path: Path, matrix: ExpressionMatrix) -> tuple[pd.DataFrame, pd.DataFrame]:
    if matrix.genes is None or matrix.samples is None:
        raise InputError(f"{path}: does not name its genes and samples (arrays `genes` and `samples`).")
    shape, named = matrix.values.shape, (len(matrix.samples), len(matrix.genes))
    if shape != named:
        raise InputError(
            f"{path}: names {named[0]} samples and {named[1]} genes, but the matrix is"
            f" {shape[0]} x {shape[1]}."
        )
    return _plainly_named(matrix.genes), _plainly_named(matrix.samples)


def _plainly_named(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose axes are named by text and have no names themselves."""
    named = table.copy()
    named.index, named.columns = pd.Index(table.index.astype(str)), pd.Index(table.columns.astype(str))
    return named.rename_axis(index=None, columns=None)


def _check_orientation(path: Path, match: Match, landmarks: pd.DataFrame, samples: pd.DataFrame) -> None:
    """Refuse a file whose samples are the landmarks, or that has none."""
    names = pd.DataFrame(index=samples.index[~samples.index.duplicated()])
    as_samples = match_landmarks(landmarks, names, str(path)).number
    if as_samples > match.number:
        raise InputError(
            f"{path}: {as_samples} landmarks stand where samples should; the matrix must be transposed."
        )
    if not match.number:
        raise InputError(
            f"{path}: none of the {len(landmarks)} landmarks of the model is there, by symbol, Entrez or"
            " Ensembl id."
        )
