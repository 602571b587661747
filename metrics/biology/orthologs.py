"""Question 4: genes of two species that are orthologs, and whether they are near each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from geneboard.metrics.auc import unit_length
from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.ranked_pairs import DECIMALS, NEIGHBOURS
from geneboard.metrics.biology.strata import NamePool, one_stratum, permuted

LEAST_ORTHOLOGS = 10
"""Orthologs that two datasets must have in common to be compared."""

RESAMPLES = 1000
"""Bootstrap samples of the orthologs."""


@dataclass(frozen=True, eq=False)
class SharedOrthologs:
    """Genes with a vector whose ortholog has one in some dataset of another species.

    Attributes
    ----------
    names
        What the two are called in the table, shape (n_names,).
    rows
        Row of each in each dataset, -1 where it is not there, shape (n_datasets, n_names).
    cells
        Cell of each gene of the second species in its grid of expression and degree, shape (n_names,).
    """

    names: pd.Index
    rows: np.ndarray
    cells: np.ndarray

    @classmethod
    def of(
        cls,
        covered: Sequence[np.ndarray],
        genes: Sequence[pd.Index],
        species: Sequence[str],
        orthologs: Mapping[str, int],
    ) -> SharedOrthologs:
        """Find them; parameters as of `ortholog_retrieval`, `covered` tells which genes have a vector."""
        pool = NamePool.of(genes, one_stratum(genes))
        rows = np.full((len(genes), len(pool.names)), -1)
        for own, codes, kept in zip(rows, pool.codes, covered, strict=True):
            own[codes[kept]] = np.flatnonzero(kept)
        having = np.array(
            [(rows[[other == one for other in species]] >= 0).any(axis=0) for one in dict.fromkeys(species)]
        )
        shared = (having.sum(axis=0) > 1) & pool.names.isin(list(orthologs))
        names = pool.names[shared]
        return cls(names, rows[:, shared], np.array([orthologs[name] for name in names], dtype=np.int64))

    def drawn(self, draws: int, rng: np.random.Generator) -> np.ndarray:
        """Return which gene of the second species stands for the ortholog of each, shape (draws, n_names).

        It is in the same cell of that species. A grid of both would not do: where the mean of two ranks is
        given, one is the lower the higher the other, so orthologs would be less alike than others.
        """
        return np.array([permuted(self.cells, rng) for _ in range(draws)])


@dataclass(frozen=True)
class OrthologRetrieval:
    """Where the ortholog of a gene ranks among all genes of a dataset of another species.

    Attributes
    ----------
    auc
        Share of the other genes that are less alike than the ortholog, mean over orthologs, then over pairs
        of datasets in both directions: 1 is always first, 0.5 chance. None where there are too few orthologs.
    auc_by_pair
        The same for each pair.
    median_rank
        Share of the other genes that are more alike, median over orthologs, mean over pairs: 0 is always
        first, 0.5 chance; lower is better.
    recall
        How often the ortholog is among the 10 nearest genes, over what chance gives, mean over pairs: 1 is
        chance.
    pairs
        Which two datasets were compared: the genes of the first looked for their orthologs in the second.
    names
        The orthologs that were asked, each once.
    reason
        Why there is no number; empty if there is one.
    """

    auc: AgainstNull | None
    auc_by_pair: tuple[float, ...]
    median_rank: float | None
    recall: float | None
    pairs: tuple[tuple[int, int], ...]
    names: pd.Index
    reason: str = ""


def ortholog_retrieval(
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    species: Sequence[str],
    orthologs: Mapping[str, int],
    *,
    draws: int = 200,
    seed: int = 0,
) -> OrthologRetrieval:
    """Ask whether a gene is more alike to its ortholog than to other genes of the other species.

    The null permutes the genes of the second species among those that are alike in expression and degree, the
    same for all pairs of datasets and both directions; genes that keep their ortholog are left out. The
    interval is that of orthologs drawn anew: an ortholog is one, in however many datasets it is.

    Parameters
    ----------
    values
        For each dataset its vectors, shape (n_genes, dim); rows of zeros are genes without one, which neither
        ask nor are found.
    genes
        For each dataset the names of its genes, unique; orthologs have the same.
    species
        That of each dataset, two in all.
    orthologs
        Names that say that two genes are orthologs, as others may coincide, and the cell of each gene of the
        second species (`strata.gene_strata` of its datasets).
    draws
        Permutations, at least two.
    seed
        Determines permutations and resampled orthologs.
    """
    covered = [np.asarray(vectors.any(axis=1)) for vectors in values]
    asked = SharedOrthologs.of(covered, genes, species, orthologs)
    present = asked.rows >= 0
    pairs = tuple(
        (one, other)
        for one, other in permutations(range(len(values)), 2)
        if species[one] != species[other] and (present[one] & present[other]).sum() >= LEAST_ORTHOLOGS
    )
    used = np.zeros(len(asked.names), dtype=bool)
    for one, other in pairs:
        used |= present[one] & present[other]
    asked = SharedOrthologs(asked.names[used], asked.rows[:, used], asked.cells[used])
    if not pairs:
        reason = f"no two datasets of different species have {LEAST_ORTHOLOGS} orthologs with vectors"
        return OrthologRetrieval(None, (), None, None, (), asked.names, reason)
    rng = np.random.default_rng(seed)
    orders = asked.drawn(draws, rng)
    orders_of = {species[0]: orders}  # of those that ask
    orders_of |= dict.fromkeys(set(species) - {species[0]}, np.argsort(orders, axis=1))
    placed = np.full((len(pairs), len(asked.names)), np.nan)
    medians, recalls, null = np.empty(len(pairs)), np.empty(len(pairs)), np.empty((len(pairs), draws))
    for number, (one, other) in enumerate(pairs):
        inside = np.flatnonzero((asked.rows[one] >= 0) & (asked.rows[other] >= 0))
        candidates = np.flatnonzero(covered[other])
        targets = np.searchsorted(candidates, asked.rows[other, inside])
        asking = unit_length(values[one][asked.rows[one, inside]])
        similarity = np.round(asking @ unit_length(values[other][candidates]).T, DECIMALS)
        placement = (rankdata(similarity, axis=1)[:, targets] - 1) / max(len(candidates) - 1, 1)
        own = np.diag(placement)
        placed[number, inside] = own
        medians[number] = 1 - np.median(own)
        recalls[number] = _recall(similarity, targets)
        null[number] = _null(placement, inside, orders_of[species[one]])
    if np.isnan(null).all(axis=0).any():
        reason = "no two orthologs are alike in expression and degree, so there is no null"
        return OrthologRetrieval(None, (), None, None, pairs, asked.names, reason)
    by_pair = np.nanmean(placed, axis=1)
    return OrthologRetrieval(
        AgainstNull.of(float(by_pair.mean()), np.nanmean(null, axis=0), _resampled(placed, rng)),
        tuple(by_pair.tolist()),
        float(medians.mean()),
        float(recalls.mean()),
        pairs,
        asked.names,
    )


def _recall(similarity: np.ndarray, targets: np.ndarray) -> float:
    """Return recall at 10 over chance; genes that are equally alike share the last places."""
    n_genes = similarity.shape[1]
    own = similarity[np.arange(len(targets)), targets][:, None]
    nearer, level = (similarity > own).sum(axis=1), (similarity == own).sum(axis=1)
    found = np.clip((NEIGHBOURS - nearer) / level, 0, 1)
    return float(found.mean() / (min(NEIGHBOURS, n_genes) / n_genes))


def _null(placement: np.ndarray, inside: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """Return the mean placement of the orthologs of other genes, shape (n_draws,).

    Parameters
    ----------
    placement
        Of each ortholog that the two datasets have, for each gene, shape (n, n).
    inside
        Which names these are, shape (n,).
    orders
        `SharedOrthologs.drawn`; a gene whose name becomes one that the datasets have not is left out.
    """
    place = np.full(orders.shape[1], -1)
    place[inside] = np.arange(len(inside))
    drawn = place[orders[:, inside]]
    counts = (drawn >= 0) & (drawn != np.arange(len(inside)))
    total = np.where(counts, placement[np.arange(len(inside)), drawn], 0.0).sum(axis=1)
    number = counts.sum(axis=1)
    mean: np.ndarray = np.divide(total, number, out=np.full(len(orders), np.nan), where=number > 0)
    return mean


def _resampled(placed: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return the mean over pairs for orthologs drawn anew, shape (RESAMPLES,).

    Parameters
    ----------
    placed
        Placement of each ortholog in each pair, NaN where the pair has it not, shape (n_pairs, n_names).
    """
    n_names = placed.shape[1]
    drawn = rng.multinomial(n_names, np.full(n_names, 1 / n_names), size=RESAMPLES)
    known = ~np.isnan(placed)
    weight = drawn @ known.T
    won = drawn @ np.where(known, placed, 0.0).T
    means: np.ndarray = np.nanmean(
        np.divide(won, weight, out=np.full(won.shape, np.nan), where=weight > 0), axis=1
    )
    return means
