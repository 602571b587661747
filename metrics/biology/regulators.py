"""Question 6: regulators whose known targets are over-represented in the clusters of an embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from geneboard.datasets.knowledge.regulators import (
    ACTIVATION,
    EFFECTS,
    LEAST_TARGETS,
    REPRESSION,
    Regulators,
)
from geneboard.metrics.biology.enrichment import SIGNIFICANT, Enrichment, enrichment

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
        The same for as many targets drawn from all that the regulator has in the background.
    low, high
        Bootstrap 95 % interval of `share` over regulators, whose excess over `expected` is resampled.
    n_pairs
        Pairs of a cluster and a regulator.
    """

    share: float
    expected: float
    low: float
    high: float
    n_pairs: int


@dataclass(frozen=True)
class ClusterRegulators:
    """Over-represented regulators of the clusters of an embedding.

    Attributes
    ----------
    enriched
        What `enrichment.enrichment` finds where gene sets are the targets of regulators. Its table has
        ``regulator`` for set; ``cluster_targets``, how many genes of the cluster are in the background; for
        genes ``activation``, ``repression`` and ``unknown`` (with ";" between them); ``agreement`` and
        ``expected``, as in `SignAgreement` but of this cluster and regulator (NaN with less than two known
        effects); ``in_cluster``, whether the regulator is itself a gene of the cluster (None where it has no
        vector).
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
    asked = [
        np.where(names.isin(list(regulators.genes)), labels, -1)
        for names, labels in zip(genes, clusters, strict=True)
    ]
    targets, members = members_of(asked, genes), members_of(clusters, genes)
    background = frozenset().union(*targets.values())
    sets = regulators.sets_within(background)
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
        _agreement(list(targets.values()), signs, seed),
        float(table.loc[has_vector, "in_cluster"].mean()) if has_vector.any() else None,
        float(sizes.mean() / len(with_vector)) if has_vector.any() else None,
    )


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


def _shares(effects: Mapping[str, int], cluster: frozenset[str]) -> tuple[float, float, int]:
    """Return the share of the majority sign in a cluster, what is expected, and of how many targets."""
    here = _signs(effects, cluster)
    if sum(here) < LEAST_KNOWN:
        return np.nan, np.nan, 0
    return max(here) / sum(here), expected_majority(*_signs(effects), sum(here)), sum(here)


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
        row["agreement"], row["expected"], _ = _shares(own, members[row["cluster"]])
        row["in_cluster"] = regulator in members[row["cluster"]] if regulator in with_vector else None
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"in_cluster": object})


def _agreement(
    clusters: Sequence[frozenset[str]], effects: Mapping[str, Mapping[str, int]], seed: int
) -> SignAgreement | None:
    """Return the agreement over all clusters and regulators, in which targets weigh the same."""
    sums, n_pairs = [], 0
    for own in effects.values():
        if min(_signs(own)) == 0:
            continue
        found = np.array([_shares(own, cluster) for cluster in clusters])
        found = found[found[:, 2] > 0]
        n_pairs += len(found)
        sums.append([*(found[:, :2] * found[:, 2:]).sum(axis=0), found[:, 2].sum()])
    if not n_pairs:
        return None
    by_regulator = np.array([one for one in sums if one[2]])
    agreeing, expected, known = by_regulator.sum(axis=0)
    drawn = np.random.default_rng(seed).integers(len(by_regulator), size=(RESAMPLES, len(by_regulator)))
    resampled = by_regulator[drawn].sum(axis=1)
    excess = (resampled[:, 0] - resampled[:, 1]) / resampled[:, 2]
    low, high = np.percentile(excess, [2.5, 97.5]) + expected / known
    return SignAgreement(float(agreeing / known), float(expected / known), float(low), float(high), n_pairs)
