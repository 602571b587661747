"""Which vector belongs to which gene of a tissue, and which genes have none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.benchmark.external.vectors import GeneVectors, read_vectors
from geneboard.datasets.base import Tissue
from geneboard.datasets.errors import InputError, closest
from geneboard.datasets.graph_files import split_name
from geneboard.datasets.graphs.gene_ids import naming_of, without_version
from geneboard.datasets.graphs.gene_tables import read_identifiers
from geneboard.metrics.embedding_files import dataset_names


@dataclass(frozen=True, eq=False)
class Matched:
    """Vectors in the order of a tissue.

    Parameters
    ----------
    values
        For each dataset float32 of shape (n_genes, dim); genes without a vector have zeros.
    covered
        For each dataset which genes have a vector, boolean of shape (n_genes,).
    """

    values: tuple[np.ndarray, ...]
    covered: tuple[np.ndarray, ...]


def read_matched(path: Path, identifiers: Sequence[Path], tissue: Tissue) -> Matched:
    """Return the vectors of a file in the order of a tissue, given tables of Ensembl ids and symbols.

    Raises
    ------
    InputError
        If a file is not usable, or has a vector for no gene of the tissue.
    """
    return match(read_vectors(path), tissue, read_identifiers(*identifiers) if identifiers else None)


def match(vectors: GeneVectors, tissue: Tissue, ids: pd.DataFrame | None = None) -> Matched:
    """Give every gene of every dataset its vector, and the zero vector where there is none.

    A gene is looked for under its own name, then without the version of an Ensembl id, then, with a table,
    under the identifiers that the table gives as the same gene; where two of those are in the file, neither
    is taken.

    Parameters
    ----------
    vectors
        What a file holds.
    tissue
        The gene graphs.
    ids
        Table of `datasets.graphs.gene_tables.read_identifiers`.

    Raises
    ------
    InputError
        If no gene of the tissue has a vector, or the file names a dataset that the tissue does not have.
    """
    rows_of_dataset = _rows_of_datasets(vectors, tissue)
    values, covered = [], []
    for graph, rows in zip(tissue.graphs, rows_of_dataset, strict=True):
        found = positions_among(vectors.ids[rows], graph.genes, ids)
        own = np.zeros((graph.n_genes, vectors.matrix.shape[1]), dtype=np.float32)
        own[found >= 0] = vectors.matrix[rows[found[found >= 0]]]
        values.append(own)
        covered.append(found >= 0)
    if not any(own.any() for own in covered):
        genes = tissue.graphs[0].genes
        raise InputError(
            f"{vectors.path}: has a vector for none of the genes of {tissue.name}; it holds "
            f"{naming_of(vectors.ids)} such as {vectors.ids[0]!r}, the tissue "
            f"{naming_of(genes)} such as {genes[0]!r}"
            + ("" if ids is not None else " (a table of both can be given with --ids)")
        )
    return Matched(tuple(values), tuple(covered))


def _rows_of_datasets(vectors: GeneVectors, tissue: Tissue) -> list[np.ndarray]:
    """Return the rows that each dataset may take its vectors from."""
    if vectors.dataset is None:
        return [np.arange(len(vectors.ids)) for _ in tissue.graphs]
    names = dataset_names(tissue)
    for label in dict.fromkeys(vectors.dataset):
        if label not in names and not _is_of_another_tissue(label, tissue):
            raise InputError(
                f"{vectors.path}: dataset {label!r} is not one of {tissue.name}{closest(label, names)}"
            )
    index = np.array([names.get(label, -1) for label in vectors.dataset])
    rows = [np.flatnonzero(index == number) for number in range(len(tissue.graphs))]
    for graph, own in zip(tissue.graphs, rows, strict=True):  # one dataset may go by two names
        twice = vectors.ids[own].duplicated()
        if twice.any():
            gene = vectors.ids[own][twice][0]
            raise InputError(f"{vectors.path}: gene {gene!r} of {graph.name} has more than one row")
    return rows


def _is_of_another_tissue(label: str, tissue: Tissue) -> bool:
    """Return whether a label is the full name of a dataset of another tissue of the same run."""
    try:
        return split_name(label)[1] != tissue.name
    except ValueError:
        return False


def positions_among(names: pd.Index, genes: pd.Index, ids: pd.DataFrame | None) -> np.ndarray:
    """Return the position of each gene among unique names, -1 where it is not there.

    Names are compared as `match` says.
    """
    found = names.get_indexer(genes)
    plain = without_version(names)
    clear = ~plain.duplicated(keep=False)  # two versions of one id: which is meant is not known
    positions = pd.Series(np.flatnonzero(clear), index=plain[clear])
    found = _fill(found, positions.reindex(without_version(genes)))
    if ids is not None:
        for known, other in (("ensembl", "symbol"), ("symbol", "ensembl")):
            pairs = ids[[known, other]].assign(position=ids[other].map(positions)).dropna()
            pairs = pairs[~pairs[known].duplicated(keep=False)]
            translated = pairs.set_index(known)["position"]
            found = _fill(found, translated.reindex(without_version(genes)))
    return found


def _fill(found: np.ndarray, more: pd.Series) -> np.ndarray:
    filled: np.ndarray = np.where(found >= 0, found, more.fillna(-1).to_numpy()).astype(np.int64)
    return filled
