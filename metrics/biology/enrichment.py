"""Question 3: gene sets that are over-represented in the clusters of an embedding."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.special import gammaln
from scipy.stats import false_discovery_control

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.retrieval import membership
from geneboard.metrics.biology.strata import NamePool, one_stratum, permuted

SIGNIFICANT = 0.05
"""False discovery rate up to which a set counts as enriched."""

RESAMPLES = 1000
"""Bootstrap samples of the clusters."""

SMALLEST_RATE = 1e-300
"""False discovery rates below are taken as this, so that their logarithm is finite."""

COLUMNS = (
    *("cluster", "cluster_size", "set", "overlap", "set_size"),
    *("rich_factor", "p_value", "fdr", "genes"),
)


@dataclass(frozen=True)
class Enrichment:
    """Over-represented gene sets of the clusters of an embedding.

    Attributes
    ----------
    share
        Share of the clusters that have a significant set; interval by resampled clusters.
    distinct
        Number of sets that are significant in some cluster; without an interval, since resampled clusters
        have fewer.
    strength
        Mean over clusters of their best -log10 false discovery rate; interval by resampled clusters.
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
    """Return for each dataset the Leiden cluster of each gene, as the six metrics have them.

    Parameters
    ----------
    values
        For each dataset its vectors, shape (n_genes, dim); rows of zeros are genes without one.

    Returns
    -------
    list of np.ndarray
        Int of shape (n_genes,); clusters go over all datasets, 0 is the largest, -1 is no vector.
    """
    from geneboard.metrics.neighbours import leiden_clusters, neighbour_graph  # scanpy takes seconds

    matrix = np.concatenate(values)
    clusters = np.full(len(matrix), -1)
    covered = matrix.any(axis=1)
    if covered.any():
        clusters[covered] = leiden_clusters(neighbour_graph(matrix[covered]))
    return np.split(clusters, np.cumsum([len(part) for part in values])[:-1])


def enrichment(
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    sets: GeneSets,
    *,
    draws: int = 200,
    seed: int = 0,
    listed_up_to: float = 1.0,
) -> Enrichment:
    """Test every cluster against every set: hypergeometric, background all genes that are in a cluster.

    False discovery rates are over all clusters and sets, also without a gene in common. The null permutes
    names within cells of the grid among those that as many datasets have: a name that more of them have is in
    more clusters. So clusters keep their sizes and what they share.

    Parameters
    ----------
    clusters
        For each dataset the cluster of each gene (`embedding_clusters`), shape (n_genes,); -1 for genes
        without a vector. A cluster holds the names of its genes in all datasets.
    genes, strata, sets, draws, seed
        As for `retrieval.retrieval`.
    listed_up_to
        False discovery rate up to which the table has a cluster and set.
    """
    tested = _Tested.of(clusters, genes, strata, sets)
    if not all(tested.sizes):
        reason = f"no gene with a vector is in a set of {sets.name}"
        return Enrichment(None, None, None, pd.DataFrame(columns=list(COLUMNS)), *tested.sizes, reason)
    numbers, pool, inside, rates = tested.numbers, tested.pool, tested.inside, tested.rates()
    rng, cells = np.random.default_rng(seed), pool.cells_by_datasets
    null = np.array([_statistics(tested.rates(permuted(cells, rng))) for _ in range(draws)])
    share, distinct, strength = _statistics(rates)
    significant, best = _by_cluster(rates)
    drawn = rng.integers(len(numbers), size=(RESAMPLES, len(numbers)))
    return Enrichment(
        AgainstNull.of(share, null[:, 0], significant[drawn].mean(axis=1)),
        AgainstNull.of(distinct, null[:, 1]),
        AgainstNull.of(strength, null[:, 2], best[drawn].mean(axis=1)),
        _table(numbers, inside > 0, pool.names, tested.sets, np.where(rates <= listed_up_to, rates, np.nan)),
        *tested.sizes,
    )


def enriched_sets(
    clusters: Sequence[np.ndarray], genes: Sequence[pd.Index], sets: GeneSets
) -> frozenset[str]:
    """Return the names of the sets that are over-represented in some cluster, tested as in `enrichment`.

    Parameters
    ----------
    clusters, genes, sets
        As for `enrichment`.
    """
    tested = _Tested.of(clusters, genes, one_stratum(genes), sets)
    if not all(tested.sizes):
        return frozenset()
    best = tested.rates().min(axis=0)
    return frozenset(name for name, rate in zip(tested.sets.sets, best, strict=True) if rate <= SIGNIFICANT)


