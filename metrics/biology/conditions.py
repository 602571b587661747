"""Question 7: genes whose neighbourhoods differ more between two conditions than within them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from scipy.stats import false_discovery_control

from geneboard.metrics.biology.assignments import Assignments
from geneboard.metrics.biology.dissimilarity import NEIGHBOURS, Dissimilarities, dissimilarities

SIGNIFICANT = 0.05
"""False discovery rate up to which a neighbourhood counts as changed; a p above it is not told."""

LEAST_JACKKNIFE = 3
"""Datasets of each condition that an interval of the mean effect needs."""

ROUNDING = 1e-6
"""Effects that differ by less are equal."""

NO_PAIR = "no condition has two datasets, so it is not known how much neighbourhoods differ within one"
NO_GENE = "no gene has vectors in enough datasets of both conditions"
COLUMNS = ("gene", "datasets", "between", "within", "effect", "p", "q")


@dataclass(frozen=True, eq=False)
class Changes:
    """Which neighbourhoods differ between two conditions.

    Attributes
    ----------
    genes
        One row for each gene that is compared, the largest effect first: ``gene``, ``datasets`` (that have
        it), ``between`` (mean dissimilarity, 1 is chance, over pairs of datasets of different conditions),
        ``within`` (the same over pairs of one condition, mean of the two), ``effect`` (between - within),
        ``p`` (of this gene alone) and ``q`` (false discovery rate). What cannot be told is NaN; without
        pairs of one condition the most unlike gene is first.
    permuted
        Effects when the labels of the datasets are permuted, shape (n_genes, n_assignments - 1), in the order
        of `genes`.
    mean_effect
        Mean effect over genes; None without pairs of one condition.
    interval
        Its 95 % interval, by the jackknife over datasets; None with fewer than three of a condition.
    p_value
        That the mean effect is as large when the labels are permuted; None where it cannot be up to .05.
    assignments
        So many assignments of datasets to conditions were compared, the true one among them.
    least_p
        The smallest p that can be attained.
    reason
        Why there is no mean effect; empty if there is one.
    """

    genes: pd.DataFrame
    permuted: np.ndarray
    mean_effect: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    assignments: int
    least_p: float
    reason: str = ""

    @property
    def can_test(self) -> bool:
        """Whether the labels can be permuted often enough for a p up to .05."""
        return self.least_p <= SIGNIFICANT

    @property
    def changed(self) -> pd.DataFrame:
        """The genes up to the false discovery rate .05; none where nothing can be tested."""
        return self.genes[self.genes["q"] <= SIGNIFICANT]


def neighbourhood_changes(
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    first: np.ndarray,
    *,
    k: int = NEIGHBOURS,
    seed: int = 0,
) -> Changes:
    """Compare the neighbourhoods of every gene between and within two conditions.

    The effect of a gene is half of the energy distance of the two groups (Szekely and Rizzo 2013, J. Stat.
    Plan. Inference 143): its expectation is 0 unless conditions differ, also where one varies more than the
    other. The null permutes the labels of the datasets. With few datasets a gene alone cannot reach a p
    that survives the correction for all genes, so the null of all genes is pooled: effects are divided by
    s + s0, their standard deviation over the assignments and its median over genes, as in SAM (Tusher et
    al. 2001, PNAS 98), because a gene that few datasets have varies more. The p of a gene is then the share
    of all genes in all assignments, the true one included, that are as extreme; the rate is
    Benjamini-Hochberg's. It cannot be below `Changes.least_p`.

    Compared are genes with vectors in two datasets of each condition, or in the only one of a condition.

    Parameters
    ----------
    values
        For each dataset its vectors, shape (n_genes, dim); rows of zeros are genes without one.
    genes
        For each dataset the names of its genes.
    first
        Whether each dataset is of the first condition, bool of shape (n_datasets,).
    k
        Genes of a neighbourhood.
    seed
        Determines the assignments, where there are too many to compare all.
    """
    found = _compared(dissimilarities(values, genes, k), first)
    assignments = Assignments.of(first, seed)
    between, within = _means(found.values, found.pairs, assignments.first)
    effect = between - within
    reason = "" if len(found.genes) else NO_GENE
    if not reason and np.isnan(effect[:, 0]).all():
        reason = NO_PAIR
    tested = not reason and assignments.least_p <= SIGNIFICANT
    nothing = np.full(len(found.genes), np.nan)
    known = np.isfinite(found.values)
    columns = (
        found.genes,
        [len(np.unique(found.pairs[own])) for own in known],
        between[:, 0],
        within[:, 0],
        effect[:, 0],
        _p_values(effect) if tested else nothing,
        _false_discovery_rates(effect) if tested else nothing,
    )
    table = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
    order = table.sort_values(["effect", "between", "gene"], ascending=[False, False, True]).index
    means = np.nanmean(effect, axis=0) if not reason else np.full(1, np.nan)
    return Changes(
        table.loc[order].reset_index(drop=True),
        effect[order, 1:],
        None if reason else float(means[0]),
        None if reason else _jackknife(found, first),
        float((means >= means[0] - ROUNDING).mean()) if tested else None,
        len(assignments.first),
        assignments.least_p,
        reason,
    )


def _compared(found: Dissimilarities, first: np.ndarray) -> Dissimilarities:
    """Return the genes that enough datasets of both conditions have."""
    known = np.isfinite(found.values)
    enough = np.ones(len(found.genes), dtype=bool)
    for members in (np.flatnonzero(first), np.flatnonzero(~first)):
        has_it = [known[:, (found.pairs == dataset).any(axis=1)].any(axis=1) for dataset in members]
        enough &= np.sum(has_it, axis=0) >= min(2, len(members))
    between, _ = _means(found.values, found.pairs, first[None])
    enough &= np.isfinite(between[:, 0])
    return Dissimilarities(found.genes[enough], found.pairs, found.values[enough])


def _means(values: np.ndarray, pairs: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return mean dissimilarities between and within conditions, each of shape (n_genes, n_assignments)."""
    one, other = first[:, pairs[:, 0]].T, first[:, pairs[:, 1]].T
    within = np.stack([_mean(values, one & other), _mean(values, ~one & ~other)])
    n = np.isfinite(within).sum(axis=0)
    summed = np.nansum(within, axis=0)
    return _mean(values, one != other), np.divide(summed, n, out=np.full(n.shape, np.nan), where=n > 0)


