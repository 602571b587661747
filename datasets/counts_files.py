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
from geneboard.datasets.counts_10x_files import is_tenx_folder, tenx_files
from geneboard.datasets.counts_checks import FRACTIONS, csr_of_dense, not_counts, refuse_names
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.feature_names import EXPRESSION, are_expression, genes_among
from geneboard.datasets.graphs.gene_ids import guess_species
from geneboard.datasets.hdf5_files import opened, read_h5ad

H5AD = ".h5ad"
MATRICES = ("_matrix.mtx", "_matrix.mtx.gz")
"""Endings of the first of three files of 10x that have a common beginning of their names."""

_TENX = (counts_10x.gene_names, counts_10x.read_10x)

READERS: dict[str, tuple[Callable[[Path], list[pd.Index]], Callable[[Path], anndata.AnnData]]] = {
    "": _TENX,
    ".h5": _TENX,
    **dict.fromkeys(MATRICES, _TENX),
    ".loom": (counts_loom.gene_names, counts_loom.read_loom),
    **dict.fromkeys(counts_text.ENDINGS, (counts_text.gene_names, counts_text.read_text)),
}
"""What reads the names of the genes and the counts, by the ending; a folder of 10x has none."""

NO_SPECIES = ("", "nan", "<na>", "none", "na", "n/a", "unknown")
"""What stands for a species that is not stated."""

USUAL_PLACES = ("X", "counts", "raw")
"""Where counts are looked for in .h5ad files, in this order; "counts" is a layer."""

FEATURE_TYPES = ("feature_types", "feature_type")
"""Columns of var in which scanpy and others state the type of a feature."""


def ending_of(path: Path) -> str | None:
    """Return the ending that tells the format, in small letters; "" for a folder of 10x, None for others."""
    if path.is_dir():
        return "" if is_tenx_folder(path) else None
    if not path.is_file():  # a pipe would be waited for
        return None
    name = path.name.lower()
    return next((ending for ending in (H5AD, *READERS) if ending and name.endswith(ending)), None)


def gene_names(path: Path, layer: str | None = None, *, rounded: bool = False) -> list[pd.Index]:
    """Return the names of the genes without reading the counts; for some formats in two systems.

    Parameters
    ----------
    path, layer, rounded
        As for `read_dataset`: in .h5ad files ``"raw"`` has names of its own.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    ending = ending_of(path) or ""
    if ending != H5AD:
        return READERS[ending][0](path)
    return [_names_of_counts(path, layer, rounded=rounded)]


def _names_of_counts(path: Path, layer: str | None, *, rounded: bool) -> pd.Index:
    """Return the names of the genes in the matrix of an AnnData file that holds its counts."""
    with opened(path, "not a readable .h5ad file") as file:
        names = _names(file["var"])
        if isinstance(file["var"], h5py.Group):
            names = names[_genes_by_type(anndata.io.read_elem(file["var"]), path)]
        raw = next((file[place] for place in ("raw/var", "raw.var") if place in file), None)
        alike = raw is None or _names(raw).equals(_names(file["var"]))
    # Which of the two matrices holds the counts, only their values tell.
    return names if alike else pd.Index(read_counts(path, layer=layer, rounded=rounded)[0].var_names)


def _names(table: h5py.Group | h5py.Dataset) -> pd.Index:
    names: pd.Index
    if isinstance(table, h5py.Dataset):  # before anndata 0.7 a table was an array of rows, names first
        first = pd.Index(table.fields(table.dtype.names[0])[:])
        names = first.str.decode("utf-8") if first.dtype == object else first.astype(str)
    else:
        names = anndata.io.read_elem(table).index
    return names


def names_in_h5ad(path: Path, axis: str) -> pd.Index:
    """Return the names of obs or var of an AnnData file without reading the rest.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    with opened(path, "not a readable .h5ad file") as file:
        return _names(file[axis])


