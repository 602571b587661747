"""Raw counts from AnnData .h5ad files."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.counts_checks import not_counts, refuse_names
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.graphs.gene_ids import guess_species


def read_counts(path: Path) -> tuple[anndata.AnnData, str]:
    """Read raw counts.

    They are taken from ``X``; if ``X`` holds something else, from ``layers["counts"]`` or ``raw``, provided
    that only one of the two holds counts.

    Returns
    -------
    tuple
        Counts as int32 CSR (cells x genes) with obs, uns and ``obsm["spatial"]``, and where they came from:
        ``"X"``, ``'layers["counts"]'`` or ``"raw"``.

    Raises
    ------
    InputError
        If the file cannot be read or holds no counts.
    """
    with reading(path, "not a readable .h5ad file"):
        table = _without_warning(anndata.read_h5ad, path)
        raw = table.raw
        places = {
            'layers["counts"]': (table.layers["counts"], table.var_names)
            if "counts" in table.layers
            else None,
            "raw": (raw.X, raw.var_names) if raw is not None else None,
        }
    fault = not_counts(table.X)
    if fault is None:
        return as_counts(table, table.X, table.var_names, path), "X"
    usable = {place: found for place, found in places.items() if found and not_counts(found[0]) is None}
    if len(usable) > 1:
        raise InputError(
            f'{path}: X {fault}, and which of layers["counts"] and raw is meant is unclear: both hold counts.'
        )
    if not usable:
        raise InputError(f"{path}: X {fault}; raw counts are needed.")
    ((place, (matrix, genes)),) = usable.items()
    return as_counts(table, matrix, genes, path), place


def species_of(table: anndata.AnnData, path: Path) -> str:
    """Return the species that a file states in obs or uns, or else the one its gene names suggest.

    Raises
    ------
    InputError
        If the cells are of several species.
    """
    if "species" in table.obs:
        stated = pd.unique(table.obs["species"].astype(str))
        if len(stated) > 1:
            raise InputError(f"{path}: obs.species names several species ({', '.join(stated[:3])}).")
        return str(stated[0]).lower()
    source = table.uns.get("source", {})
    nested = source.get("species") if isinstance(source, dict) else None
    stated_once = table.uns.get("species", nested)
    return str(stated_once).lower() if stated_once else guess_species(table.var_names)


def as_counts(table: anndata.AnnData, matrix: Any, genes: pd.Index, path: Path) -> anndata.AnnData:
    """Return a matrix of counts (cells x genes) as int32 CSR, with what else of a table is needed.

    Raises
    ------
    InputError
        If the names cannot be those of genes.
    """
    genes = pd.Index(genes.astype(str).str.strip())
    refuse_names(genes, table.obs_names, path)
    counts = sparse.csr_matrix(matrix)
    counts.sum_duplicates()
    counts.eliminate_zeros()
    return _without_warning(
        anndata.AnnData,
        counts.astype(np.int32),
        obs=table.obs,
        var=pd.DataFrame(index=genes),
        obsm={"spatial": table.obsm["spatial"]} if "spatial" in table.obsm else {},
        uns=dict(table.uns),
    )


def _without_warning(make: Callable[..., anndata.AnnData], *args: Any, **kwargs: Any) -> anndata.AnnData:
    """Call anndata without its warning of duplicate genes, which the pipeline sums."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Variable names are not unique")
        return make(*args, **kwargs)
