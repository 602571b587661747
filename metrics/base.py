"""What every metric sees: rows of an embedding, and the neighbours and clusters they share."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from geneboard.datasets.base import Tissue

if TYPE_CHECKING:
    from scipy import sparse

    from geneboard.metrics.chance_levels import ChanceLevels


LARGEST_VALUE = 1e12
"""Embeddings with larger values have diverged, and are not scored.

Distances are compared in single precision: with larger values the neighbour graph is no longer that of the
same embedding on a smaller scale, and from 1e19 on it has no weights at all.
"""


TOO_LARGE = f"above {LARGEST_VALUE:g} (a training that has diverged)"


def unusable_rows(matrix: np.ndarray) -> np.ndarray:
    """Return which rows of an embedding, shape (n_rows, dim), hold NaN or values above `LARGEST_VALUE`."""
    unusable: np.ndarray = ~(np.abs(matrix) <= LARGEST_VALUE).all(axis=1)
    return unusable


@dataclass(frozen=True)
class Score:
    """Value of one metric. Higher is better; an undefined score has no value and says why.

    Raises
    ------
    ValueError
        If a score that is "ok" is not a finite number, or an undefined one has a value. So a NaN is never
        stored.
    """

    value: float | None
    status: Literal["ok", "undefined"] = "ok"
    reason: str = ""

    def __post_init__(self) -> None:
        if self.status == "ok" and (self.value is None or not math.isfinite(self.value)):
            raise ValueError(f"a score must be a finite number, not {self.value}")
        if self.status == "undefined" and self.value is not None:
            raise ValueError(f"an undefined score has no value, but got {self.value}")

    @classmethod
    def undefined(cls, reason: str) -> Score:
        """Return the score of a metric that has no meaning for this embedding."""
        return cls(None, "undefined", reason)


@dataclass(frozen=True, eq=False)
class EmbeddingRows:
    """An embedding as rows, one per (gene, dataset) pair of a tissue, in any order.

    Parameters
    ----------
    matrix
        float32, shape (n_rows, dim).
    gene
        Gene name of each row, shape (n_rows,).
    dataset
        Index of each row's dataset in ``tissue.graphs``, shape (n_rows,).
    position
        Index of each row's gene in ``tissue.graphs[dataset].genes``, shape (n_rows,).

    Raises
    ------
    ValueError
        If a value is NaN or above `LARGEST_VALUE`.
    """

    matrix: np.ndarray
    gene: np.ndarray
    dataset: np.ndarray
    position: np.ndarray

    def __post_init__(self) -> None:
        n_bad = int(unusable_rows(self.matrix).sum())
        if n_bad:
            raise ValueError(f"{n_bad} of {len(self.matrix)} rows hold values that are NaN or {TOO_LARGE}")


@dataclass(frozen=True, eq=False)
class SharedView:
    """Neighbour graph and clusters of all rows, computed once and used by several metrics.

    Parameters
    ----------
    connectivities
        Neighbour graph of all rows (scanpy, 15 neighbours, Euclidean), shape (n_rows, n_rows).
    clusters
        Leiden cluster of each row (resolution 1, seed 0, flavour "leidenalg"), shape (n_rows,).
    common
        True for rows whose gene is present in every dataset, shape (n_rows,).
    chance
        What embeddings without knowledge reach on the same graphs and genes (`metrics.chance_levels`); None
        draws it where it is needed.
    """

    connectivities: sparse.csr_matrix
    clusters: np.ndarray
    common: np.ndarray
    chance: ChanceLevels | None = None


class Metric(ABC):
    """A metric of gene embeddings; higher is better for all of them.

    A metric is one file in ``metrics/`` with a subclass whose class attributes are plain literals (the
    registry reads them without importing the file).

    Attributes
    ----------
    name
        Column name, for example ``"ASW"``.
    title
        What it measures, in plain words.
    headline
        True for the six metrics that enter the average score.
    version
        A number that is raised when the values change: then stored embeddings are scored again, and rows
        scored before share no table with them.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    title: ClassVar[str]
    headline: ClassVar[bool] = True

    @abstractmethod
    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score of an embedding. Nothing that is passed in is changed."""

    def on_heldout(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score against the edges among cells that methods have not seen.

        Neighbours and clusters are those of the embedding, as in `compute`.

        Returns
        -------
        Score
            Undefined where no cells were held out.
        """
        if tissue.heldout is None:
            return Score.undefined("no cells were held out")
        score = self.compute(rows, tissue.heldout_part(), view)
        return score if score.status == "ok" else Score.undefined(f"in the held-out half, {score.reason}")
