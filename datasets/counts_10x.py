"""Raw counts as 10x pipelines write them: .h5 files, matrix folders, and Visium with the places of spots."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from scipy import sparse
from scipy.io import mmread

from geneboard.datasets.counts_10x_files import TenxFiles, tenx_files
from geneboard.datasets.errors import READ_ERRORS, InputError, reading
from geneboard.datasets.graphs.feature_names import EXPRESSION
from geneboard.datasets.hdf5_files import opened
from geneboard.datasets.sparse_matrices import compressed_rows

INSTALL_PARQUET = 'pip install -c constraints.txt ".[visium-hd]"'
POSITION_COLUMNS = ["barcode", "in_tissue", "array_row", "array_col", "pxl_row", "pxl_col"]


def gene_names(path: Path) -> list[pd.Index]:
    """Return the symbols and the Ensembl ids of the genes, in the order of the columns of `read_10x`.

    Raises
    ------
    InputError
        If the file or folder cannot be read.
    """
    genes = _genes(tenx_files(path))
    return [pd.Index(genes["symbol"]), pd.Index(genes["id"])]


def read_10x(path: Path) -> anndata.AnnData:
    """Read counts of gene expression; antibodies, guides and other features are left out.

    Parameters
    ----------
    path
        As for `tenx_files`; places of Visium go to ``obsm["spatial"]`` (column, row).

    Returns
    -------
    anndata.AnnData
        Cells x genes, CSR, with symbols as names and ``var["id"]``.

    Raises
    ------
    InputError
        If it cannot be read, its parts do not fit together, or it has genes of several genomes.
    """
    files = tenx_files(path)
    genes = _genes(files)
    if files.tables is None:
        matrix, barcodes = _matrix_of_h5(files.matrix)
    else:
        matrix, barcodes = _matrix_of_three(files.matrix, files.tables[1])
    if matrix.shape != (len(barcodes), len(genes.attrs["expression"])):
        raise InputError(
            f"{path}: the matrix has {matrix.shape[0]} cells and {matrix.shape[1]} features, the lists "
            f"{len(barcodes)} and {len(genes.attrs['expression'])}."
        )
    counts = sparse.csr_matrix(matrix[:, genes.attrs["expression"]])
    names = pd.Index(genes["symbol"].to_numpy(dtype=object))
    table = anndata.AnnData(
        counts,
        obs=pd.DataFrame(index=pd.Index(barcodes)),
        var=pd.DataFrame({"id": genes["id"].to_numpy()}, index=names),
    )
    return table if files.positions is None else _with_places(table, files.positions)


def _genes(files: TenxFiles) -> pd.DataFrame:
    """Return id and symbol of the genes; ``attrs["expression"]`` says which features they are."""
    path = files.matrix if files.tables is None else files.tables[0]
    features = _features_of_h5(path) if files.tables is None else _features_of_table(path)
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


def _features_of_table(path: Path) -> pd.DataFrame:
    table = _tab_separated(path)
    symbol = table[1] if table.shape[1] > 1 else table[0]
    kind = table[2] if table.shape[1] > 2 else EXPRESSION
    return pd.DataFrame({"id": table[0], "symbol": symbol, "type": kind, "genome": ""})


def _matrix_of_three(path: Path, barcodes: Path) -> tuple[sparse.csr_matrix, np.ndarray]:
    with reading(path, "not a readable matrix market file"):
        cells_by_genes = sparse.csr_matrix(mmread(path).T)
    return cells_by_genes, _tab_separated(barcodes)[0].to_numpy(dtype=str)


def _tab_separated(path: Path) -> pd.DataFrame:
    with reading(path, "cannot be read as a table"):
        # No value is missing: there are genes and symbols that look like one ("NA", "nan").
        return pd.read_csv(path, sep="\t", header=None, dtype=str, keep_default_na=False, quoting=3)


def read_positions(content: bytes, origin: str) -> pd.DataFrame:
    """Return the places of spots from a file of Space Ranger.

    Parameters
    ----------
    content
        The file: a table with commas, with a header (from version 2) or without, also packed with gzip, or
        Parquet (Visium HD).
    origin
        What to call it in a complaint.

    Returns
    -------
    pandas.DataFrame
        Columns ``pxl_row`` and ``pxl_col``, pixels of the full image, indexed by barcode.

    Raises
    ------
    InputError
        If it is no such table, a spot has no place, a spot comes twice, or Parquet cannot be read here.
    """
    try:
        table = _positions_table(content)
        pixels = table[["pxl_row", "pxl_col"]].astype(float)
    except ImportError as error:
        raise InputError(f"{origin} is in Parquet, which needs pyarrow: {INSTALL_PARQUET}.") from error
    except READ_ERRORS as error:
        raise InputError(f"{origin} is not a table of {', '.join(POSITION_COLUMNS)}.") from error
    if pixels.isna().any(axis=None) or not table.index.is_unique:
        raise InputError(f"{origin} lacks coordinates, or has a spot twice.")
    return pixels


def _positions_table(content: bytes) -> pd.DataFrame:
    if content.startswith(b"PAR1"):
        table = pd.read_parquet(io.BytesIO(content)).set_index(POSITION_COLUMNS[0])
        return table.rename(columns=lambda name: name.removesuffix("_in_fullres"))
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    header = 0 if content.startswith(POSITION_COLUMNS[0].encode()) else None
    return pd.read_csv(io.BytesIO(content), header=header, names=POSITION_COLUMNS, index_col=0)


def _with_places(counts: anndata.AnnData, file: Path) -> anndata.AnnData:
    positions = read_positions(file.read_bytes(), str(file))
    without = counts.obs_names.difference(positions.index)
    if len(without):
        raise InputError(f"{file}: has no place for spot {without[0]!r}.")
    counts.obsm["spatial"] = positions.loc[counts.obs_names, ["pxl_col", "pxl_row"]].to_numpy()
    return counts