@dataclass(frozen=True, eq=False)
class _Tested:
    """Clusters and sets that are tested against each other.

    Attributes
    ----------
    pool
        The genes with a cluster.
    numbers
        Of the clusters, shape (n_clusters,).
    inside
        Which cluster holds which name, shape (n_clusters, n_names).
    sets
        Those with some of these names.
    """

    pool: NamePool
    numbers: np.ndarray
    inside: np.ndarray
    sets: GeneSets

    @classmethod
    def of(
        cls,
        clusters: Sequence[np.ndarray],
        genes: Sequence[pd.Index],
        strata: Sequence[np.ndarray],
        sets: GeneSets,
    ) -> _Tested:
        kept = [labels >= 0 for labels in clusters]
        pool = NamePool.of(
            [names[rows] for names, rows in zip(genes, kept, strict=True)],
            [cells[rows] for cells, rows in zip(strata, kept, strict=True)],
        )
        labels = np.concatenate([part[rows] for part, rows in zip(clusters, kept, strict=True)])
        numbers, index = np.unique(labels, return_inverse=True)
        inside = np.zeros((len(numbers), len(pool.names)), dtype=np.float32)
        inside[index, np.concatenate(pool.codes)] = 1
        return cls(pool, numbers, inside, sets.within(pool.names, smallest=1, largest=len(pool.names)))

    @property
    def sizes(self) -> tuple[int, int, int]:
        """How many clusters, sets and names there are."""
        return len(self.numbers), len(self.sets.sets), len(self.pool.names)

    @cached_property
    def _members(self) -> sparse.csr_matrix:
        return membership(self.pool.names, self.sets)

    @cached_property
    def _tails(self) -> _Tails:
        sizes = self.inside.sum(axis=1).astype(int)
        return _Tails.of(sizes, self._members.getnnz(axis=0), len(self.pool.names))

    def rates(self, order: np.ndarray | None = None) -> np.ndarray:
        """Return false discovery rates, of permuted names too, shape (n_clusters, n_sets)."""
        inside = self.inside if order is None else self.inside[:, order]
        return _rates(self._tails.p_values(inside @ self._members))


@dataclass(frozen=True, eq=False)
class _Tails:
    """P-values of every overlap that clusters and sets of some sizes can have.

    Attributes
    ----------
    table
        P(at least k genes in common), shape (cluster sizes, set sizes, k from 0).
    cluster, set
        Place of each cluster's and each set's size in the table.
    """

    table: np.ndarray
    cluster: np.ndarray
    set: np.ndarray

    @classmethod
    def of(cls, cluster_sizes: np.ndarray, set_sizes: np.ndarray, n_genes: int) -> _Tails:
        drawn, cluster = np.unique(cluster_sizes, return_inverse=True)
        marked, which = np.unique(set_sizes, return_inverse=True)
        k = np.arange(min(drawn.max(), marked.max()) + 1)
        exactly = _hypergeometric(k, n_genes, marked[None, :, None], drawn[:, None, None])
        at_least = exactly[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
        return cls(np.minimum(at_least, 1.0), cluster, which)

    def p_values(self, overlaps: np.ndarray) -> np.ndarray:
        """Return the p-value of each cluster and set, shape (n_clusters, n_sets)."""
        k = np.rint(overlaps).astype(np.int64)
        return np.asarray(self.table[self.cluster[:, None], self.set[None, :], k])


def _hypergeometric(k: np.ndarray, n_genes: int, marked: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Return the probability of k marked genes among those drawn, as ``scipy.stats.hypergeom.pmf``.

    A million of them take that a second and more, as it has no table of the factorials of whole numbers.
    """
    log_factorial = gammaln(np.arange(n_genes + 1) + 1.0)

    def log_choose(n: np.ndarray | int, chosen: np.ndarray) -> np.ndarray:
        possible = (chosen >= 0) & (chosen <= n)
        taken = np.where(possible, chosen, 0)
        logs = log_factorial[n] - log_factorial[taken] - log_factorial[n - taken]
        return np.where(possible, logs, -np.inf)

    ways = log_choose(marked, k) + log_choose(n_genes - marked, drawn - k)
    return np.asarray(np.exp(ways - log_choose(n_genes, drawn)))


def _rates(p_values: np.ndarray) -> np.ndarray:
    """Return false discovery rates over all tests (Benjamini-Hochberg), of the same shape."""
    return np.asarray(false_discovery_control(p_values, axis=None)).reshape(p_values.shape)


def _by_cluster(rates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return for each cluster whether a set is significant, and its best -log10 rate."""
    best = rates.min(axis=1)
    return best <= SIGNIFICANT, -np.log10(np.maximum(best, SMALLEST_RATE))


def _statistics(rates: np.ndarray) -> tuple[float, float, float]:
    """Return share, distinct and strength of `Enrichment`."""
    significant, best = _by_cluster(rates)
    distinct = (rates <= SIGNIFICANT).any(axis=0).sum()
    return float(significant.mean()), float(distinct), float(best.mean())


def _table(
    numbers: np.ndarray, inside: np.ndarray, names: pd.Index, sets: GeneSets, rates: np.ndarray
) -> pd.DataFrame:
    """Return the table of `Enrichment`, with gseapy's p-values; a rate that is NaN is left out."""
    from gseapy.stats import calc_pvalues  # a second to import

    background, column = set(names), {name: place for place, name in enumerate(sets.sets)}
    tables = []
    for row, number in enumerate(numbers):
        cluster = names[inside[row]]
        libraries = {name: set(sets.sets[name]) for name in column if not np.isnan(rates[row, column[name]])}
        found = list(calc_pvalues(set(cluster), libraries, background)) if libraries else []
        if not found:
            continue
        terms, p_values, _, overlaps, set_sizes, genes = found
        tables.append(
            pd.DataFrame(
                {
                    "cluster": int(number),
                    "cluster_size": len(cluster),
                    "set": terms,
                    "overlap": overlaps,
                    "set_size": set_sizes,
                    "rich_factor": np.divide(overlaps, set_sizes),
                    "p_value": p_values,
                    "fdr": rates[row, [column[term] for term in terms]],
                    "genes": [";".join(sorted(hit)) for hit in genes],
                }
            )
        )
    if not tables:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(tables).sort_values(["p_value", "cluster", "set"], ignore_index=True)
