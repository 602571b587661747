"""The differences that the paired tests rest on: of every gene, and of every patient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.inference.board.columns import sign
from geneboard.benchmark.tasks.inference.parts import unpacked
from geneboard.datasets.errors import InputError

SeedPair = tuple[Record, Record]
"""Records of a row and of the baseline with the same seed, and so with the same test samples."""


def gene_differences(pairs: Sequence[SeedPair], metric: str) -> np.ndarray:
    """Return the difference of every gene, the mean over seeds.

    Parameters
    ----------
    pairs
        Records of a row and of the baseline.
    metric
        A metric over genes.

    Returns
    -------
    numpy.ndarray
        Shape (n_genes,), genes that no seed scores left out.

    Raises
    ------
    InputError
        If the cells have other genes.
    """
    of_seeds = [_differences(one, other, "genes", metric) for one, other in pairs]
    return _known(pd.DataFrame(of_seeds).mean())


def patient_differences(pairs: Sequence[SeedPair], metric: str) -> np.ndarray:
    """Return the difference of every patient, the mean over its test samples of all seeds.

    A patient may be in the test part of several seeds and have several samples; it counts once.

    Parameters
    ----------
    pairs
        Records of a row and of the baseline.
    metric
        A metric over samples.

    Returns
    -------
    numpy.ndarray
        Shape (n_patients,), in the order of their names, patients that no seed scores left out.

    Raises
    ------
    InputError
        If cells of one seed have other numbers of samples.
    """
    values = np.concatenate([_differences(one, other, "samples", metric) for one, other in pairs])
    patients = np.concatenate([one["parts"]["groups"] for one, _ in pairs])
    return _known(pd.Series(values).groupby(patients).mean())


def _known(means: pd.Series) -> np.ndarray:
    return means.dropna().to_numpy(np.float64)


def _differences(one: Record, other: Record, over: Literal["genes", "samples"], metric: str) -> np.ndarray:
    """Return the differences of genes or samples, NaN where neither of the two is scored.

    A prediction that does not vary has no correlation, which counts 0, as it does in the scores.
    """
    ours, theirs = (unpacked(record["parts"][over][metric]) for record in (one, other))
    if len(ours) != len(theirs):
        raise InputError(f"{_name(one)} and {_name(other)}: other numbers of {over} in {metric}")
    if sign(metric) > 0:
        scored = ~(np.isnan(ours) & np.isnan(theirs))
        ours, theirs = (np.where(scored, np.nan_to_num(values), np.nan) for values in (ours, theirs))
    return np.asarray(ours - theirs)


def _name(record: Record) -> str:
    return f"{record['source']} {record['tissue']}, {record['method']} seed {record['seed']}"
