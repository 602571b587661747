"""Principal components of the genes of all datasets together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def joint_components(rows: Sequence[np.ndarray], dim: int) -> list[np.ndarray]:
    """Reduce the rows of several datasets by one PCA.

    The rows are centred on their common mean, not scaled. Each component has the sign that makes its largest
    loading (in absolute value) positive.

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
    embedding = np.zeros((len(together), dim), dtype=np.float32)
    if len(together):
        left, sizes, loadings = np.linalg.svd(together - together.mean(axis=0), full_matrices=False)
        largest = loadings[np.arange(len(loadings)), np.abs(loadings).argmax(axis=1)]
        scores = left * sizes * np.where(largest < 0, -1.0, 1.0)
        kept = min(dim, scores.shape[1])
        embedding[:, :kept] = scores[:, :kept]
    return np.split(embedding, np.cumsum([len(part) for part in rows])[:-1])
