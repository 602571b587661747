"""Linear inference from the L1000 landmark genes, whose coefficients embed the genes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.inference.linear import Decomposition
from geneboard.methods.joint_components import joint_components
from geneboard.methods.landmark_genes import LandmarkCells, too_few_landmarks

PENALTIES = np.logspace(-1, 5, 25)
"""Ridge penalties that are tried, as in the task of inference itself."""


@dataclass(frozen=True)
class L1000Linear(Method):
    """Ridge regression of all genes on the landmarks, across the cells of each dataset.

    1. In each dataset every gene is standardised over the cells. Ridge regression infers the genes that are
       no landmarks from the landmarks; one penalty for all genes of the dataset, the one with the smallest
       generalised cross-validation (Golub, Heath and Wahba 1979). The coefficients of a gene are its row.
    2. A landmark is inferred from the other landmarks with the same penalty. Its row is these coefficients,
       and 1 for itself.
    3. The rows of all datasets have one column for each landmark that any dataset has, 0 where their own
       lacks it. One PCA of all rows together reduces them to 32 dimensions, the last of zeros if there are
       fewer landmarks.

    The PCA is a joint one because iLISI and CGR ask whether a gene lies in the same place in all datasets. A
    PCA of each dataset would answer with its arbitrary axes (see the row PCA), although the coefficients mean
    the same everywhere: the weight of a landmark.

    Tissues where no dataset has two landmarks are skipped. In a single dataset without any, nothing can be
    inferred: all its rows are zero, so all its genes embed as one point.
    """

    name = "l1000_linear"
    title = "L1000 linear"
    reference = "10.1016/j.cell.2017.10.049"
    kind = "baseline"
    deterministic = True

    def skip(self, tissue: Tissue) -> str | None:
        """Decline tissues without landmarks."""
        return too_few_landmarks(tissue)

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Embed the genes of a tissue in 32 dimensions; neither seed nor device matters."""
        steps = len(tissue.graphs) + 1
        found = []
        for done, graph in enumerate(tissue.graphs, start=1):
            cells = LandmarkCells.of(graph)
            found.append((cells.entrez, coefficient_rows(cells)))
            progress(done, steps)
        union = pd.Index(sorted({landmark for entrez, _ in found for landmark in entrez}, key=int))
        rows = []
        for entrez, own in found:
            wide = np.zeros((len(own), len(union)))
            wide[:, union.get_indexer(entrez)] = own
            rows.append(wide)
        values = joint_components(rows, EMBEDDING_DIM)
        progress(steps, steps)
        return GeneEmbeddings.of(tissue, values)


def coefficient_rows(cells: LandmarkCells) -> np.ndarray:
    """Return the weight of every landmark for every gene, float64 of shape (n_genes, n_landmarks)."""
    n_landmarks = len(cells.landmarks)
    rows = np.zeros((n_landmarks + len(cells.targets), n_landmarks))
    if n_landmarks == 0:
        return rows
    decomposed = Decomposition.of(cells.given, cells.inferred)
    penalty = chosen_penalty(decomposed, float(np.square(cells.inferred).sum()), len(cells.given))
    rows[cells.targets] = decomposed.coefficients(penalty).T
    rows[cells.landmarks] = np.eye(n_landmarks) + from_other_landmarks(cells.given, penalty)
    return rows


def chosen_penalty(decomposed: Decomposition, total: float, n_cells: int) -> float:
    """Return the penalty with the smallest generalised cross-validation, summed over the targets.

    Parameters
    ----------
    decomposed
        Landmarks and targets of the cells.
    total
        Sum of squares of the centred targets.
    n_cells
        Number of cells.
    """
    explained = np.square(decomposed.projected).sum(axis=1)
    squares = decomposed.singular_values**2
    kept = squares / (squares + PENALTIES[:, None])  # part of each direction that a penalty leaves
    residual = total - (explained * (1 - (1 - kept) ** 2)).sum(axis=1)
    free = n_cells - 1 - kept.sum(axis=1)  # the intercept takes one
    return float(PENALTIES[np.argmin(residual / free**2)])


def from_other_landmarks(landmarks: np.ndarray, penalty: float) -> np.ndarray:
    """Return the ridge coefficients of every landmark on all others, without a regression for each.

    If P is the inverse of the landmarks' products with the penalty on the diagonal, the coefficients of
    landmark j are -P[j] / P[j, j], as the inverse in blocks shows.

    Parameters
    ----------
    landmarks
        Centred, shape (n_cells, n_landmarks).
    penalty
        More than 0.

    Returns
    -------
    numpy.ndarray
        Shape (n_landmarks, n_landmarks), the landmark that is inferred in the rows; 0 on the diagonal.
    """
    inverse = np.linalg.inv(landmarks.T @ landmarks + penalty * np.eye(landmarks.shape[1]))
    coefficients: np.ndarray = -inverse / np.diag(inverse)[:, None]
    np.fill_diagonal(coefficients, 0.0)
    return coefficients