def has_places(path: Path) -> bool:
    """Return whether a dataset has places of spots, without reading it.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    ending = ending_of(path)
    if ending == H5AD:
        with opened(path, "not a readable .h5ad file") as file:
            return "spatial" in file.get("obsm", ())
    return ending == "" and tenx_files(path).positions is not None


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
        A .h5ad, 10x .h5, .loom, .csv or .tsv file (also .gz), or what else `tenx_files` takes.
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
    if ending == H5AD:
        return read_counts(path, layer=layer, rounded=rounded, note=note)
    table = READERS[ending][1](path)
    fault = not_counts(table.X, rounded=rounded)
    if fault is not None:
        raise InputError(f"{path}: the matrix {fault}; {_needed(fault)}.")
    var = table.var if names == 0 else pd.DataFrame(index=gene_names(path)[names])
    return as_counts(table, table.X, var, path), "matrix"


def files_of(path: Path) -> list[Path]:
    """Return the files that a dataset is read from: the file itself, or those of a folder."""
    return tenx_files(path).paths() if READERS.get(ending_of(path) or "") is _TENX else [path]


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
    table = _without_warning(read_h5ad, path, "not a readable .h5ad file")
    places = {name: (matrix, table.var) for name, matrix in table.layers.items()}
    places["X"] = (table.X, table.var)
    if table.raw is not None:
        places["raw"] = (table.raw.X, table.raw.var)
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


def _same(first: tuple[Any, pd.DataFrame], second: tuple[Any, pd.DataFrame]) -> bool:
    """Return whether two places hold the same numbers for the same genes."""
    if not first[1].index.equals(second[1].index):
        return False
    return bool((sparse.csr_matrix(first[0]) != sparse.csr_matrix(second[0])).nnz == 0)


def species_of(table: anndata.AnnData, path: Path, guess: str | None = None) -> str:
    """Return the species that a file states in obs or uns, or else the guess, or what its gene names suggest.

    Cells without a species are of that of the others.

    Raises
    ------
    InputError
        If the cells are of several species.
    """
    source = table.uns.get("source")
    places = {
        "obs.species": table.obs.get("species"),
        'uns["species"]': table.uns.get("species"),
        'uns["source"]["species"]': source.get("species") if isinstance(source, dict) else None,
    }
    for place, given in places.items():
        stated = pd.unique(np.ravel(given).astype(str)) if not isinstance(given, dict) else ()
        names: dict[str, None] = dict.fromkeys(name.strip().lower() for name in stated)
        species = [name for name in names if name not in NO_SPECIES]
        if len(species) > 1:
            raise InputError(f"{path}: {place} names several species ({', '.join(species[:3])}).")
        if species:
            return species[0]
    return guess or guess_species(genes_among(table.var_names, path).genes)


def as_counts(table: anndata.AnnData, matrix: Any, var: pd.DataFrame, path: Path) -> anndata.AnnData:
    """Return a matrix of counts (cells x features) as int32 CSR, with what else of a table is needed.

    Parameters
    ----------
    table
        Gives the cells.
    matrix, var
        The counts, and what their columns are; those of other types than genes are left out.
    path
        Where they come from.

    Whole numbers that single precision or a correction has made fractions are rounded.

    Raises
    ------
    InputError
        If the names cannot be those of genes and cells.
    """
    expression = _genes_by_type(var, path)
    genes = pd.Index(var.index[expression].astype(str).str.strip())
    refuse_names(genes, table.obs_names, path)
    counts = sparse.csr_matrix(matrix) if sparse.issparse(matrix) else csr_of_dense(np.asarray(matrix))
    if not expression.all():
        counts = counts[:, expression]
    if np.issubdtype(counts.dtype, np.floating):
        counts.data = np.rint(counts.data)
    if not counts.has_canonical_format:  # a value may be in parts, whose sum is larger than its type holds
        counts = counts.astype(np.int64)
        counts.sum_duplicates()
        if counts.data.max() > np.iinfo(np.int32).max:
            raise InputError(f"{path}: holds values above {np.iinfo(np.int32).max}; raw counts are needed.")
    counts.eliminate_zeros()
    return _without_warning(
        anndata.AnnData,
        counts.astype(np.int32),
        obs=table.obs,
        var=pd.DataFrame(index=genes),
        obsm={"spatial": table.obsm["spatial"]} if "spatial" in table.obsm else {},
        uns=dict(table.uns),
    )


def _genes_by_type(var: pd.DataFrame, path: Path) -> np.ndarray:
    """Return which features of an AnnData file are genes, where it states the type of each."""
    column = next((name for name in FEATURE_TYPES if name in var), None)
    expression = np.ones(len(var), dtype=bool) if column is None else are_expression(var[column])
    if len(var) and not expression.any():
        raise InputError(f"{path}: none of its {len(var)} features is of the type {EXPRESSION!r}.")
    return expression


def _without_warning(make: Callable[..., anndata.AnnData], *args: Any, **kwargs: Any) -> anndata.AnnData:
    """Call anndata without its warning of duplicate genes, which the pipeline sums."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Variable names are not unique")
        return make(*args, **kwargs)
