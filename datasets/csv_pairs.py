"""The published form of a gene graph: two CSV files, features and adjacency."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.graph_cache import content_sha256
from geneboard.datasets.graphs.gene_ids import guess_species, without_version

FEATURES = "_rna_expression.csv"
"""Ending of the residuals, genes x cells."""

ADJACENCY = "_pvalue.csv"
"""Ending of the adjacency. Despite the name it holds 0 and 1 (p < 0.005), with the diagonal of the test."""


def read_csv_pair(features: Path, adjacency: Path, *, name: str, tissue: str, modality: str) -> GeneGraph:
    """Read a published pair of CSV files.

    Raises
    ------
    InputError
        If a file cannot be read, the genes of the two differ, or the adjacency is not a symmetric square
        matrix of 0 and 1.
    """
    values, edges = _read(features), _read(adjacency)
    genes = without_version(values.index)
    if not genes.is_unique:
        raise InputError(f"{features}: gene {genes[genes.duplicated()][0]} appears twice.")
    _check_edges(edges, adjacency)
    if not without_version(edges.index).equals(genes):
        raise InputError(
            f"{adjacency}: the genes differ from those of {features.name} "
            f"({_difference(values.index, edges.index)})."
        )
    matrix = values.to_numpy(dtype=np.float32)
    if not np.isfinite(matrix).all():
        raise InputError(f"{features}: the features contain NaN or infinite values.")
    provenance = {
        "files": {path.name: content_sha256([path]) for path in (features, adjacency)},
        "steps": "made by another program",
    }
    return GeneGraph(
        name,
        tissue,
        modality,
        guess_species(genes),
        pd.Index(genes.to_numpy(dtype=object)),
        np.ascontiguousarray(matrix),
        sparse.csr_matrix(edges.to_numpy() != 0),
        provenance,
    )


def read_csv_genes(features: Path) -> pd.Index:
    """Return the gene names of a file of features without reading the rest."""
    with reading(features, "not a readable CSV file"):
        names = pd.read_csv(features, usecols=[0], dtype=str, keep_default_na=False).iloc[:, 0]
    return without_version(pd.Index(names))


def _read(path: Path) -> pd.DataFrame:
    """Read a table of numbers whose first column is gene names, also names such as NA or NAN."""
    with reading(path, "not a readable CSV file"):
        table = pd.read_csv(path, converters={0: str}, low_memory=False)
    if table.shape[0] == 0 or table.shape[1] < 2:
        raise InputError(f"{path}: not a table of genes.")
    table = table.set_index(table.columns[0])
    for column, kind in table.dtypes.items():
        if not pd.api.types.is_numeric_dtype(kind):
            raise InputError(f"{path}: column {column} holds something other than numbers.")
    return table


def _check_edges(edges: pd.DataFrame, path: Path) -> None:
    if edges.shape[0] != edges.shape[1]:
        raise InputError(f"{path}: the adjacency is not square ({edges.shape[0]} x {edges.shape[1]}).")
    if not pd.Index(edges.columns.astype(str)).equals(pd.Index(edges.index.astype(str))):
        raise InputError(f"{path}: rows and columns of the adjacency are different genes.")
    matrix = edges.to_numpy()
    if not np.isin(matrix, (0, 1)).all():
        raise InputError(f"{path}: the adjacency holds values other than 0 and 1.")
    if (matrix != matrix.T).any():
        i, j = np.argwhere(matrix != matrix.T)[0]
        raise InputError(
            f"{path}: the adjacency is not symmetric, for example {edges.index[i]} and {edges.index[j]}."
        )


def _difference(first: pd.Index, second: pd.Index) -> str:
    only = [*first.difference(second)[:1], *second.difference(first)[:1]]
    return f"{only[0]} is in one only" if only else "the order differs"
