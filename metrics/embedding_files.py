"""Embeddings as rows: from memory, and from .h5ad files of any origin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError, closest_name, reading
from geneboard.datasets.hdf5_files import dense, read_h5ad
from geneboard.methods.base import GeneEmbeddings
from geneboard.metrics.base import TOO_LARGE, EmbeddingRows, unusable_rows

DATASET_COLUMNS = ("dataset", "tissue")
"""Columns of obs that may name the dataset; the published scripts call it tissue."""

MADE_UNIQUE = re.compile(r"-\d+$")
"""What anndata appends to row names that repeat."""


def rows_of(embeddings: GeneEmbeddings, tissue: Tissue) -> EmbeddingRows:
    """Return the embeddings of a method as rows, dataset by dataset in the order of the tissue.

    Raises
    ------
    ValueError
        If datasets or genes are not those of the tissue, in its order.
    """
    if embeddings.datasets != tuple(graph.name for graph in tissue.graphs):
        raise ValueError(f"embeddings of {', '.join(embeddings.datasets)} are not those of {tissue.name}")
    for graph, genes in zip(tissue.graphs, embeddings.genes, strict=True):
        if not graph.genes.equals(genes):
            raise ValueError(f"{graph.name}: the genes of the embedding are not those of the graph")
    sizes = [graph.n_genes for graph in tissue.graphs]
    return EmbeddingRows(
        np.concatenate(embeddings.values),
        np.concatenate([graph.genes.to_numpy(dtype=object) for graph in tissue.graphs]),
        np.repeat(np.arange(len(sizes)), sizes),
        np.concatenate([np.arange(size) for size in sizes]),
    )


def read_rows(path: Path, tissue: Tissue) -> EmbeddingRows:
    """Read an embedding .h5ad with one row per (gene, dataset) pair of a tissue, in any order.

    X is the embedding, obs.gene the gene and obs.dataset (or obs.tissue) the dataset, as
    ``modality_tissue__id``, ``modality_tissue_id`` or, where only one dataset has it, ``id``. Without
    obs.gene the row names are the genes; what anndata appends to repeated names ("-1") is taken off where
    that leaves a gene of the dataset and the full name is none.

    Returns
    -------
    EmbeddingRows
        Rows in the order of the file.

    Raises
    ------
    InputError
        If the file cannot be read, columns or pairs are missing, a dataset or gene is unknown, a pair appears
        twice, or a value is not finite.
    """
    return rows_named(path, *_contents(path), tissue)


def rows_named(path: Path, matrix: np.ndarray, obs: pd.DataFrame, tissue: Tissue) -> EmbeddingRows:
    """Return the rows of a matrix, float32 of shape (n_rows, dim), that a table names as `read_rows` says.

    Raises
    ------
    InputError
        As for `read_rows`; `path` is what a sentence begins with.
    """
    column = next((name for name in DATASET_COLUMNS if name in obs), None)
    if column is None:
        raise InputError(f"{path}: obs has neither a column 'dataset' nor a column 'tissue'")
    dataset = _dataset_indices(path, _labels(path, obs[column]), tissue)
    if "gene" in obs:
        gene = _labels(path, obs["gene"])
        position = _positions(gene, dataset, tissue)
    else:
        gene, position = _genes_from_row_names(path, obs.index.to_numpy(dtype=object), dataset, tissue)
    _check_pairs(path, gene, dataset, position, tissue)
    return EmbeddingRows(matrix, gene, dataset, position)


def _contents(path: Path) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the embedding as float32 and the table of its rows."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    data = read_h5ad(path, "not a readable .h5ad file")
    if not data.n_obs or data.X is None or not data.n_vars:
        raise InputError(f"{path}: X holds no embedding (shape {data.shape})")
    with reading(path, "holds no embedding"), np.errstate(over="ignore"):
        matrix = np.ascontiguousarray(dense(data.X), dtype=np.float32)
    bad = unusable_rows(matrix)
    n_bad = int(bad.sum())
    if n_bad:
        row = int(np.argmax(bad))
        raise InputError(
            f"{path}: {n_bad} of {len(matrix)} rows hold values that are NaN or {TOO_LARGE}, "
            f"the first is row {row}, {data.obs_names[row]!r}"
        )
    return matrix, data.obs


def _labels(path: Path, column: pd.Series) -> np.ndarray:
    """Return a column of obs as an array of strings."""
    if column.isna().any():
        raise InputError(f"{path}: obs.{column.name} is empty in {column.isna().sum()} of {len(column)} rows")
    return column.astype(str).to_numpy(dtype=object)


def dataset_names(tissue: Tissue) -> dict[str, int]:
    """Return what a dataset may be called in a file: name -> index, without what two may be called."""
    forms: dict[str, list[int]] = {}
    for index, graph in enumerate(tissue.graphs):
        short = graph.name.partition("__")[2]
        for form in {graph.name.replace("__", "_", 1), short} - {"", graph.name}:
            forms.setdefault(form, []).append(index)
    names = {form: indices[0] for form, indices in forms.items() if len(indices) == 1}
    return names | {graph.name: index for index, graph in enumerate(tissue.graphs)}


def _dataset_indices(path: Path, labels: np.ndarray, tissue: Tissue) -> np.ndarray:
    """Return the index of the dataset that each label names."""
    names = dataset_names(tissue)
    codes, distinct = pd.factorize(labels)
    for label in distinct:
        if label not in names:
            raise InputError(
                f"{path}: dataset {label!r} is not one of the {len(tissue.graphs)} datasets of "
                f"{tissue.name}{closest_name(label, names)}"
            )
    return np.array([names[label] for label in distinct])[codes]


def _positions(gene: np.ndarray, dataset: np.ndarray, tissue: Tissue) -> np.ndarray:
    """Return the index of each row's gene in the graph of its dataset, -1 where it is not there."""
    position = np.empty(len(gene), dtype=np.int64)
    for index, graph in enumerate(tissue.graphs):
        inside = dataset == index
        position[inside] = graph.genes.get_indexer(pd.Index(gene[inside]))
    return position


