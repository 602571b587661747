"""Assignments of datasets to two conditions: the true one, and permuted ones."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

MOST = 1000
"""Assignments that are compared, the true one among them: where there are more, as many are drawn."""


@dataclass(frozen=True, eq=False)
class Assignments:
    """Which datasets are of the first condition.

    Attributes
    ----------
    first
        Bool of shape (n_assignments, n_datasets); the first row is the truth.
    """

    first: np.ndarray

    @classmethod
    def of(cls, truth: np.ndarray, seed: int) -> Assignments:
        """Return all assignments to groups of the same sizes, or some at random if there are too many.

        Conditions have no order: of two groups of one size, an assignment and its opposite are the same.

        Parameters
        ----------
        truth
            Whether each dataset is of the first condition, bool of shape (n_datasets,).
        seed
            Determines those drawn at random.
        """
        n, size = len(truth), int(truth.sum())
        halves = 2 * size == n
        if comb(n, size) // (1 + halves) > MOST:
            rng = np.random.default_rng(seed)
            return cls(np.array([truth, *(rng.permutation(truth) for _ in range(MOST - 1))]))
        rows = np.zeros((comb(n, size), n), dtype=bool)
        for row, chosen in zip(rows, combinations(range(n), size), strict=True):
            row[list(chosen)] = True
        if halves:
            rows = rows[rows[:, 0] == truth[0]]
        return cls(np.vstack([truth, rows[(rows != truth).any(axis=1)]]))

    @property
    def least_p(self) -> float:
        """The smallest p that can be attained: that of the most extreme assignment."""
        return 1 / len(self.first)
