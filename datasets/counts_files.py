"""Raw counts from files, in any of the formats that laboratories have them in."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets import counts_10x, counts_loom, counts_text
from geneboard.datasets.counts_checks import FRACTIONS, not_counts, refuse_names
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.graphs.gene_ids import guess_species

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

USUAL_PLACES = ("X", "counts", "raw")
"""Where counts are looked for in .h5ad files, in this order; "counts" is a layer."""

IDS = 1
"""Place of Ensembl ids in `gene_names` of a file that has symbols as well."""


def ending_of(path: Path) -> str | None:
    """Return the ending that tells the format; empty for a folder of 10x, None for what is no dataset."""
    if path.is_dir():
        return "" if counts_10x.is_matrix_folder(path) else None
    return next((ending for ending in (".h5ad", *READERS) if ending and path.name.endswith(ending)), None)


def gene_names(path: Path, layer: str | None = None) -> list[pd.Index]:
    """Return the names of the genes without reading the counts; for some formats in two systems.

    Parameters
    ----------
    path, layer
        As for `read_dataset`: in .h5ad files ``"raw"`` has names of its own.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    ending = ending_of(path) or ""
    if ending != ".h5ad":
        return READERS[ending][0](path)
    return [names_in_h5ad(path, "raw/var" if layer == "raw" else "var")]


def names_in_h5ad(path: Path, axis: str) -> pd.Index:
    """Return the names of obs, var or raw/var of an AnnData file without reading the rest.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with reading(path, "not a readable .h5ad file"), h5py.File(path, "r") as file:
        if axis not in file:
            raise InputError(f"{path}: has no {axis.partition('/')[0]!r}.")
        names: pd.Index = anndata.io.read_elem(file[axis]).index
    return names


def read_dataset(
    path: Path,
    names: int = 0,
    *,
    layer: str | None = None,
    rounded: bool = False,
    note: Callable[[str], None] | None = None,
) -> tuple[anndata.AnnData, str]:
    """Read raw counts.

    Parameters
    ----------
    path
        A .h5ad, 10x .h5, .loom, .csv or .tsv file (also .gz), or a matrix or Visium folder of 10x.
    names
        Which of `gene_names` the columns get.
    layer, rounded, note
        As for `read_counts`; only .h5ad files have layers.

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
        return read_counts(path, layer=layer, rounded=rounded, note=note)
    table = READERS[ending][1](path)
    fault = not_counts(table.X, rounded=rounded)
    if fault is not None:
        raise InputError(f"{path}: the matrix {fault}; {_needed(fault)}.")
    genes = table.var_names if names == 0 else gene_names(path)[names]
    return as_counts(table, table.X, genes, path), "matrix"


def files_of(path: Path) -> list[Path]:
    """Return the files that a dataset is read from: the file itself, or those of a folder."""
    return counts_10x.files_in(path) if path.is_dir() else [path]


def read_counts(
    path: Path,
    *,
    layer: str | None = None,
    rounded: bool = False,
    note: Callable[[str], None] | None = None,
) -> tuple[anndata.AnnData, str]:
    """Read raw counts of an .h5ad file.

    They are the first of ``X``, ``layers["counts"]`` and ``raw`` that holds counts.

    Parameters
    ----------
    path
        The file.
    layer
        Where the counts are instead: ``"X"``, ``"raw"`` or the name of a layer.
    rounded
        Whether corrected counts, which are fractions, are taken rounded.
    note
        Called with a sentence if another of the three places holds other counts and `layer` is None.

    Returns
    -------
    tuple
        Counts as int32 CSR (cells x genes) with obs, uns and ``obsm["spatial"]``, and where they came from:
        ``"X"``, ``"raw"`` or ``'layers["counts"]'``.

    Raises
    ------
    InputError
        If the file cannot be read or holds no counts there.
    """
    with reading(path, "not a readable .h5ad file"):
        table = _without_warning(anndata.read_h5ad, path)
        places = {name: (matrix, table.var_names) for name, matrix in table.layers.items()}
        places["X"] = (table.X, table.var_names)
        if table.raw is not None:
            places["raw"] = (table.raw.X, table.raw.var_names)
    if layer is not None and layer not in places:
        raise InputError(f"{path}: has no {layer!r} for --layer, only {', '.join(map(repr, places))}.")
    looked_at = [layer] if layer is not None else [name for name in USUAL_PLACES if name in places]
    faults = {name: not_counts(places[name][0], rounded=rounded) for name in looked_at}
    usable = [name for name in looked_at if faults[name] is None]
    if not usable:
        others = [name for name in places if name not in looked_at and not_counts(places[name][0]) is None]
        hint = f"; --layer {others[0]} takes those of {_called(others[0])}" if others else ""
        fault = str(faults[looked_at[0]])
        raise InputError(f"{path}: {_called(looked_at[0])} {fault}; {_needed(fault)}{hint}.")
    taken, *besides = usable
    for name in besides:
        if note is not None and not _same(places[name], places[taken]):
            note(f"counts are taken from {_called(taken)}; --layer {name} takes those of {_called(name)}")
    return as_counts(table, *places[taken], path), _called(taken)


def _needed(fault: str) -> str:
    rounded = " (--round-counts takes corrected ones, of SoupX or decontX, rounded)"
    return f"raw counts are needed{rounded if fault == FRACTIONS else ''}"


def _called(place: str) -> str:
    return place if place in ("X", "raw") else f'layers["{place}"]'


def _same(first: tuple[Any, pd.Index], second: tuple[Any, pd.Index]) -> bool:
    """Return whether two places hold the same numbers for the same genes."""
    if not first[1].equals(second[1]):
        return False
    return bool((sparse.csr_matrix(first[0]) != sparse.csr_matrix(second[0])).nnz == 0)


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

    Whole numbers that single precision or a correction has made fractions are rounded.

    Raises
    ------
    InputError
        If the names cannot be those of genes.
    """
    genes = pd.Index(genes.astype(str).str.strip())
    refuse_names(genes, table.obs_names, path)
    counts = sparse.csr_matrix(matrix)
    counts.sum_duplicates()
    counts.data = np.rint(counts.data)
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
