"""Question 1: genes of one gene set, and whether they are near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.ranked_pairs import RankedPairs, auc_of_sets
from geneboard.metrics.biology.strata import NamePool, permuted

SET_DRAWS = 50
"""Permutations that each set has a null of; all of them would take longer than everything else."""

RESAMPLES = 1000
"""Bootstrap samples of the gene sets."""

MOST_NAMES = 4000
"""Names that are compared at most; of more, as vectors of a whole genome have, so many are drawn."""

BY_SET = ("set", "n_genes", "auc", "null", "z")


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
    by_set
        One row for each of them: ``set``, ``n_genes`` (that are compared in some dataset), ``auc`` of its own
        pairs against all others, and its ``null`` and ``z`` by the first 50 permutations (NaN where these do
        not vary). A pair counts once in each dataset that has it.
    reason
        Why there is no number; empty if there is one.
    """

    auc: AgainstNull | None
    auc_by_dataset: tuple[float, ...]
    recall: float | None
    recall_by_dataset: tuple[float, ...]
    n_genes: tuple[int, ...]
    n_sets: int
    by_set: pd.DataFrame
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
    members = membership(pool.names, sets)
    share = _share_a_set(members)
    datasets = [
        RankedPairs.of(vectors[rows], codes, share)
        for vectors, rows, codes in zip(values, kept, pool.codes, strict=True)
    ]
    aucs = np.array([one.auc(share) for one in datasets])
    recalls = tuple(one.recall for one in datasets)
    if np.isnan(aucs).all():
        reason = f"no dataset has pairs of genes both with and without a set of {sets.name} in common"
        nothing = pd.DataFrame(columns=list(BY_SET))
        return Retrieval(None, tuple(aucs.tolist()), None, recalls, n_genes, 0, nothing, reason)
    rng = np.random.default_rng(seed)
    counted = [datasets[place] for place in np.flatnonzero(~np.isnan(aucs))]
    null, null_by_set = np.empty(draws), np.empty((min(draws, SET_DRAWS), members.shape[1]))
    for draw in range(draws):
        order = permuted(pool.cells, rng)
        null[draw] = np.mean([one.auc(share, order) for one in counted])
        if draw < len(null_by_set):
            null_by_set[draw] = auc_of_sets(counted, members, order)
    placed = np.array([one.placement_by_set(members, share) for one in datasets])
    has_pairs = placed[:, 1].sum(axis=0) > 0
    by_set = _by_set(list(sets.sets), members, auc_of_sets(datasets, members), null_by_set)
    return Retrieval(
        AgainstNull.of(float(np.nanmean(aucs)), null, _resampled(placed[:, :, has_pairs], rng)),
        tuple(aucs.tolist()),
        None if np.isnan(recalls).all() else float(np.nanmean(recalls)),
        recalls,
        n_genes,
        int(has_pairs.sum()),
        by_set[has_pairs].reset_index(drop=True),
    )


def _by_set(
    names: Sequence[str], members: sparse.csr_matrix, auc: np.ndarray, null: np.ndarray
) -> pd.DataFrame:
    """Return the table of `Retrieval`, of all sets; `null` has one row for each draw."""
    mean, sd = np.full((2, len(names)), np.nan)
    drawn = (~np.isnan(null)).sum(axis=0) > 1  # names of other datasets may take those of a small set
    mean[drawn], sd[drawn] = np.nanmean(null[:, drawn], axis=0), np.nanstd(null[:, drawn], axis=0, ddof=1)
    n_genes = np.asarray(members.sum(axis=0)).ravel().astype(int)
    z = np.divide(auc - mean, sd, out=np.full(len(names), np.nan), where=sd > 0)
    return pd.DataFrame(dict(zip(BY_SET, (names, n_genes, auc, mean, z), strict=True)))


def _in_sets(
    values: Sequence[np.ndarray], genes: Sequence[pd.Index], sets: GeneSets, seed: int
) -> list[np.ndarray]:
    """Return for each dataset which genes have a vector and are in some set."""
    known = sorted(set().union(*genes) & sets.genes)
    if len(known) > MOST_NAMES:
        known = list(np.random.default_rng(seed).choice(known, MOST_NAMES, replace=False))
    return [vectors.any(axis=1) & names.isin(known) for vectors, names in zip(values, genes, strict=True)]


def membership(names: pd.Index, sets: GeneSets) -> sparse.csr_matrix:
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


def _resampled(by_set: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the mean AUC over datasets for sets drawn anew, shape (RESAMPLES,).

    Parameters
    ----------
    by_set
        `RankedPairs.placement_by_set` of each dataset, shape (n_datasets, 2, n_sets).
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
