"""Pairs of genes that share a gene set, and where they rank among all pairs of a dataset by similarity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.stats import rankdata

from geneboard.metrics.auc import cosine_similarity

NEIGHBOURS = 10
"""Neighbours of a gene in which partners are looked for."""

DECIMALS = 6
"""Similarities that are equal to so many decimals are ties: their difference is rounding."""


@dataclass(frozen=True, eq=False)
class RankedPairs:
    """The pairs of genes of one dataset, ranked by similarity.

    Attributes
    ----------
    codes
        Number of the name of each gene, shape (n,).
    ranks
        Rank of each pair among all pairs of different genes from 1, equal ones share the mean; 0 on the
        diagonal. Shape (n, n).
    recall
        Share of a gene's partners that are among its 10 nearest genes, over chance; NaN without a pair that
        shares a set, or with too few genes.
    """

    codes: np.ndarray
    ranks: np.ndarray
    recall: float

    @classmethod
    def of(cls, vectors: np.ndarray, codes: np.ndarray, share: np.ndarray) -> RankedPairs:
        """Rank the pairs of genes with these vectors, shape (n, dim), and names.

        Parameters
        ----------
        vectors, codes
            Of the genes.
        share
            Which two different names share a set, bool of shape (n_names, n_names).
        """
        similarity = np.round(cosine_similarity(vectors), DECIMALS)
        upper = np.triu_indices(len(codes), 1)
        ranks = np.zeros(similarity.shape)
        ranks[upper] = rankdata(similarity[upper])
        ranks += ranks.T
        return cls(codes, ranks, _recall(similarity, share[np.ix_(codes, codes)]))

    @property
    def n_pairs(self) -> int:
        """How many pairs of different genes there are."""
        return len(self.codes) * (len(self.codes) - 1) // 2

    def auc(self, share: np.ndarray, order: np.ndarray | None = None) -> float:
        """Return the ROC AUC of the pairs that share a set; NaN where a class has no pair.

        Parameters
        ----------
        share
            As for `of`.
        order
            Which name each name is permuted to, shape (n_names,).
        """
        codes = self._names(order)
        partners = share.take(codes, axis=0).take(codes, axis=1).astype(np.float64)
        return float(rank_auc(np.vdot(partners, self.ranks) / 2, partners.sum() / 2, self.n_pairs))

    def rank_sums(
        self, members: sparse.csr_matrix, order: np.ndarray | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return for each set the sum of the ranks of its pairs, and their number, shape (n_sets,).

        Parameters
        ----------
        members
            Which name is in which set, shape (n_names, n_sets).
        order
            As for `auc`.
        """
        own = members[self._names(order)]
        size = np.asarray(own.sum(axis=0)).ravel()
        genes, sets = own.nonzero()
        to_members = own.T @ self.ranks  # of each gene the sum of its ranks with those of a set
        sums = np.bincount(sets, to_members[sets, genes], minlength=len(size))
        return sums / 2, size * (size - 1) / 2

    def placement_by_set(self, members: sparse.csr_matrix, share: np.ndarray) -> np.ndarray:
        """Return for each set the sum over its pairs of what they add to the AUC, and their weight.

        The AUC is the mean over the pairs that share a set of the share of other pairs that are less alike. A
        pair that shares several sets weighs one in all. Shape (2, n_sets).
        """
        one, other = np.nonzero(np.triu(share[np.ix_(self.codes, self.codes)], 1))
        negative = self.n_pairs - len(one)
        if not len(one) or not negative:
            return np.zeros((2, members.shape[1]))
        ranks = self.ranks[one, other]
        placement = (ranks - rankdata(ranks)) / negative
        shared = members[self.codes[one]].multiply(members[self.codes[other]]).tocsr()
        weight = 1 / np.asarray(shared.sum(axis=1)).ravel()
        return np.stack([shared.T @ (weight * placement), shared.T @ weight])

    def _names(self, order: np.ndarray | None) -> np.ndarray:
        """Return the number of the name of each gene, permuted if there is an order."""
        return self.codes if order is None else order[self.codes]


def rank_auc(rank_sum: np.ndarray, n_own: np.ndarray, n_pairs: int) -> np.ndarray:
    """Return the ROC AUC of some pairs against all others, by the sum of their ranks; NaN without any."""
    total = n_own * (n_pairs - n_own)
    won = rank_sum - n_own * (n_own + 1) / 2
    auc: np.ndarray = np.divide(won, total, out=np.full(np.shape(won), np.nan), where=total > 0)
    return auc


def auc_of_sets(
    datasets: Sequence[RankedPairs], members: sparse.csr_matrix, order: np.ndarray | None = None
) -> np.ndarray:
    """Return for each set the AUC of its own pairs against all others, shape (n_sets,).

    The mean over datasets weighs each by its pairs of the set. NaN where no dataset has any.
    """
    won, total = np.zeros((2, members.shape[1]))
    for data in datasets:
        sums, own = data.rank_sums(members, order)
        auc = rank_auc(sums, own, data.n_pairs)
        known = ~np.isnan(auc)
        won[known] += (own * auc)[known]
        total[known] += own[known]
    mean: np.ndarray = np.divide(won, total, out=np.full(len(total), np.nan), where=total > 0)
    return mean


def _recall(similarity: np.ndarray, partners: np.ndarray) -> float:
    """Return recall at 10 over chance; genes at equal distance share the last places among the nearest."""
    n = len(similarity)
    has_partner = partners.any(axis=1)
    if n - 1 <= NEIGHBOURS or not has_partner.any():
        return np.nan
    others = similarity.copy()
    np.fill_diagonal(others, -np.inf)
    tenth = -np.partition(-others, NEIGHBOURS - 1, axis=1)[:, NEIGHBOURS - 1, None]
    nearer, level = others > tenth, others == tenth
    places = (NEIGHBOURS - nearer.sum(axis=1)) / level.sum(axis=1)
    found = (nearer & partners).sum(axis=1) + places * (level & partners).sum(axis=1)
    recall = found[has_partner] / partners[has_partner].sum(axis=1)
    return float(recall.mean() / (NEIGHBOURS / (n - 1)))
