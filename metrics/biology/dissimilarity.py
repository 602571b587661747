"""How unlike the nearest genes of a gene are in two datasets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

NEIGHBOURS = 10
"""Nearest genes that make a neighbourhood."""


@dataclass(frozen=True, eq=False)
class Dissimilarities:
    """Dissimilarity of the neighbourhoods of every gene in pairs of datasets.

    Attributes
    ----------
    genes
        Names of all datasets, shape (n_genes,).
    pairs
        The two datasets of each pair, int of shape (n_pairs, 2).
    values
        1 - Jaccard index over what chance gives (0: the same, 1: chance), shape (n_genes, n_pairs); NaN where
        a gene has not both vectors.
    """

    genes: pd.Index
    pairs: np.ndarray
    values: np.ndarray


def dissimilarities(
    values: Sequence[np.ndarray], genes: Sequence[pd.Index], k: int = NEIGHBOURS
) -> Dissimilarities:
    """Compare the k nearest genes of every gene between datasets, by cosine similarity within each.

    Neighbours are searched among the genes that both datasets have: others would make two neighbourhoods
    unlike that are not. The fewer these are, the more two neighbourhoods share by chance, so the
    dissimilarity is divided by that of random ones. A pair with at most 2 k genes in common has no values.

    Parameters
    ----------
    values
        For each dataset its vectors, shape (n_genes, dim); rows of zeros are genes without one.
    genes
        For each dataset the names of the genes; of rows with one name the first counts.
    k
        Neighbours of a gene.
    """
    names = pd.Index(sorted(set().union(*genes)), dtype=object)
    datasets = [_by_name(matrix, own, names) for matrix, own in zip(values, genes, strict=True)]
    pairs = list(combinations(range(len(datasets)), 2))
    found = np.full((len(names), len(pairs)), np.nan, dtype=np.float32)
    for number, (one, other) in enumerate(pairs):
        common = np.flatnonzero((datasets[one].row >= 0) & (datasets[other].row >= 0))
        if len(common) > 2 * k:
            shared = _neighbours(datasets[one], common, k) & _neighbours(datasets[other], common, k)
            both = shared.sum(axis=1)
            found[common, number] = _unlike(both, k) / _by_chance(len(common), k)
    return Dissimilarities(names, np.array(pairs, dtype=np.int64).reshape(-1, 2), found)


def _unlike(both: np.ndarray, k: int) -> np.ndarray:
    """Return 1 - Jaccard index of two sets of k that have some in common."""
    return np.asarray(1 - both / (2 * k - both))


def _by_chance(n: int, k: int) -> float:
    """Return the expected dissimilarity of two random sets of k of the other n - 1 genes."""
    both = np.arange(k + 1)
    return float(hypergeom.pmf(both, n - 1, k, k) @ _unlike(both, k))


@dataclass(frozen=True, eq=False)
class _Directions:
    """Unit vectors of the genes of a dataset, and the row of each name of all datasets (-1: none)."""

    unit: np.ndarray
    row: np.ndarray


def _by_name(matrix: np.ndarray, genes: pd.Index, names: pd.Index) -> _Directions:
    kept = np.flatnonzero(matrix.any(axis=1) & ~genes.duplicated())
    vectors = matrix[kept].astype(np.float32)
    row = np.full(len(names), -1)
    row[names.get_indexer(genes[kept])] = np.arange(len(kept))
    return _Directions(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), row)


def _neighbours(dataset: _Directions, common: np.ndarray, k: int) -> np.ndarray:
    """Return which of the common genes are the k nearest of each, bool of shape (n_common, n_common)."""
    unit = dataset.unit[dataset.row[common]]
    cosine = unit @ unit.T
    np.fill_diagonal(cosine, -np.inf)
    nearest = np.argpartition(-cosine, k, axis=1)[:, :k]
    found = np.zeros(cosine.shape, dtype=bool)
    np.put_along_axis(found, nearest, values=True, axis=1)
    return found