def _mean(values: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Return the mean over the pairs that count in each assignment, NaN where a gene has none of them."""
    known, pairs = np.isfinite(values), counted.astype(np.float64)
    n = known.astype(np.float64) @ pairs
    summed = np.where(known, values, 0.0).astype(np.float64) @ pairs
    return np.asarray(np.divide(summed, n, out=np.full(n.shape, np.nan), where=n > 0))


def _p_values(effect: np.ndarray) -> np.ndarray:
    """Return for each gene the share of its assignments with at least the true effect."""
    at_least = (effect >= effect[:, :1] - ROUNDING).sum(axis=1)
    return np.asarray(at_least / np.isfinite(effect).sum(axis=1))


def _false_discovery_rates(effect: np.ndarray) -> np.ndarray:
    """Return for each gene its false discovery rate by the null of all genes."""
    spread = np.nanstd(effect, axis=1, keepdims=True)
    usual = np.median(spread)
    if usual <= ROUNDING:  # as of vectors that are the same in all datasets: nothing varies
        return np.ones(len(effect))
    relative = effect / (spread + usual)
    pool = np.sort(relative[np.isfinite(relative)])
    p_values = 1 - np.searchsorted(pool, relative[:, 0] - ROUNDING) / len(pool)
    return np.asarray(false_discovery_control(p_values))


def _jackknife(found: Dissimilarities, first: np.ndarray) -> tuple[float, float] | None:
    """Return the 95 % interval of the mean effect over datasets (Arvesen 1969, Ann. Math. Stat. 40)."""
    n = len(first)
    if min(first.sum(), n - first.sum()) < LEAST_JACKKNIFE:
        return None
    means = []
    for dataset in range(n):
        kept = (found.pairs != dataset).all(axis=1)
        between, within = _means(found.values[:, kept], found.pairs[kept], first[None])
        means.append(np.nanmean(between - within))
    between, within = _means(found.values, found.pairs, first[None])
    pseudo = n * np.nanmean(between - within) - (n - 1) * np.array(means)
    half = float(stdtrit(n - 1, 0.975)) * pseudo.std(ddof=1) / n**0.5
    return float(pseudo.mean() - half), float(pseudo.mean() + half)
