"""Ways to ruin an embedding step by step; each is a pure function of rows, level and seed.

Level 0 leaves an embedding as it is, the last level leaves nothing of what is attacked. A repeat keeps its
seed over all levels, so that its levels are points on one way down and not seven independent accidents.

Sizes are relative to the *unit* of an embedding, the root mean square distance of its rows from their mean.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from geneboard.metrics.base import EmbeddingRows

NOISE_OF_COLLAPSE = 0.2
"""Length of the noise that a whole collapse leaves, in units. With less, the way to the point takes nothing
until its end, because no metric sees the size of an embedding."""


def unit(matrix: np.ndarray) -> float:
    """Return the root mean square Euclidean distance of rows from their mean."""
    points = matrix.astype(np.float64)
    return float(np.sqrt(((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()))


def add_noise(rows: EmbeddingRows, level: float, seed: int) -> EmbeddingRows:
    """Add Gaussian noise whose root mean square length is `level` units."""
    noise = np.random.default_rng(seed).standard_normal(rows.matrix.shape)
    return _moved(rows, level * unit(rows.matrix) / np.sqrt(rows.matrix.shape[1]) * noise)


def shift_datasets(rows: EmbeddingRows, level: float, seed: int) -> EmbeddingRows:
    """Move each dataset as a whole by `level` units, in a random direction of its own."""
    n_datasets = int(rows.dataset.max()) + 1
    directions = np.random.default_rng(seed).standard_normal((n_datasets, rows.matrix.shape[1]))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return _moved(rows, level * unit(rows.matrix) * directions[rows.dataset])


def collapse(rows: EmbeddingRows, level: float, seed: int) -> EmbeddingRows:
    """Draw all rows towards one random point, (1 - level) of the way left, while noise grows.

    The point is as far from the origin as the rows are, and the noise `level` of `NOISE_OF_COLLAPSE` units
    long, both in the root mean square.
    """
    rng = np.random.default_rng(seed)
    points = rows.matrix.astype(np.float64)
    point = rng.standard_normal(points.shape[1])
    point *= np.sqrt((points**2).sum(axis=1).mean()) / np.linalg.norm(point)
    length = NOISE_OF_COLLAPSE * unit(rows.matrix) / np.sqrt(points.shape[1])
    return _moved(rows, level * (point - points + length * rng.standard_normal(points.shape)))


def shuffle_genes(rows: EmbeddingRows, level: float, seed: int) -> EmbeddingRows:
    """Exchange the vectors of a share `level` of the genes, in every dataset on its own.

    None of these genes keeps its vector. As the vectors are the same as before, it is the names that are
    exchanged: neighbours and clusters stay, and a score that changes does so because of the names.
    """
    takes = np.arange(len(rows.gene))
    rng = np.random.default_rng(seed)
    for dataset in np.unique(rows.dataset):
        chosen = _share(np.flatnonzero(rows.dataset == dataset), level, rng)
        takes[chosen] = np.roll(chosen, 1)
    return _renamed(rows, takes)


def shuffle_names(rows: EmbeddingRows, level: float, seed: int) -> EmbeddingRows:
    """Exchange the vectors of a share `level` of the genes, in all datasets alike.

    The same gene of several datasets still has vectors that belong together, but those of another gene. Genes
    are exchanged with genes of the same datasets only, so a gene that no other gene can stand for stays.
    """
    _, gene = np.unique(rows.gene.astype(str), return_inverse=True)
    row_of = np.full((gene.max() + 1, int(rows.dataset.max()) + 1), -1)
    row_of[gene, rows.dataset] = np.arange(len(gene))
    _, presence = np.unique(row_of >= 0, axis=0, return_inverse=True)
    stands_for = np.arange(len(row_of))
    rng = np.random.default_rng(seed)
    for pattern in np.unique(presence):
        chosen = _share(np.flatnonzero(presence == pattern), level, rng)
        stands_for[chosen] = np.roll(chosen, 1)
    return _renamed(rows, row_of[stands_for[gene], rows.dataset])


def drop_dimensions(rows: EmbeddingRows, level: float, seed: int) -> EmbeddingRows:  # noqa: ARG001 - nothing random
    """Halve the number of principal components `level` times and keep the strongest, at least one."""
    kept = max(1, rows.matrix.shape[1] >> int(level))
    if kept == rows.matrix.shape[1]:
        return rows
    points = rows.matrix.astype(np.float64)
    centred = points - points.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)  # ascending
    lost = axes[:, : points.shape[1] - kept]
    return _moved(rows, -(centred @ lost) @ lost.T)


def random_rows(rows: EmbeddingRows, seed: int) -> EmbeddingRows:
    """Return rows that know nothing: independent normal noise, as the control `random`."""
    noise = np.random.default_rng(seed).standard_normal(rows.matrix.shape, dtype=np.float32)
    return replace(rows, matrix=noise)


def _share(members: np.ndarray, share: float, rng: np.random.Generator) -> np.ndarray:
    """Return a random share of some indices in random order; a larger share of the same draw holds them."""
    return rng.permutation(members)[: round(share * len(members))]


def _moved(rows: EmbeddingRows, by: np.ndarray) -> EmbeddingRows:
    return replace(rows, matrix=(rows.matrix + by).astype(np.float32))


def _renamed(rows: EmbeddingRows, takes: np.ndarray) -> EmbeddingRows:
    """Give every vector the gene of another row of its dataset."""
    return replace(rows, gene=rows.gene[takes], position=rows.position[takes])
