"""Question 4, as it was published: orthologs of two species that are in one cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.orthologs import LEAST_ORTHOLOGS, RESAMPLES, SharedOrthologs
from geneboard.metrics.biology.strata import NamePool, one_stratum


@dataclass(frozen=True)
class OrthologClusters:
    """Orthologs in the clusters of an embedding, by the number of pairs of genes that could be.

    Attributes
    ----------
    ratio
        Ortholog pairs of a cluster / (its genes of one species x those of the other), mean over clusters;
        interval by resampled clusters. Higher is better, and the number rewards small clusters: n pairs alone
        in a cluster give 1 / n. None where there are too few orthologs.
    pairs
        Pairs of orthologs that are in one cluster, sum over clusters.
    names
        The orthologs that both species have, each once.
    n_clusters, n_mixed
        Clusters, and those that hold genes of both species; the others count 0.
    reason
        Why there is no number; empty if there is one.
    """

    ratio: AgainstNull | None
    pairs: int
    names: pd.Index
    n_clusters: int
    n_mixed: int
    reason: str = ""


def ortholog_clusters(
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    species: Sequence[str],
    orthologs: Mapping[str, int],
    *,
    draws: int = 200,
    seed: int = 0,
) -> OrthologClusters:
    """Count orthologs in clusters. A cluster holds the names of its genes in all datasets of a species.

    The null permutes the genes of the second species within cells; one that stays is left out, and the others
    stand for it. So clusters keep their sizes.

    Parameters
    ----------
    clusters
        For each dataset the cluster of each gene (`enrichment.embedding_clusters`), shape (n_genes,); -1 for
        genes without a vector.
    genes, species, orthologs, draws, seed
        As for `orthologs.ortholog_retrieval`.

    Raises
    ------
    ValueError
        If the datasets are not of two species.
    """
    first, second = dict.fromkeys(species)
    kept = [labels >= 0 for labels in clusters]
    asked = SharedOrthologs.of(kept, genes, species, orthologs)
    every = np.concatenate([labels[rows] for labels, rows in zip(clusters, kept, strict=True)])
    numbers = np.unique(every)
    if len(asked.names) < LEAST_ORTHOLOGS:
        reason = f"the two species have fewer than {LEAST_ORTHOLOGS} orthologs with vectors"
        return OrthologClusters(None, 0, asked.names, len(numbers), 0, reason)
    pool = NamePool.of(genes, one_stratum(genes))
    inside = {one: np.zeros((len(numbers), len(pool.names)), dtype=np.float64) for one in (first, second)}
    for labels, rows, codes, one in zip(clusters, kept, pool.codes, species, strict=True):
        inside[one][np.searchsorted(numbers, labels[rows]), codes[rows]] = 1
    possible = inside[first].sum(axis=1) * inside[second].sum(axis=1)
    place = pool.names.get_indexer(asked.names)
    ours, theirs = inside[first][:, place], inside[second][:, place]
    rng = np.random.default_rng(seed)
    pairs = (ours * theirs).sum(axis=1)
    null = []
    for order in asked.drawn(draws, rng):
        moved = order != np.arange(len(order))
        if moved.any():
            found = (ours[:, moved] * theirs[:, order[moved]]).sum(axis=1) * len(order) / moved.sum()
            null.append(_ratios(found, possible).mean())
    if len(null) < draws:
        reason = "no two orthologs are alike in expression and degree, so there is no null"
        return OrthologClusters(None, int(pairs.sum()), asked.names, len(numbers), 0, reason)
    ratios = _ratios(pairs, possible)
    drawn = rng.integers(len(numbers), size=(RESAMPLES, len(numbers)))
    return OrthologClusters(
        AgainstNull.of(float(ratios.mean()), np.array(null), ratios[drawn].mean(axis=1)),
        int(pairs.sum()),
        asked.names,
        len(numbers),
        int((possible > 0).sum()),
    )


def _ratios(pairs: np.ndarray, possible: np.ndarray) -> np.ndarray:
    """Return pairs / possible of each cluster, 0 where a species is missing, shape (n_clusters,)."""
    ratios: np.ndarray = np.divide(pairs, possible, out=np.zeros(len(pairs)), where=possible > 0)
    return ratios
