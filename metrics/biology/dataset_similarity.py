"""How alike two datasets are by what an embedding says of the genes that both have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from geneboard.metrics.biology.strata import NamePool, one_stratum

DRAWS = 200
"""Bootstrap samples of the genes."""

MOST_GENES = 500
"""Genes of two datasets that are compared: where they have more in common, so many are drawn."""

DIGITS = 6
"""Similarities that differ by less are equal."""

NO_SPREAD, ROUNDING = 1e-18, 1e-6
"""Variance of cosines, and share of their mean square, below which it is no more than rounding."""


@dataclass(frozen=True, eq=False)
class DatasetSimilarities:
    """Similarities of all pairs of datasets, and what they are for genes drawn anew.

    Attributes
    ----------
    profile
        Correlation of the cosine similarities of pairs of genes, shape (1 + n_draws, n_datasets, n_datasets);
        the first is of the genes themselves. NaN where a dataset has all genes alike.
    mean_vector
        Cosine of the mean vectors, of the same shape.
    common
        Genes that both datasets have a vector of, int of shape (n_datasets, n_datasets).
    """

    profile: np.ndarray
    mean_vector: np.ndarray
    common: np.ndarray


def dataset_similarities(
    values: Sequence[np.ndarray], genes: Sequence[pd.Index], *, draws: int = DRAWS, seed: int = 0
) -> DatasetSimilarities:
    """Compare every two datasets over the genes that both have.

    What stands for a dataset is its profile: the cosine similarities of all pairs of genes. Two profiles are
    compared by their correlation, the cosine of the centred profiles (representational similarity analysis:
    Kriegeskorte et al. 2008, Front. Syst. Neurosci. 2). It does not change when one dataset is rotated or
    mirrored, so it means the same for methods that put every dataset into a space of its own. The cosine of
    mean vectors, which the design names, does change then: between such spaces it is an accident, and it says
    something of methods alone that align their datasets. It stands beside the profile.

    The genes are those of the two datasets and not of all: each has 1000 of its own, and 25 real datasets of
    five tissues have none in common.

    A bootstrap sample is one of names, the same in all datasets; a pair of genes counts as often as both have
    been drawn, never a gene with itself.

    Parameters
    ----------
    values
        For each dataset its vectors, shape (n_genes, dim); rows of zeros are genes without one.
    genes
        For each dataset the names of its genes, unique.
    draws, seed
        Bootstrap samples, and what determines them.
    """
    kept = [np.flatnonzero(vectors.any(axis=1)) for vectors in values]
    names = [own[rows] for own, rows in zip(genes, kept, strict=True)]
    unit = [_unit(vectors[rows]) for vectors, rows in zip(values, kept, strict=True)]
    pool = NamePool.of(names, one_stratum(names))
    order = np.argsort(np.asarray(pool.names, dtype=str), kind="stable")
    rng, n_names = np.random.default_rng(seed), len(order)
    weights, turn = np.ones((1 + draws, n_names), dtype=np.float32), np.empty(n_names, dtype=np.int64)
    # by name, in whatever order datasets and genes are
    weights[1:, order] = rng.multinomial(n_names, np.full(n_names, 1 / n_names), draws)
    turn[order] = rng.permutation(n_names)
    n = len(values)
    profile, mean_vector = np.ones((2, 1 + draws, n, n))
    common = np.diag([len(own) for own in names])
    for i, j in combinations(range(n), 2):
        codes, rows, others = np.intersect1d(pool.codes[i], pool.codes[j], return_indices=True)
        common[i, j] = common[j, i] = len(codes)
        drawn = np.argsort(turn[codes])[:MOST_GENES]
        one, other, own = unit[i][rows[drawn]], unit[j][others[drawn]], weights[:, codes[drawn]]
        profile[:, i, j] = profile[:, j, i] = profile_correlation(one @ one.T, other @ other.T, own)
        mean_vector[:, i, j] = mean_vector[:, j, i] = _cosine(own @ one, own @ other)
    return DatasetSimilarities(profile.round(DIGITS), mean_vector.round(DIGITS), common)


def profile_correlation(one: np.ndarray, other: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return the weighted correlation of two similarity matrices over pairs of different genes.

    Parameters
    ----------
    one, other
        Similarities of the same genes, shape (n_genes, n_genes), symmetric.
    weights
        How often each gene was drawn, shape (n_draws, n_genes); a pair weighs the product of its genes.

    Returns
    -------
    np.ndarray
        Shape (n_draws,); NaN where a matrix has the same value everywhere.
    """
    one, other = _centred(one), _centred(other)
    total = weights.sum(axis=1, dtype=np.float64) ** 2 - (weights**2).sum(axis=1, dtype=np.float64)

    def mean(matrix: np.ndarray) -> np.ndarray:
        summed = ((weights @ matrix) * weights).sum(axis=1, dtype=np.float64)
        return np.asarray(np.divide(summed, total, out=np.full(total.shape, np.nan), where=total > 0))

    first, second = mean(one), mean(other)
    squares = mean(one**2), mean(other**2)
    spreads = squares[0] - first**2, squares[1] - second**2
    least = [np.maximum(NO_SPREAD, ROUNDING * square) for square in squares]
    known = (spreads[0] > least[0]) & (spreads[1] > least[1])
    spread = np.sqrt(np.where(known, spreads[0] * spreads[1], 1.0))
    return np.where(known, np.clip((mean(one * other) - first * second) / spread, -1, 1), np.nan)


def _centred(similarity: np.ndarray) -> np.ndarray:
    """Return a matrix minus its mean over pairs, zeros on its diagonal; float32, which is twice as fast."""
    off = ~np.eye(len(similarity), dtype=bool)
    mean = similarity[off].mean() if off.any() else 0.0
    return np.where(off, similarity - mean, 0.0).astype(np.float32)


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = vectors.astype(np.float64)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def _cosine(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the cosine of each row with that of the other; NaN where one has no length."""
    length = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    product = (one * other).sum(axis=1)
    return np.asarray(np.divide(product, length, out=np.full(len(one), np.nan), where=length > 1e-9))
