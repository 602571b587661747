"""ASW: how well the datasets are mixed inside the clusters."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import cdist

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView

BLOCK_ROWS = 1024
"""Rows whose distances are held at once: 1024 x 5000 float64 are 40 MB."""


def silhouette_widths(matrix: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the silhouette width of every row (Rousseeuw 1987), with Euclidean distances.

    With a the mean distance to the other rows of the same label and b the smallest mean distance to the rows
    of another label, the width is (b - a) / max(a, b). A row that is alone with its label has width 0, and so
    has a row for which a and b are both 0.

    Parameters
    ----------
    matrix
        Shape (n_rows, dim).
    labels
        Shape (n_rows,), at least two different ones.

    Returns
    -------
    np.ndarray
        float64 in -1..1, shape (n_rows,).
    """
    points = np.asarray(matrix, dtype=np.float64)
    names, own = np.unique(labels, return_inverse=True)
    sizes = np.bincount(own)
    member = (own[:, None] == np.arange(len(names))).astype(np.float64)
    totals = np.concatenate(
        [cdist(points[i : i + BLOCK_ROWS], points) @ member for i in range(0, len(points), BLOCK_ROWS)]
    )
    every = np.arange(len(points))
    within = totals[every, own] / np.maximum(sizes[own] - 1, 1)
    means = totals / sizes
    means[every, own] = np.inf
    nearest_other = means.min(axis=1)
    larger = np.maximum(within, nearest_other)
    widths = np.divide(nearest_other - within, larger, out=np.zeros(len(points)), where=larger > 0)
    return np.where(sizes[own] > 1, widths, 0.0)


def batch_silhouette(matrix: np.ndarray, dataset: np.ndarray, clusters: np.ndarray) -> dict[int, float]:
    """Return 1 - mean absolute silhouette width of the dataset label, for each cluster that has one.

    Clusters with one dataset, or with as many datasets as rows, are left out.

    Parameters
    ----------
    matrix, dataset, clusters
        Shapes (n_rows, dim), (n_rows,) and (n_rows,).

    Returns
    -------
    dict
        Cluster -> value in 0..1; 1 is perfect mixing.
    """
    values = {}
    for cluster in np.unique(clusters):
        inside = clusters == cluster
        n_datasets = len(np.unique(dataset[inside]))
        if 1 < n_datasets < inside.sum():
            widths = silhouette_widths(matrix[inside], dataset[inside])
            values[int(cluster)] = float(1 - np.abs(widths).mean())
    return values


class AverageSilhouetteWidth(Metric):
    """Batch silhouette of the common genes: unweighted mean over clusters, 1 where datasets mix perfectly."""

    name = "ASW"
    version = 1
    title = "mixing of datasets inside clusters (batch silhouette)"
    headline = True

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined if no cluster of common genes has several datasets to compare."""
        common = view.common
        values = batch_silhouette(rows.matrix[common], rows.dataset[common], view.clusters[common])
        if not values:
            return Score.undefined(_why(tissue, view))
        return Score(float(np.mean(list(values.values()))))


def _why(tissue: Tissue, view: SharedView) -> str:
    if len(tissue.graphs) == 1:
        return "there is one dataset only"
    if not view.common.any():
        return "no gene is common to all datasets"
    return "no cluster has rows of several datasets, and more rows than datasets"
