"""Principal components of genes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def leading_scores(centred: np.ndarray, dim: int) -> np.ndarray:
    """Return scores on the leading principal components, largest variance first.

    Each component has the sign that makes its largest loading (in absolute value) positive.

    Parameters
    ----------
    centred
        Float64 of shape (n_rows, width), at least one row, columns with mean 0.
    dim
        Number of components; where the matrix has fewer, the last columns are zero.

    Returns
    -------
    numpy.ndarray
        Float32 of shape (n_rows, dim).
    """
    left, sizes, loadings = np.linalg.svd(centred, full_matrices=False)
    largest = loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)]
    scores = left * sizes * np.where(largest < 0, -1.0, 1.0)
    kept = min(dim, scores.shape[1])
    embedding = np.zeros((len(centred), dim), dtype=np.float32)
    embedding[:, :kept] = scores[:, :kept]
    return embedding


def joint_components(rows: Sequence[np.ndarray], dim: int) -> list[np.ndarray]:
    """Reduce the rows of several datasets by one PCA, centred on their common mean and not scaled.

    Parameters
    ----------
    rows
        For each dataset an array of shape (n_rows, width); a dataset may have no row.
    dim
        Number of components; where the rows have fewer, the last columns are zero.

    Returns
    -------
    list of numpy.ndarray
        For each dataset float32 of shape (n_rows, dim).
    """
    together = np.concatenate(rows).astype(np.float64)
    if len(together):
        embedding = leading_scores(together - together.mean(axis=0), dim)
    else:
        embedding = np.zeros((0, dim), dtype=np.float32)
    return np.split(embedding, np.cumsum([len(part) for part in rows])[:-1])
