"""Principal components of each dataset, rotated onto those of the first dataset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.pca import principal_components

TOWARDS_IDENTITY = 1e-9
"""Weight of the identity in the rotation, relative to what the common genes say."""


@dataclass(frozen=True)
class PCAProcrustes(Method):
    """PCA of each dataset, then an orthogonal rotation onto the first dataset (Schönemann 1966).

    The principal components of two datasets span different spaces, with signs and an order of their own. The
    rotation, reflections allowed, is the one that brings the genes the two datasets have in common closest
    together, in the sum of squared distances. It turns about the origin, which PCA puts at the mean of all
    genes of a dataset; nothing is shifted or scaled again, so that all distances within a dataset stay.

    A dataset without a gene in common with the first is rotated onto the earliest dataset before it that
    does share one, as that one has been rotated itself; if there is none, it stays as it is. Directions that
    the common genes leave open, for example because they are few, turn as little as possible.
    """

    name = "pca_procrustes"
    title = "PCA + Procrustes"
    reference = "10.1007/BF02289451"
    kind = "baseline"
    deterministic = True

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Embed each dataset and rotate it; neither seed nor device matters."""
        values: list[np.ndarray] = []
        for done, graph in enumerate(tissue.graphs, start=1):
            scores = principal_components(graph.features, EMBEDDING_DIM)
            for earlier, target in zip(tissue.graphs, values, strict=False):  # those rotated so far
                position = earlier.genes.get_indexer(graph.genes)
                shared = position >= 0
                if shared.any():
                    scores = (scores @ rotation_onto(scores[shared], target[position[shared]])).astype(
                        np.float32
                    )
                    break
            values.append(scores)
            progress(done, len(tissue.graphs))
        return GeneEmbeddings.of(tissue, values)


def rotation_onto(points: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the orthogonal matrix R for which ``points @ R`` is closest to `target`.

    If several are equally close, the one among them that is closest to the identity.

    Parameters
    ----------
    points, target
        Shape (n_points, dim), the same points in both.

    Returns
    -------
    numpy.ndarray
        Float64 of shape (dim, dim). With a determinant of -1 it contains a reflection.
    """
    product = points.astype(np.float64).T @ target.astype(np.float64)
    # R = U V^T from the singular value decomposition; where the product has singular values of zero, these
    # are bases of spaces in which any rotation would do. The identity, hugely outweighed, decides there.
    product += TOWARDS_IDENTITY * (np.linalg.norm(product) or 1.0) * np.eye(len(product))
    left, _, right = np.linalg.svd(product)
    rotation: np.ndarray = left @ right
    return rotation
