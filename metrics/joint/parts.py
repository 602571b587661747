"""What the joint score is made of, for each dataset: edges within, edges across, own edges, same genes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geneboard.metrics.auc import unit_length
from geneboard.metrics.joint.gene_pairs import DECIMALS, DatasetPairs
from geneboard.metrics.joint.unit_vectors import CoveredGenes


@dataclass(frozen=True, eq=False)
class Parts:
    """One value for each dataset, NaN where a dataset has none; shapes (n_datasets,).

    Attributes
    ----------
    within
        AUC of the cosine of two genes of the dataset against its edges.
    across
        AUC of the cosine of a gene and the mean vector of another gene in the other datasets.
    specific
        AUC of the difference of two cosines: that of two genes here, and that of their mean vectors in the
        other datasets. One vector for each gene name, the same in all datasets, has 0.5.
    same_gene
        How much nearer a gene is to its own mean vector in the other datasets than to those of other genes:
        twice the share of other genes that are farther, minus 1; 0 is chance.
    """

    within: np.ndarray
    across: np.ndarray
    specific: np.ndarray
    same_gene: np.ndarray


def parts_of(
    vectors: Sequence[np.ndarray],
    covered: CoveredGenes,
    pairs: Sequence[DatasetPairs],
    *,
    within: bool = True,
) -> Parts:
    """Compare the vectors of every dataset with each other and with the mean over the other datasets.

    Every dataset is held against a mean, not against each other dataset, so the cost grows linearly.

    Parameters
    ----------
    vectors
        Unit vectors of the covered genes of each dataset, shapes (n_covered, dim).
    covered
        Which genes they are.
    pairs
        Pairs of each dataset.
    within
        False leaves `Parts.within` NaN.
    """
    total = np.zeros((covered.n_names, vectors[0].shape[1]))
    for names, own in zip(covered.names, vectors, strict=True):
        total[names] += own
    found = np.full((4, len(vectors)), np.nan)
    for number, (names, own, of) in enumerate(zip(covered.names, vectors, pairs, strict=True)):
        cosine = own @ own.T
        if within:
            found[0, number] = _number(of.within.auc(cosine))
        if not len(of.shared):
            continue
        here = own[of.shared]
        elsewhere = unit_length(_without_rounding(total[names[of.shared]] - here))
        to_mean = own @ elsewhere.T
        found[1, number] = _number(of.across.auc(to_mean))
        apart = cosine[np.ix_(of.shared, of.shared)] - elsewhere @ elsewhere.T
        found[2, number] = _number(of.specific.auc(apart))
        found[3, number] = _number(_same_gene(to_mean[of.shared]))
    return Parts(*found)


def _without_rounding(sums: np.ndarray) -> np.ndarray:
    """Return sums of unit vectors, those that cancel as zeros: what is left of them has no direction."""
    return np.where(np.abs(sums).max(axis=1, initial=0, keepdims=True) < 10.0**-DECIMALS, 0.0, sums)


def _same_gene(similarity: np.ndarray) -> float | None:
    """Return the mean over rows of the place of the diagonal among the entries of its row, -1..1."""
    n_others = len(similarity) - 1
    if not n_others:
        return None
    rounded = np.round(similarity, DECIMALS)
    own = np.diag(rounded)[:, None]
    farther = (rounded < own).sum() + 0.5 * ((rounded == own).sum() - len(rounded))
    return float(2 * farther / (len(rounded) * n_others) - 1)


def _number(value: float | None) -> float:
    return np.nan if value is None else value
