"""Question 5: regulators that are over-represented in the clusters of several tissues of one joint space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.knowledge.regulators import LEAST_TARGETS, Regulators
from geneboard.metrics.biology.enrichment import RESAMPLES, enriched_sets
from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.regulators import targets_asked
from geneboard.metrics.biology.strata import fifths, permuted

DRAWS = 1000
"""Draws of the null."""

COLUMNS = ("tissues", "count", "expected", "p_value", "regulators")

LEAST_EXPECTED = 0.5
"""Tissues that share no regulator are told where at least so many are expected."""


@dataclass(frozen=True, eq=False)
class SharedRegulators:
    """Regulators by the tissues that they are found in.

    Attributes
    ----------
    shared
        How many are found in two tissues or more; the interval is a bootstrap over regulators.
    table
        One row for each set of tissues, the largest sets first: ``tissues`` (tuple), ``count`` (regulators
        found in these and no other), ``expected`` (mean of the null), ``p_value`` (that the null has at least
        as many; NaN of a single tissue) and ``regulators`` (tuple of names).
    found, findable
        For each tissue how many regulators are found, and how many could be: those with three targets.
    reason
        Why there is nothing; empty if there is.
    """

    shared: AgainstNull | None
    table: pd.DataFrame
    found: Mapping[str, int]
    findable: Mapping[str, int]
    reason: str = ""


def shared_regulators(
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    tissues: Sequence[str],
    regulators: Regulators,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> SharedRegulators:
    """Find the over-represented regulators of each tissue in the clusters of all, and which are shared.

    A regulator is found in a tissue where its targets are over-represented in what some cluster has of the
    tissue's genes (hypergeometric test among the targets that the tissue has, Benjamini-Hochberg over its
    clusters and regulators, as in `regulators.cluster_regulators`).

    The null: each tissue draws as many regulators as it has found, from those that could be found there, and
    as many of each fifth by the number of their targets there. A regulator with many targets is found more
    easily in every tissue, and that is no common biology.

    Parameters
    ----------
    clusters, genes
        As for `enrichment.enrichment`.
    tissues
        Tissue of each dataset.
    regulators
        Known regulation.
    draws, seed
        Of the null and the bootstrap.
    """
    names = sorted(set(tissues))
    targets, found = {}, {}
    for tissue in names:
        own = [place for place, one in enumerate(tissues) if one == tissue]
        asked, sets = targets_asked([clusters[k] for k in own], [genes[k] for k in own], regulators)
        targets[tissue] = {name: len(members) for name, members in sorted(sets.sets.items())}
        found[tissue] = enriched_sets(asked, [genes[k] for k in own], sets)
    counts = {name: len(found[name]) for name in names}, {name: len(targets[name]) for name in names}
    findable = [name for name in names if targets[name]]
    reason = ""
    if len(findable) < 2:
        reason = (
            f"regulators with {LEAST_TARGETS} targets among the genes with a vector are "
            f"in {findable[0] if findable else 'no tissue'} alone, where two tissues are needed"
        )
    elif sum(map(bool, found.values())) < 2:
        reason = "fewer than two tissues have a cluster with an over-represented regulator"
    if reason:
        return SharedRegulators(None, pd.DataFrame(columns=list(COLUMNS)), *counts, reason)
    pool = pd.Index(sorted(set().union(*targets.values())))
    rng = np.random.default_rng(seed)
    sets_of, drawn = np.zeros(len(pool), dtype=np.int64), np.zeros((draws, len(pool)), dtype=np.int64)
    for bit, name in enumerate(names):
        places = pool.get_indexer(pd.Index(targets[name]))
        is_found = np.array([one in found[name] for one in targets[name]], dtype=bool)
        sizes = fifths(np.array(list(targets[name].values()), dtype=float))
        sets_of[places] |= is_found.astype(np.int64) << bit
        for row in drawn:
            row[places] |= is_found[permuted(sizes, rng)].astype(np.int64) << bit
    is_shared, shared_by_chance = _n_tissues(sets_of) > 1, (_n_tissues(drawn) > 1).sum(axis=1)
    resampled = rng.multinomial(len(pool), np.full(len(pool), 1 / len(pool)), RESAMPLES) @ is_shared
    return SharedRegulators(
        AgainstNull.of(int(is_shared.sum()), shared_by_chance, resampled),
        _table(names, pool, sets_of, drawn),
        *counts,
    )


def _n_tissues(sets_of: np.ndarray) -> np.ndarray:
    return np.asarray(np.bitwise_count(sets_of))


def _table(names: Sequence[str], pool: pd.Index, sets_of: np.ndarray, drawn: np.ndarray) -> pd.DataFrame:
    """Return the table of `SharedRegulators`; bits of a set are its tissues."""
    rows = []
    for code in np.unique(np.append(drawn, sets_of)):
        tissues = tuple(name for bit, name in enumerate(names) if code >> bit & 1)
        own, null = sets_of == code, (drawn == code).sum(axis=1)
        count, expected = int(own.sum()), float(null.mean())
        if tissues and (count or expected >= LEAST_EXPECTED):
            p_value = (1 + int((null >= count).sum())) / (1 + len(null)) if len(tissues) > 1 else np.nan
            rows.append((tissues, count, expected, p_value, tuple(pool[own])))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    place = pd.DataFrame({"n": -table["tissues"].str.len(), "count": -table["count"]})
    return table.loc[place.sort_values(["n", "count"], kind="stable").index].reset_index(drop=True)
