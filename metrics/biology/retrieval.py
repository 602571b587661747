"""Question 1: genes of one gene set, and whether they are near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import rankdata

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.metrics.auc import cosine_similarity
from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.strata import NamePool, permuted

NEIGHBOURS = 10
"""Neighbours of a gene in which partners are looked for."""

RESAMPLES = 1000
"""Bootstrap samples of the gene sets."""

MOST_NAMES = 4000
"""Names that are compared at most; of more, as vectors of a whole genome have, so many are drawn."""

DECIMALS = 6
"""Similarities that are equal to so many decimals are ties: their difference is rounding."""


@dataclass(frozen=True)
class Retrieval:
    """How well the cosine similarity of two genes tells that they share a gene set.

    Attributes
    ----------
    auc
        ROC AUC, mean over datasets, with its null; None where no dataset has one.
    auc_by_dataset
        One for each dataset, NaN where it has no pair of one of the classes.
    recall
        Share of a gene's partners that are among its 10 nearest genes, over what chance gives; mean over
        genes with a partner, then over datasets. 1 is chance.
    recall_by_dataset
        The same for each dataset.
    n_genes
        Genes of each dataset that have a vector and are in some set.
    n_sets
        Sets with at least two of these genes in one dataset.
    reason
        Why there is no number; empty if there is one.
    """

    auc: AgainstNull | None
    auc_by_dataset: tuple[float, ...]
    recall: float | None
    recall_by_dataset: tuple[float, ...]
    n_genes: tuple[int, ...]
    n_sets: int
    reason: str = ""


def retrieval(
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    sets: GeneSets,
    *,
    draws: int = 200,
    seed: int = 0,
) -> Retrieval:
    """Ask whether two genes of one set are more alike than two genes of none in common.

    Compared are the pairs of genes that have a vector and are in some set. The null permutes the names of
    these genes within cells, each name in all datasets alike. The interval is that of gene sets drawn anew: a
    pair then weighs as much as the sets that it shares have been drawn on average.

    Parameters
    ----------
    values
        For each dataset its vectors, shape (n_genes, dim); rows of zeros are genes without one.
    genes
        For each dataset the names of the genes, as the sets have them (human symbols); unique.
    strata
        For each dataset the cell of each gene (`strata.gene_strata`), shape (n_genes,).
    sets
        A library, restricted to the genes of the tissue (`GeneSets.within`).
    draws
        Permutations of the names within cells, at least two.
    seed
        Determines permutations, resampled sets and, where there are more than 4000 names, which are compared.
    """
    compared = _in_sets(values, genes, sets, seed)
    kept = [np.flatnonzero(mask) for mask in compared]
    n_genes = tuple(len(rows) for rows in kept)
    pool = NamePool.of(
        [names[rows] for names, rows in zip(genes, kept, strict=True)],
        [cells[rows] for cells, rows in zip(strata, kept, strict=True)],
    )
    members = _membership(pool.names, sets)
    share = _share_a_set(members)
    datasets = [
        _Ranked.of(vectors[rows], codes, share)
        for vectors, rows, codes in zip(values, kept, pool.codes, strict=True)
    ]
    aucs = np.array([one.auc(share) for one in datasets])
    recalls = tuple(one.recall for one in datasets)
    if np.isnan(aucs).all():
        reason = f"no dataset has pairs of genes both with and without a set of {sets.name} in common"
        return Retrieval(None, tuple(aucs.tolist()), None, recalls, n_genes, 0, reason)
    rng = np.random.default_rng(seed)
    null, counted = np.empty(draws), [datasets[place] for place in np.flatnonzero(~np.isnan(aucs))]
    for draw in range(draws):
        order = permuted(pool.cells, rng)
        null[draw] = np.mean([one.auc(share, order) for one in counted])
    by_set = np.array([one.by_set(members, share) for one in datasets])
    has_pairs = by_set[:, 1].sum(axis=0) > 0
    return Retrieval(
        AgainstNull.of(float(np.nanmean(aucs)), null, _resampled(by_set[:, :, has_pairs], rng)),
        tuple(aucs.tolist()),
        None if np.isnan(recalls).all() else float(np.nanmean(recalls)),
        recalls,
        n_genes,
        int(has_pairs.sum()),
    )


def _in_sets(
    values: Sequence[np.ndarray], genes: Sequence[pd.Index], sets: GeneSets, seed: int
) -> list[np.ndarray]:
    """Return for each dataset which genes have a vector and are in some set."""
    known = sorted(set().union(*genes) & sets.genes)
    if len(known) > MOST_NAMES:
        known = list(np.random.default_rng(seed).choice(known, MOST_NAMES, replace=False))
    return [vectors.any(axis=1) & names.isin(known) for vectors, names in zip(values, genes, strict=True)]


def _membership(names: pd.Index, sets: GeneSets) -> sparse.csr_matrix:
    """Return which name is in which set, float64 of shape (n_names, n_sets)."""
    place = dict(zip(names, range(len(names)), strict=True))
    pairs = [
        (place[gene], number)
        for number, members in enumerate(sets.sets.values())
        for gene in members
        if gene in place
    ]
    rows, columns = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(names), len(sets.sets)))


def _share_a_set(members: sparse.csr_matrix) -> np.ndarray:
    """Return which two different names share a set, bool of shape (n_names, n_names)."""
    share = (members @ members.T).toarray() > 0
    np.fill_diagonal(share, val=False)
    return np.asarray(share)


@dataclass(frozen=True, eq=False)
class _Ranked:
    """The pairs of genes of one dataset, ranked by similarity.

    Attributes
    ----------
    codes
        Name of each gene, shape (n,).
    similarity
        Rounded cosines, shape (n, n).
    ranks
        Rank of each pair among all pairs of different genes from 1, equal ones share the mean; 0 on the
        diagonal. Shape (n, n).
    recall
        See `Retrieval`; NaN without a pair that shares a set, or with too few genes.
    """

    codes: np.ndarray
    similarity: np.ndarray
    ranks: np.ndarray
    recall: float

    @classmethod
    def of(cls, vectors: np.ndarray, codes: np.ndarray, share: np.ndarray) -> _Ranked:
        similarity = np.round(cosine_similarity(vectors), DECIMALS)
        upper = np.triu_indices(len(codes), 1)
        ranks = np.zeros(similarity.shape)
        ranks[upper] = rankdata(similarity[upper])
        ranks += ranks.T
        partners = share[np.ix_(codes, codes)]
        return cls(codes, similarity, ranks, _recall(similarity, partners))

    def auc(self, share: np.ndarray, order: np.ndarray | None = None) -> float:
        """Return the ROC AUC, with names permuted if `order` says how; NaN where a class has no pair."""
        codes = self.codes if order is None else order[self.codes]
        partners = share.take(codes, axis=0).take(codes, axis=1).astype(np.float64)
        n = len(codes)
        positive = partners.sum() / 2
        negative = n * (n - 1) / 2 - positive
        if not positive or not negative:
            return np.nan
        rank_sum = np.vdot(partners, self.ranks) / 2
        return float((rank_sum - positive * (positive + 1) / 2) / (positive * negative))

    def by_set(self, members: sparse.csr_matrix, share: np.ndarray) -> np.ndarray:
        """Return for each set the AUC's sum over its pairs and their weight, shape (2, n_sets).

        The AUC is the mean over the pairs that share a set of the share of other pairs that are less alike. A
        pair that shares several sets weighs one in all.
        """
        one, other = np.nonzero(np.triu(share[np.ix_(self.codes, self.codes)], 1))
        n, positive = len(self.codes), len(one)
        negative = n * (n - 1) // 2 - positive
        if not positive or not negative:
            return np.zeros((2, members.shape[1]))
        among_positive = rankdata(self.similarity[one, other])
        placement = (self.ranks[one, other] - among_positive) / negative
        shared = members[self.codes[one]].multiply(members[self.codes[other]]).tocsr()
        weight = 1 / np.asarray(shared.sum(axis=1)).ravel()
        return np.stack([shared.T @ (weight * placement), shared.T @ weight])


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


def _resampled(by_set: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the mean AUC over datasets for sets drawn anew, shape (RESAMPLES,).

    Parameters
    ----------
    by_set
        `_Ranked.by_set` of each dataset, shape (n_datasets, 2, n_sets).
    """
    n_sets = by_set.shape[2]
    drawn = rng.multinomial(n_sets, np.full(n_sets, 1 / n_sets), size=RESAMPLES)
    won, weight = np.einsum("dks,rs->kdr", by_set, drawn, optimize=True)
    counted = weight > 0
    auc = np.divide(won, weight, out=np.full(won.shape, np.nan), where=counted)
    some = counted.any(axis=0)
    means = np.full(RESAMPLES, np.nan)
    means[some] = np.nanmean(auc[:, some], axis=0)
    return means
