"""Question 6: regulators whose known targets are over-represented in the clusters of an embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.regulators import (
    ACTIVATION,
    EFFECTS,
    LEAST_TARGETS,
    REPRESSION,
    Regulators,
)
from geneboard.metrics.biology.enrichment import SIGNIFICANT, Enrichment, enrichment
from geneboard.metrics.biology.retrieval import membership
from geneboard.metrics.biology.strata import NamePool, permuted

EFFECT_NAMES = tuple(filter(None, EFFECTS))
"""Of columns with the targets that have an effect."""

COLUMNS = (
    *("cluster", "cluster_size", "cluster_targets", "regulator", "overlap", "set_size", "rich_factor"),
    *("p_value", "fdr", *EFFECT_NAMES, "agreement", "expected", "in_cluster"),
)

LEAST_KNOWN = 2
"""Targets with a known effect that a regulator needs in a cluster: one alone agrees with itself."""

RESAMPLES = 1000
"""Bootstrap samples of the regulators."""


@dataclass(frozen=True)
class SignAgreement:
    """Whether the targets of a regulator in a cluster are all activated, or all repressed.

    Attributes
    ----------
    share
        Share of the majority sign among targets with a known effect, over all clusters and regulators that
        have at least two of them in common; of regulators that activate some targets and repress others.
    expected
        The same of each regulator where names are permuted as in `enrichment.enrichment`, weighted alike. (A
        draw of targets alone would be too low: genes that more datasets have are in more clusters.)
    low, high
        Bootstrap 95 % interval of `share` over regulators, whose excess over `expected` is resampled.
    p_value
        Share of the permutations with at least the same excess.
    n_pairs
        Pairs of a cluster and a regulator.
    """

    share: float
    expected: float
    low: float
    high: float
    p_value: float
    n_pairs: int


@dataclass(frozen=True)
class ClusterRegulators:
    """Over-represented regulators of the clusters of an embedding.

    Attributes
    ----------
    enriched
        What `enrichment.enrichment` finds where gene sets are the targets of regulators. Its table has
        ``regulator`` for set; ``cluster_targets``, how many genes of the cluster are in the background; for
        genes ``activation``, ``repression`` and ``unknown`` (with ";" between them); ``agreement``, the share
        of the majority sign, and ``expected``, its mean for as many targets drawn from all of the regulator
        (NaN with less than two known effects); ``in_cluster``, whether the regulator is itself a gene of the
        cluster (None where it has no vector).
    agreement
        None where no cluster and such regulator have two targets with a known effect in common.
    own, own_expected
        Share of the over-represented regulators that are in the cluster, among those that have a vector, and
        the share of all genes with a vector that are in those clusters; None without any.
    """

    enriched: Enrichment
    agreement: SignAgreement | None
    own: float | None
    own_expected: float | None


def cluster_regulators(
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    regulators: Regulators,
    *,
    draws: int = 200,
    seed: int = 0,
) -> ClusterRegulators:
    """Test every cluster against the targets of every regulator: hypergeometric test, Benjamini-Hochberg.

    The background is the genes that the table has as targets, not all genes. A table knows well-studied genes
    best, and a cluster of them would else be rich in the targets of whatever regulator is well studied.

    Parameters
    ----------
    clusters, genes, strata, draws, seed
        As for `enrichment.enrichment`.
    regulators
        Known regulation; a regulator needs three targets in the background.
    """
    asked, sets = targets_asked(clusters, genes, regulators)
    members = members_of(clusters, genes)
    found = enrichment(asked, genes, strata, sets, draws=draws, seed=seed, listed_up_to=SIGNIFICANT)
    signs = {
        regulator: {gene: effect for gene, effect in regulators.effects[regulator].items() if gene in known}
        for regulator, known in sets.sets.items()
    }
    if found.share is None:
        reason = (
            f"no regulator of {regulators.name} has {LEAST_TARGETS} targets among the genes with a vector"
        )
        return ClusterRegulators(replace(found, reason=reason), None, None, None)
    with_vector = frozenset().union(*members.values())
    table = _told(found.table, members, signs, with_vector)
    has_vector = table["in_cluster"].notna()
    sizes = table.loc[has_vector, "cluster"].map({cluster: len(names) for cluster, names in members.items()})
    return ClusterRegulators(
        replace(found, table=table),
        _agreement(asked, genes, strata, signs, draws, seed),
        float(table.loc[has_vector, "in_cluster"].mean()) if has_vector.any() else None,
        float(sizes.mean() / len(with_vector)) if has_vector.any() else None,
    )


def targets_asked(
    clusters: Sequence[np.ndarray], genes: Sequence[pd.Index], regulators: Regulators
) -> tuple[list[np.ndarray], GeneSets]:
    """Return the clusters of the genes that are targets, -1 of others, and the targets of each regulator.

    Parameters
    ----------
    clusters, genes, regulators
        As for `cluster_regulators`.
    """
    asked = [
        np.where(names.isin(list(regulators.genes)), labels, -1)
        for names, labels in zip(genes, clusters, strict=True)
    ]
    return asked, regulators.sets_within(frozenset().union(*members_of(asked, genes).values()))


def members_of(clusters: Sequence[np.ndarray], genes: Sequence[pd.Index]) -> dict[int, frozenset[str]]:
    """Return the names of the genes of each cluster, over all datasets; -1 is none."""
    labels, names = np.concatenate(clusters), np.concatenate([np.asarray(own, dtype=object) for own in genes])
    return {int(cluster): frozenset(names[labels == cluster]) for cluster in np.unique(labels[labels >= 0])}


@cache
def expected_majority(activated: int, repressed: int, drawn: int) -> float:
    """Return the mean share of the majority sign among some targets drawn from activated and repressed ones.

    It is exact (hypergeometric), and 1 where all targets of a regulator have the same sign.
    """
    k = np.arange(drawn + 1)
    chance = hypergeom.pmf(k, activated + repressed, activated, drawn)
    return float(chance @ np.maximum(k, drawn - k) / drawn)


def _signs(effects: Mapping[str, int], genes: frozenset[str] | None = None) -> tuple[int, int]:
    """Return how many targets, or how many of them that are among some genes, are activated and repressed."""
    found = [effect for gene, effect in effects.items() if genes is None or gene in genes]
    return found.count(ACTIVATION), found.count(REPRESSION)


def _shares(effects: Mapping[str, int], cluster: frozenset[str]) -> tuple[float, float]:
    """Return the share of the majority sign in a cluster, and what is expected of as many targets."""
    here = _signs(effects, cluster)
    if sum(here) < LEAST_KNOWN:
        return np.nan, np.nan
    return max(here) / sum(here), expected_majority(*_signs(effects), sum(here))


def _told(
    table: pd.DataFrame,
    members: Mapping[int, frozenset[str]],
    effects: Mapping[str, Mapping[str, int]],
    with_vector: frozenset[str],
) -> pd.DataFrame:
    """Return the table of `ClusterRegulators`, of that of `Enrichment`."""
    rows = []
    for row in table.rename(columns={"set": "regulator"}).to_dict("records"):
        regulator, hits, own = row["regulator"], row["genes"].split(";"), effects[row["regulator"]]
        row["cluster_targets"], row["cluster_size"] = row["cluster_size"], len(members[row["cluster"]])
        row |= {name: ";".join(gene for gene in hits if own[gene] == EFFECTS[name]) for name in EFFECT_NAMES}
        row["agreement"], row["expected"] = _shares(own, members[row["cluster"]])
        row["in_cluster"] = regulator in members[row["cluster"]] if regulator in with_vector else None
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"in_cluster": object})


def _having(effect: int, effects: Mapping[str, int]) -> frozenset[str]:
    return frozenset(gene for gene, own in effects.items() if own == effect)


def _agreement(
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    effects: Mapping[str, Mapping[str, int]],
    draws: int,
    seed: int,
) -> SignAgreement | None:
    """Return the agreement over all clusters and regulators, in which targets weigh the same."""
    kept = [labels >= 0 for labels in clusters]
    pool = NamePool.of(
        [names[rows] for names, rows in zip(genes, kept, strict=True)],
        [cells[rows] for cells, rows in zip(strata, kept, strict=True)],
    )
    labels = np.concatenate([own[rows] for own, rows in zip(clusters, kept, strict=True)])
    inside = np.zeros((labels.max() + 1, len(pool.names)))
    inside[labels, np.concatenate(pool.codes)] = 1
    both = {name: own for name, own in effects.items() if min(_signs(own)) > 0}
    activated, repressed = (
        membership(pool.names, GeneSets("", {name: _having(effect, own) for name, own in both.items()}))
        for effect in (ACTIVATION, REPRESSION)
    )

    def by_regulator(order: np.ndarray) -> tuple[np.ndarray, int]:
        """Return targets with the sign of most and with a known effect, shape (2, n), and the pairs."""
        up, down = inside[:, order] @ activated, inside[:, order] @ repressed
        counted = up + down >= LEAST_KNOWN
        sums = [(part * counted).sum(axis=0) for part in (np.maximum(up, down), up + down)]
        return np.array(sums), int(counted.sum())

    found, n_pairs = by_regulator(np.arange(len(pool.names)))
    rng, cells = np.random.default_rng(seed), pool.cells_by_datasets
    null = np.array([by_regulator(permuted(cells, rng))[0] for _ in range(draws)])
    known = (null[:, 1].sum(axis=0) > 0) & (found[1] > 0)
    if not known.any():
        return None
    expected = null[:, 0, known].sum(axis=0) / null[:, 1, known].sum(axis=0)
    agreeing, of = found[:, known]

    def excess(agreeing: np.ndarray, of: np.ndarray) -> np.ndarray:
        over, number = (agreeing - expected * of).sum(axis=-1), of.sum(axis=-1)
        return np.asarray(np.divide(over, number, out=np.zeros_like(over), where=number > 0))

    drawn = np.random.default_rng(seed).multinomial(len(of), np.full(len(of), 1 / len(of)), size=RESAMPLES)
    share, over = float(agreeing.sum() / of.sum()), excess(agreeing, of)
    low, high = np.percentile(excess(agreeing * drawn, of * drawn), [2.5, 97.5]) + share - over
    at_least = int((excess(null[:, 0, known], null[:, 1, known]) >= over - 1e-12).sum())
    return SignAgreement(
        share, share - float(over), float(low), float(high), (1 + at_least) / (1 + draws), n_pairs
    )
