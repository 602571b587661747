"""Raw counts as 10x pipelines write them: .h5 files, matrix folders, and Visium folders with places."""

from __future__ import annotations

import io
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.io import mmread

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.hdf5_files import opened
from geneboard.datasets.sparse_matrices import compressed_rows

EXPRESSION = "Gene Expression"
MATRIX_NAMES = ("filtered_feature_bc_matrix", "filtered_gene_bc_matrices")
POSITION_FILES = ("tissue_positions.csv", "tissue_positions_list.csv")
"""Places of the spots, from Space Ranger 2 on and before."""

POSITION_COLUMNS = ["barcode", "in_tissue", "array_row", "array_col", "pxl_row", "pxl_col"]


def is_matrix_folder(path: Path) -> bool:
    """Return whether a folder holds matrix.mtx, or a Visium output with places."""
    return _file_of(path, "matrix.mtx") is not None or (path / "spatial").is_dir()


def files_in(path: Path) -> list[Path]:
    """Return the files of a matrix or Visium folder that are read."""
    if (path / "spatial").is_dir():
        counts = _counts_of_visium(path)
        return [*([counts] if counts.is_file() else files_in(counts)), _positions_file(path)]
    found = [_file_of(path, "matrix.mtx"), _features_file(path), _file_of(path, "barcodes.tsv")]
    return [file for file in found if file is not None]


def gene_names(path: Path) -> list[pd.Index]:
    """Return the symbols and the Ensembl ids of the genes, in the order of the columns of `read_10x`.

    Raises
    ------
    InputError
        If the file or folder cannot be read.
    """
    genes = _genes(_counts_of_visium(path) if (path / "spatial").is_dir() else path)
    return [pd.Index(genes["symbol"]), pd.Index(genes["id"])]


def read_10x(path: Path) -> anndata.AnnData:
    """Read counts of gene expression; antibodies, guides and other features are left out.

    Parameters
    ----------
    path
        A .h5 file, a folder with matrix.mtx, features.tsv (or genes.tsv) and barcodes.tsv, each as it is or
        with .gz, or the ``outs`` folder of Visium, whose places go to ``obsm["spatial"]`` (column, row).

    Returns
    -------
    anndata.AnnData
        Cells x genes, CSR, with symbols as names and ``var["id"]``.

    Raises
    ------
    InputError
        If it cannot be read, its parts do not fit together, or it has genes of several genomes.
    """
    if (path / "spatial").is_dir():
        return _with_places(read_10x(_counts_of_visium(path)), path)
    genes = _genes(path)
    matrix, barcodes = _matrix_of_folder(path) if path.is_dir() else _matrix_of_h5(path)
    if matrix.shape != (len(barcodes), len(genes.attrs["expression"])):
        raise InputError(
            f"{path}: the matrix has {matrix.shape[0]} cells and {matrix.shape[1]} features, the lists "
            f"{len(barcodes)} and {len(genes.attrs['expression'])}."
        )
    counts = sparse.csr_matrix(matrix[:, genes.attrs["expression"]])
    names = pd.Index(genes["symbol"].to_numpy(dtype=object))
    return anndata.AnnData(
        counts,
        obs=pd.DataFrame(index=pd.Index(barcodes)),
        var=pd.DataFrame({"id": genes["id"].to_numpy()}, index=names),
    )


def _genes(path: Path) -> pd.DataFrame:
    """Return id and symbol of the genes; ``attrs["expression"]`` says which features they are."""
    features = _features_of_folder(path) if path.is_dir() else _features_of_h5(path)
    expression = (features["type"] == EXPRESSION).to_numpy()
    if not expression.any():
        raise InputError(f"{path}: none of its {len(features)} features is of the type {EXPRESSION!r}.")
    genes = features[expression]
    genomes = [name for name in pd.unique(genes["genome"]) if name]
    if len(genomes) > 1:
        raise InputError(f"{path}: holds genes of several genomes ({', '.join(genomes[:3])}).")
    genes.attrs["expression"] = expression
    return genes


def _features_of_h5(path: Path) -> pd.DataFrame:
    with opened(path, "not a readable 10x .h5 file") as file:
        group = _matrix_group(path, file)
        if "features" in group:
            group = group["features"]
            columns = {"id": "id", "symbol": "name", "type": "feature_type", "genome": "genome"}
            return pd.DataFrame(
                {
                    ours: group[theirs].asstr()[:] if theirs in group else ""
                    for ours, theirs in columns.items()
                }
            )
        names = {"id": group["genes"].asstr()[:], "symbol": group["gene_names"].asstr()[:]}
        return pd.DataFrame({**names, "type": EXPRESSION, "genome": ""})


def _matrix_group(path: Path, file: h5py.File) -> h5py.Group:
    """Return the group that holds the matrix: before Cell Ranger 3 there is one for each genome."""
    if "matrix" in file:
        return file["matrix"]
    genomes = [k for k, group in file.items() if isinstance(group, h5py.Group) and "gene_names" in group]
    if len(genomes) != 1:
        raise InputError(
            f"{path}: holds genes of several genomes ({', '.join(genomes[:3])})."
            if genomes
            else f"{path}: an HDF5 file, but not one of 10x."
        )
    return file[genomes[0]]


