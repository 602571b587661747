"""AUC: how well similar embeddings tell co-expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView


def unit_length(matrix: np.ndarray) -> np.ndarray:
    """Scale rows to length 1, in float64; a row of zeros stays."""
    points: np.ndarray = np.asarray(matrix, dtype=np.float64)
    largest = np.abs(points).max(axis=1, initial=0, keepdims=True)
    # Scaled by the largest entry first: squares of tiny or huge entries would leave the range of numbers.
    points = np.divide(points, largest, out=np.zeros_like(points), where=largest > 0)
    lengths = np.linalg.norm(points, axis=1, keepdims=True)
    np.divide(points, lengths, out=points, where=lengths > 0)
    return points


def cosine_similarity(matrix: np.ndarray) -> np.ndarray:
    """Return the cosine of every pair of rows; with a zero vector it is 0.

    Parameters
    ----------
    matrix
        Shape (n, dim).

    Returns
    -------
    np.ndarray
        float64, exactly symmetric, at most 1, shape (n, n). The diagonal is exactly 1, or 0 for a zero
        vector.
    """
    unit = unit_length(matrix)
    # numpy computes the product of an array with its own transpose once per pair: symmetric to the last bit.
    cosine: np.ndarray = np.minimum(unit @ unit.T, 1.0)
    np.fill_diagonal(cosine, unit.any(axis=1))
    return cosine


def pairs_won(positive: np.ndarray, negative: np.ndarray) -> int:
    """Return twice the number of (positive, negative) pairs in order, ties counting half. Both sorted."""
    if len(positive) <= len(negative):
        below = np.searchsorted(negative, positive, side="left")
        not_above = np.searchsorted(negative, positive, side="right")
        return int(below.sum()) + int(not_above.sum())
    return 2 * len(positive) * len(negative) - pairs_won(negative, positive)


@dataclass(frozen=True, eq=False)
class GenePairs:
    """Similarities of gene pairs that are edges or not, each class sorted: {i, j} once, and {i, i} apart."""

    edge: np.ndarray
    no_edge: np.ndarray
    self_edge: np.ndarray
    no_self_edge: np.ndarray

    @classmethod
    def of(cls, similarity: np.ndarray, adjacency: np.ndarray) -> GenePairs:
        """Sort the pairs of a symmetric similarity and a symmetric boolean adjacency, both (n, n)."""
        upper = np.triu(np.ones(adjacency.shape, dtype=bool), 1)
        own, loops = np.diag(similarity), np.diag(adjacency)
        return cls(
            np.sort(similarity[upper & adjacency]),
            np.sort(similarity[upper & ~adjacency]),
            np.sort(own[loops]),
            np.sort(own[~loops]),
        )


def roc_auc(pairs: GenePairs, *, diagonal: bool) -> float | None:
    """Return the area under the ROC curve, exact, ties counting one half; None if there is one class only.

    The two triangles are equal, so each off-diagonal pair is counted twice instead of compared twice.

    Parameters
    ----------
    pairs
        Gene pairs of one dataset.
    diagonal
        True: both triangles and the diagonal (n * n pairs). False: one triangle only.

    Returns
    -------
    float or None
        Probability that an edge is more similar than a pair without edge, in 0..1.
    """
    if not diagonal:
        total = len(pairs.edge) * len(pairs.no_edge)
        return pairs_won(pairs.edge, pairs.no_edge) / (2 * total) if total else None
    positives = ((pairs.edge, 2), (pairs.self_edge, 1))
    negatives = ((pairs.no_edge, 2), (pairs.no_self_edge, 1))
    won = total = 0
    for positive, weight in positives:
        for negative, other_weight in negatives:
            won += weight * other_weight * pairs_won(positive, negative)
            total += weight * other_weight * len(positive) * len(negative)
    return won / (2 * total) if total else None


def dataset_aucs(
    rows: EmbeddingRows, tissue: Tissue, *, diagonal: bool
) -> Iterator[tuple[str, float | None]]:
    """Yield (dataset, ROC AUC of the cosine against its adjacency or None) for every dataset of a tissue."""
    for index, graph in enumerate(tissue.graphs):
        inside = np.flatnonzero(rows.dataset == index)
        position = rows.position[inside]
        adjacency = graph.adjacency.toarray()[np.ix_(position, position)]
        pairs = GenePairs.of(cosine_similarity(rows.matrix[inside]), adjacency)
        yield graph.name, roc_auc(pairs, diagonal=diagonal)


def mean_auc(rows: EmbeddingRows, tissue: Tissue, *, diagonal: bool) -> Score:
    """Return the mean over datasets, undefined as soon as one adjacency has a single class."""
    values = []
    for name, value in dataset_aucs(rows, tissue, diagonal=diagonal):
        if value is None:
            return Score.undefined(f"the adjacency of {name} has one class only")
        values.append(value)
    return Score(float(np.mean(values)))


class AreaUnderCurve(Metric):
    """ROC AUC of the cosine of all gene pairs against the co-expression edges, mean over datasets."""

    name = "AUC"
    version = 1
    title = "cosine of embeddings against co-expression edges (ROC AUC)"
    headline = True

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the published score, with both triangles and the diagonal."""
        return mean_auc(rows, tissue, diagonal=True)


class AreaUnderCurveOffDiagonal(Metric):
    """AUC without the pairs of a gene with itself, whose cosine is 1 for every method: one triangle only."""

    name = "AUC_offdiag"
    version = 1
    title = "AUC without the diagonal"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined if an adjacency has one class only off the diagonal."""
        return mean_auc(rows, tissue, diagonal=False)


class AreaUnderCurveHeldOut(Metric):
    """ROC AUC of the cosine of all gene pairs against the edges of the held-out half, mean over datasets."""

    name = "AUC_heldout"
    version = 1
    title = "AUC on the graphs of cells that methods have not seen (--holdout)"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined where no cells were held out."""
        return AreaUnderCurve().on_heldout(rows, tissue, view)
