"""Pairs of genes that share a gene set, and where they rank among all pairs of a dataset by similarity."""

from __future__ import annotations

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
class SetPairs:
    """The pairs of different names that share a set.

    Attributes
    ----------
    one, other
        Number of the two names of each pair, shape (n_pairs,).
    of_set
        Which pair is of which set, float64 of shape (n_sets, n_pairs).
    n_names
        How many names there are.
    """

    one: np.ndarray
    other: np.ndarray
    of_set: sparse.csr_matrix
    n_names: int

    @classmethod
    def of(cls, members: sparse.csr_matrix) -> SetPairs:
        """Collect them, given which name is in which set, shape (n_names, n_sets)."""
        share = sparse.triu(members @ members.T, 1).tocoo()
        of_set = members[share.row].multiply(members[share.col]).T.tocsr()
        return cls(share.row, share.col, of_set, members.shape[0])


@dataclass(frozen=True, eq=False)
class RankedPairs:
    """The pairs of genes of one dataset, ranked by similarity.

    Attributes
    ----------
    codes
        Number of the name of each gene, shape (n,).
    ranks
        Rank of each pair among all pairs of different genes from 1, equal ones share the mean; 0 on the
        diagonal, and in one more row and column for genes that the dataset has not. Shape (n + 1, n + 1).
    recall
        Share of a gene's partners that are among its 10 nearest genes, over chance; NaN without a pair that
        shares a set, or with too few genes.
    """

    codes: np.ndarray
    ranks: np.ndarray
    recall: float

    @classmethod
    def of(cls, vectors: np.ndarray, codes: np.ndarray, members: sparse.csr_matrix) -> RankedPairs:
        """Rank the pairs of genes with these vectors, shape (n, dim), and names."""
        similarity = np.round(cosine_similarity(vectors), DECIMALS)
        n = len(codes)
        upper = np.triu_indices(n, 1)
        ranks = np.zeros((n + 1, n + 1))
        ranks[upper] = rankdata(similarity[upper])
        ranks += ranks.T
        partners = (members[codes] @ members[codes].T).toarray() > 0
        np.fill_diagonal(partners, val=False)
        return cls(codes, ranks, _recall(similarity, partners))

    @property
    def n_pairs(self) -> int:
        """How many pairs of different genes there are."""
        return len(self.codes) * (len(self.codes) - 1) // 2

    def ranks_of(self, pairs: SetPairs, order: np.ndarray | None = None) -> np.ndarray:
        """Return the rank of each pair that shares a set, 0 where the dataset lacks a gene of it.

        Parameters
        ----------
        pairs
            Of all names.
        order
            Which name each name is permuted to, shape (n_names,).
        """
        place = np.full(pairs.n_names, len(self.codes))
        place[self.codes if order is None else order[self.codes]] = np.arange(len(self.codes))
        found: np.ndarray = self.ranks.ravel().take(place[pairs.one] * len(self.ranks) + place[pairs.other])
        return found


def rank_auc(rank_sum: np.ndarray, n_own: np.ndarray, n_pairs: int) -> np.ndarray:
    """Return the ROC AUC of some pairs against all others, by the sum of their ranks; NaN without any."""
    total = n_own * (n_pairs - n_own)
    won = rank_sum - n_own * (n_own + 1) / 2
    auc: np.ndarray = np.divide(won, total, out=np.full(np.shape(won), np.nan), where=total > 0)
    return auc


def auc_of_pairs(ranks: np.ndarray, n_pairs: int) -> float:
    """Return the ROC AUC of the pairs that share a set (`RankedPairs.ranks_of`) against those that do not."""
    return float(rank_auc(ranks.sum(), np.array(np.count_nonzero(ranks)), n_pairs))


def auc_of_sets(datasets: list[RankedPairs], ranks: list[np.ndarray], pairs: SetPairs) -> np.ndarray:
    """Return for each set the AUC of its own pairs against all others, shape (n_sets,).

    The mean over datasets weighs each by its pairs of the set. NaN where no dataset has any.

    Parameters
    ----------
    datasets, ranks
        Each dataset with its `RankedPairs.ranks_of`.
    pairs
        The pairs that share a set.
    """
    both = [pairs.of_set @ np.column_stack([found > 0, found]) for found in ranks]
    own, sums = np.array(both).transpose(2, 0, 1)
    aucs = np.array(
        [rank_auc(total, n, data.n_pairs) for total, n, data in zip(sums, own, datasets, strict=True)]
    )
    weight = np.where(np.isnan(aucs), 0, own)
    total = weight.sum(axis=0)
    won = (weight * np.nan_to_num(aucs)).sum(axis=0)
    mean: np.ndarray = np.divide(won, total, out=np.full(len(total), np.nan), where=total > 0)
    return mean


def placement_by_set(ranks: np.ndarray, n_pairs: int, pairs: SetPairs) -> np.ndarray:
    """Return for each set the sum over its pairs of what they add to the AUC, and their weight.

    The AUC is the mean over the pairs that share a set of the share of other pairs that are less alike. A
    pair that shares several sets weighs one in all. Shape (2, n_sets).
    """
    there = np.flatnonzero(ranks)
    negative = n_pairs - len(there)
    if not len(there) or not negative:
        return np.zeros((2, pairs.of_set.shape[0]))
    placement = (ranks[there] - rankdata(ranks[there])) / negative
    of_set = pairs.of_set[:, there]
    weight = 1 / np.asarray(of_set.sum(axis=0)).ravel()
    return np.stack([of_set @ (weight * placement), of_set @ weight])


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