def _matrix_of_h5(path: Path) -> tuple[sparse.csr_matrix, np.ndarray]:
    with opened(path, "not a readable 10x .h5 file") as file:
        group = _matrix_group(path, file)
        values, columns, starts, shape = (group[name][:] for name in ("data", "indices", "indptr", "shape"))
        matrix = compressed_rows(values, columns, starts, shape[::-1])  # on disk features x cells
        return matrix, group["barcodes"].asstr()[:].astype(str)


def _features_of_folder(path: Path) -> pd.DataFrame:
    file = _features_file(path)
    if file is None:
        raise InputError(f"{path}: the folder lacks features.tsv or genes.tsv.")
    table = _tab_separated(file)
    symbol = table[1] if table.shape[1] > 1 else table[0]
    kind = table[2] if table.shape[1] > 2 else EXPRESSION
    return pd.DataFrame({"id": table[0], "symbol": symbol, "type": kind, "genome": ""})


def _matrix_of_folder(path: Path) -> tuple[sparse.csr_matrix, np.ndarray]:
    matrix, barcodes = _file_of(path, "matrix.mtx"), _file_of(path, "barcodes.tsv")
    if matrix is None or barcodes is None:
        raise InputError(f"{path}: the folder lacks {'matrix.mtx' if matrix is None else 'barcodes.tsv'}.")
    with reading(matrix, "not a readable matrix market file"):
        genes_by_cells = mmread(matrix)
        counts = sparse.csr_matrix(genes_by_cells.T)
        if sparse.issparse(genes_by_cells) and counts.nnz != genes_by_cells.nnz:
            raise ValueError("the matrix has two values for the same place")
    return counts, _tab_separated(barcodes)[0].to_numpy(dtype=str)


def _tab_separated(path: Path) -> pd.DataFrame:
    with reading(path, "cannot be read as a table"):
        # No value is missing: there are genes and symbols that look like one ("NA", "nan").
        return pd.read_csv(path, sep="\t", header=None, dtype=str, keep_default_na=False, quoting=3)


def _features_file(path: Path) -> Path | None:
    return _file_of(path, "features.tsv") or _file_of(path, "genes.tsv")


def _file_of(path: Path, name: str) -> Path | None:
    found = [path / (name + ending) for ending in ("", ".gz") if (path / (name + ending)).is_file()]
    if len(found) > 1:
        raise InputError(f"{found[0]}: is there twice, as it is and with .gz.")
    return found[0] if found else None


def _counts_of_visium(path: Path) -> Path:
    found = sorted(file for name in MATRIX_NAMES for file in path.glob(f"*{name}.h5"))
    found = found or [path / name for name in MATRIX_NAMES if (path / name).is_dir()]
    if len(found) != 1:
        fault = f"holds {len(found)} files *{MATRIX_NAMES[0]}.h5" if found else f"lacks {MATRIX_NAMES[0]}.h5"
        raise InputError(f"{path}: a Visium folder that {fault}.")
    return found[0]


def _positions_file(path: Path) -> Path:
    found = [path / "spatial" / name for name in POSITION_FILES if (path / "spatial" / name).is_file()]
    if not found:
        raise InputError(f"{path / 'spatial'}: lacks {POSITION_FILES[0]}.")
    return found[0]


def read_positions(content: bytes, origin: str) -> pd.DataFrame:
    """Return the places of spots from a file of Space Ranger, with a header (from version 2) or without.

    Parameters
    ----------
    content
        The file.
    origin
        What to call it in a complaint.

    Returns
    -------
    pandas.DataFrame
        Columns ``pxl_row`` and ``pxl_col``, pixels of the full image, indexed by barcode.

    Raises
    ------
    InputError
        If it is no such table, a spot has no place, or a spot comes twice.
    """
    header = 0 if content.startswith(POSITION_COLUMNS[0].encode()) else None
    try:
        table = pd.read_csv(io.BytesIO(content), header=header, names=POSITION_COLUMNS, index_col=0)
        pixels = table[["pxl_row", "pxl_col"]].astype(float)
    except ValueError as error:
        raise InputError(f"{origin} is not a table of {', '.join(POSITION_COLUMNS)}.") from error
    if pixels.isna().any(axis=None) or not table.index.is_unique:
        raise InputError(f"{origin} lacks coordinates, or has a spot twice.")
    return pixels


def _with_places(counts: anndata.AnnData, path: Path) -> anndata.AnnData:
    file = _positions_file(path)
    positions = read_positions(file.read_bytes(), str(file))
    without = counts.obs_names.difference(positions.index)
    if len(without):
        raise InputError(f"{file}: has no place for spot {without[0]!r}.")
    counts.obsm["spatial"] = positions.loc[counts.obs_names, ["pxl_col", "pxl_row"]].to_numpy()
    return counts