def _genes_from_row_names(
    path: Path, names: np.ndarray, dataset: np.ndarray, tissue: Tissue
) -> tuple[np.ndarray, np.ndarray]:
    """Return gene and position of each row from names that anndata may have made unique."""
    plain = np.array([MADE_UNIQUE.sub("", name) for name in names], dtype=object)
    position, plain_position = _positions(names, dataset, tissue), _positions(plain, dataset, tissue)
    unclear = (position >= 0) & (plain_position >= 0) & (names != plain)
    if unclear.any():
        row = int(np.argmax(unclear))
        raise InputError(
            f"{path}: obs has no column 'gene', and the row name {names[row]!r} may mean the gene "
            f"{names[row]!r} or the gene {plain[row]!r}"
        )
    stripped = (position < 0) & (plain_position >= 0)
    return np.where(stripped, plain, names), np.where(stripped, plain_position, position)


def _check_pairs(
    path: Path, gene: np.ndarray, dataset: np.ndarray, position: np.ndarray, tissue: Tissue
) -> None:
    """Raise unless every (gene, dataset) pair of the tissue has exactly one row."""
    unknown = np.flatnonzero(position < 0)
    if len(unknown):
        row = unknown[0]
        raise InputError(
            f"{path}: gene {gene[row]!r} is not in the graph of {tissue.graphs[dataset[row]].name} "
            f"({len(unknown)} of {len(gene)} rows name such a gene)"
        )
    sizes = [graph.n_genes for graph in tissue.graphs]
    first = np.cumsum([0, *sizes])
    count = np.bincount(first[dataset] + position, minlength=first[-1])
    for fault, pairs in (("more than one row", count > 1), ("no row", count == 0)):
        if pairs.any():
            example = _pair_name(int(np.argmax(pairs)), first, tissue)
            raise InputError(
                f"{path}: {pairs.sum()} of {len(count)} (gene, dataset) pairs have {fault}, "
                f"for example {example}"
            )


def _pair_name(pair: int, first: Iterable[int], tissue: Tissue) -> str:
    """Return "GENE in DATASET" for a pair counted over all datasets."""
    index = int(np.searchsorted(np.asarray(first), pair, side="right")) - 1
    graph = tissue.graphs[index]
    return f"{graph.genes[pair - np.asarray(first)[index]]} in {graph.name}"
