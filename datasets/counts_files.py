"""Raw counts from files, in any of the formats that laboratories have them in."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets import counts_10x, counts_loom, counts_text
from geneboard.datasets.counts_checks import not_counts, refuse_names
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_ids import guess_species
from geneboard.datasets.hdf5_files import opened, read_h5ad

_TENX = (counts_10x.gene_names, counts_10x.read_10x)

READERS: dict[str, tuple[Callable[[Path], list[pd.Index]], Callable[[Path], anndata.AnnData]]] = {
    "": _TENX,
    ".h5": _TENX,
    ".loom": (counts_loom.gene_names, counts_loom.read_loom),
    **dict.fromkeys(counts_text.ENDINGS, (counts_text.gene_names, counts_text.read_text)),
}
"""What reads the names of the genes and the counts, by the ending; a folder of 10x has none."""

STRICT_ENDINGS = (".h5ad", ".h5", ".loom")
"""Endings of files that nothing else than a dataset has."""

IDS = 1
"""Place of Ensembl ids in `gene_names` of a file that has symbols as well."""


def ending_of(path: Path) -> str | None:
    """Return the ending that tells the format; empty for a folder of 10x, None for what is no dataset."""
    if path.is_dir():
        return "" if counts_10x.is_matrix_folder(path) else None
    return next((ending for ending in (".h5ad", *READERS) if ending and path.name.endswith(ending)), None)


def gene_names(path: Path) -> list[pd.Index]:
    """Return the names of the genes without reading the counts; for some formats in two systems.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    ending = ending_of(path) or ""
    return [names_in_h5ad(path, "var")] if ending == ".h5ad" else READERS[ending][0](path)


def names_in_h5ad(path: Path, axis: str) -> pd.Index:
    """Return the names of obs or var of an AnnData file without reading the rest.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with opened(path, "not a readable .h5ad file") as file:
        names: pd.Index = anndata.io.read_elem(file[axis]).index
    return names


def read_dataset(path: Path, names: int = 0) -> tuple[anndata.AnnData, str]:
    """Read raw counts.

    Parameters
    ----------
    path
        A .h5ad, 10x .h5, .loom, .csv or .tsv file (also .gz), or a matrix or Visium folder of 10x.
    names
        Which of `gene_names` the columns get.

    Returns
    -------
    tuple
        As from `read_counts`, with the place ``"matrix"`` for what is no .h5ad file.

    Raises
    ------
    InputError
        If the file cannot be read or holds no counts.
    """
    ending = ending_of(path) or ""
    if ending == ".h5ad":
        return read_counts(path)
    table = READERS[ending][1](path)
    fault = not_counts(table.X)
    if fault is not None:
        raise InputError(f"{path}: the matrix {fault}; raw counts are needed.")
    genes = table.var_names if names == 0 else gene_names(path)[names]
    return as_counts(table, table.X, genes, path), "matrix"


def files_of(path: Path) -> list[Path]:
    """Return the files that a dataset is read from: the file itself, or those of a folder."""
    return counts_10x.files_in(path) if path.is_dir() else [path]


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
    table = _without_warning(read_h5ad, path, "not a readable .h5ad file")
    raw = table.raw
    places = {
        'layers["counts"]': (table.layers["counts"], table.var_names) if "counts" in table.layers else None,
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
