"""Expression as levels, and the masked-expression task on them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NO_TARGET = -100
"""Target of a position that does not count in the loss; the value that torch's cross-entropy ignores."""


def expression_levels(features: np.ndarray, n_levels: int) -> np.ndarray:
    """Turn Pearson residuals into levels of expression.

    A gene is expressed in a cell where its residual is above zero, that is where it has more counts than
    expected. The expressed entries of the dataset are split at their quantiles into equally filled levels.

    Parameters
    ----------
    features
        Pearson residuals, shape (n_genes, n_cells).
    n_levels
        Number of levels of the expressed entries.

    Returns
    -------
    numpy.ndarray
        Int64 of shape (n_cells, n_genes): 0 where not expressed, else 1 (lowest) to `n_levels`. A value on
        the border of two levels belongs to the lower one.
    """
    expressed = features > 0
    levels = np.zeros(features.shape, dtype=np.int64)
    if expressed.any():
        values = features[expressed]
        borders = np.quantile(values, np.arange(1, n_levels) / n_levels)
        levels[expressed] = 1 + np.searchsorted(borders, values, side="left")
    return np.ascontiguousarray(levels.T)


@dataclass(frozen=True, eq=False)
class MaskedCells:
    """Some cells with a part of their expressed entries hidden.

    Parameters
    ----------
    tokens
        Levels, or the mask token where hidden, shape (n_cells, n_genes).
    chosen
        Positions of the genes to predict in each cell, shape (n_cells, n_chosen).
    targets
        Their true levels, of the same shape; `NO_TARGET` fills up cells with fewer positions.
    """

    tokens: np.ndarray
    chosen: np.ndarray
    targets: np.ndarray

    @property
    def n_targets(self) -> int:
        """Number of levels to predict."""
        return int((self.targets != NO_TARGET).sum())

    @classmethod
    def draw(
        cls,
        levels: np.ndarray,
        *,
        mask_token: int,
        masked: float,
        replaced: float,
        rng: np.random.Generator,
    ) -> MaskedCells:
        """Choose expressed entries of each cell and hide most of them.

        Parameters
        ----------
        levels
            Shape (n_cells, n_genes).
        mask_token
            Stands where a level is hidden.
        masked
            Part of a cell's expressed entries that is chosen, rounded up.
        replaced
            Probability of each chosen entry to be hidden; the others are to be predicted while seen.
        rng
            Source of randomness.
        """
        expressed = levels > 0
        wanted = np.ceil(masked * expressed.sum(axis=1)).astype(np.int64)
        random_order = np.argsort(np.where(expressed, rng.random(levels.shape), 2.0), axis=1)
        chosen = random_order[:, : max(1, int(wanted.max()))]
        counts = np.arange(chosen.shape[1]) < wanted[:, None]
        targets = np.where(counts, np.take_along_axis(levels, chosen, axis=1), NO_TARGET)
        cells, places = np.nonzero(counts & (rng.random(chosen.shape) < replaced))
        tokens = levels.copy()
        tokens[cells, chosen[cells, places]] = mask_token
        return cls(tokens, chosen, targets)
