"""What a gene graph is prepared from: its counts and how, not the numbers that a processor rounds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict

import anndata
import numpy as np
from scipy import sparse

from geneboard.datasets.graphs.settings import PipelineSettings

PIPELINE_VERSION = 1
"""Rises when the same counts and settings give another graph, beyond what another processor rounds."""

TOLD_OTHERWISE = ("layer", "round_counts", "genes_from")
"""Settings that change nothing by themselves: the counts tell which are read, the genes which are added."""


def prepared_from(
    counts: anndata.AnnData,
    places: np.ndarray | None,
    settings: PipelineSettings,
    dataset: Mapping[str, object],
) -> str:
    """Return the sha256 of what determines a gene graph: equal ones are of the same data on any machine.

    The features would not do: another processor rounds them otherwise.

    Parameters
    ----------
    counts
        Raw counts (cells x genes) as they were read.
    places
        Coordinates of spots, float64 of shape (n_spots, 2).
    settings
        Parameters of the steps; those that have their default are left to `PIPELINE_VERSION`, so that a
        parameter that is added changes no hash.
    dataset
        What else counts, as JSON: its name, how genes were renamed.
    """
    usual = asdict(PipelineSettings())
    changed = {
        name: value
        for name, value in asdict(settings).items()
        if value != usual[name] and name not in TOLD_OTHERWISE
    }
    about = {"pipeline": PIPELINE_VERSION, "settings": changed, **dataset}
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    digest.update("\0".join(map(str, counts.var_names)).encode())
    matrix = sparse.csr_matrix(counts.X, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    for values, kind in (
        (matrix.shape, "<i8"),
        (matrix.indptr, "<i8"),
        (matrix.indices, "<i4"),
        (matrix.data, "<f8"),
        (() if places is None else places, "<f8"),
    ):
        digest.update(np.ascontiguousarray(values, dtype=kind).data)
    return digest.hexdigest()
