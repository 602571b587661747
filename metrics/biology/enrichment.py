"""Question 3: gene sets that are over-represented in the clusters of an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.metrics.biology.null import AgainstNull

SIGNIFICANT = 0.05
"""False discovery rate up to which a set counts as enriched."""


@dataclass(frozen=True)
class Enrichment:
    """Over-represented gene sets of the clusters of an embedding.

    Attributes
    ----------
    share
        Share of the clusters that have a significant set.
    distinct
        Number of sets that are significant in some cluster.
    strength
        Mean over clusters of their best -log10 false discovery rate.
    table
        One row for each cluster and set with a gene in common, the smallest p-value first: ``cluster``,
        ``cluster_size``, ``set``, ``overlap``, ``set_size``, ``rich_factor`` (overlap / set_size),
        ``p_value``, ``fdr``, ``genes`` (with ";" between them).
    n_clusters, n_sets, n_genes
        Clusters, sets and genes of the background.
    reason
        Why there are no numbers; empty if there are.
    """

    share: AgainstNull | None
    distinct: AgainstNull | None
    strength: AgainstNull | None
    table: pd.DataFrame
    n_clusters: int
    n_sets: int
    n_genes: int
    reason: str = ""


def embedding_clusters(values: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return for each dataset the Leiden cluster of each gene, as the six metrics have them, int."""
    raise NotImplementedError


def enrichment(
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    sets: GeneSets,
    *,
    draws: int = 200,
    seed: int = 0,
) -> Enrichment:
    """Test every cluster against every set: hypergeometric, background the genes of the tissue.

    Parameters
    ----------
    clusters
        For each dataset the cluster of each gene (`embedding_clusters`), shape (n_genes,); -1 for genes
        without a vector. A cluster holds the names of its genes in all datasets.
    genes, strata, sets, draws, seed
        As for `retrieval`. Of `distinct` there is no interval by resampling that would not lose sets: its
        bounds are NaN.
    """
    raise NotImplementedError
