"""Reproducibility: how well the network of one half of the cells tells the edges of the other half."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata

from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.ranked_pairs import rank_auc
from geneboard.metrics.biology.strata import permuted


def halves_agreement(
    strengths: Sequence[np.ndarray],
    edges: Sequence[np.ndarray],
    strata: np.ndarray,
    *,
    draws: int = 200,
    seed: int = 0,
) -> AgainstNull:
    """Return the ROC AUC of the strengths of pairs in one half for the edges of the other; mean of both ways.

    The null permutes the names of genes within cells of expression and degree. Pairs of rarely or of often
    counted genes may have large statistics in both halves whatever the pair, and hubs have edges in both:
    that is in the null too.

    Parameters
    ----------
    strengths
        For each of two halves a number for every pair of genes, higher for an edge that is more likely, shape
        (n_genes * (n_genes - 1) / 2,) in the order of ``numpy.triu_indices``.
    edges
        For each half the positions of its edges among the pairs.
    strata
        Cell of each gene, shape (n_genes,).
    draws
        Permutations, at least two.
    seed
        Determines them.
    """
    n = len(strata)
    one, other = np.triu_indices(n, 1)
    n_pairs = len(one)
    ranks = np.zeros((2, n, n))
    for square, strength in zip(ranks, strengths, strict=True):
        square[one, other] = square[other, one] = rankdata(strength)
    ends = [(one[own], other[own]) for own in edges]

    def auc(order: np.ndarray) -> float:
        sums = [square[order[i], order[j]].sum() for square, (i, j) in zip(ranks, ends[::-1], strict=True)]
        of_ways = rank_auc(np.array(sums), np.array([len(own) for own in edges[::-1]]), n_pairs)
        return float(of_ways.mean())

    rng = np.random.default_rng(seed)
    null = np.array([auc(permuted(strata, rng)) for _ in range(draws)])
    return AgainstNull.of(auc(np.arange(n)), null)
