"""Which gene sets of a library a record tells: those that an embedding knows best, and least."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from geneboard.datasets.knowledge.gene_sets import GeneSets

if TYPE_CHECKING:
    import pandas as pd

MOST = 10
"""So many sets are told of those with the highest z, and so many of those with the lowest."""

ALIKE = 0.5
"""Of sets that share more of the smaller one's genes one is told: a library has many that are nested."""

ALPHA = 0.05
"""Chance that any of the sets exceeds `least_z` by accident."""


def least_z(n_sets: int, draws: int) -> float:
    """Return the z that a known set exceeds, after Bonferroni.

    Mean and deviation of the null are known of some draws, so that the next one is as Student's t.
    """
    from scipy.special import stdtrit

    quantile = float(stdtrit(draws - 1, 1 - ALPHA / n_sets))
    return quantile * math.sqrt(1 + 1 / draws)


def told_sets(by_set: pd.DataFrame, sets: GeneSets) -> dict[str, list[Any]]:
    """Return the rows of `metrics.biology.retrieval.Retrieval.by_set` to keep, column by column.

    The highest z first; sets without a z are not told.

    Parameters
    ----------
    by_set
        One row for each set.
    sets
        The library, restricted to the genes of the tissue.
    """
    known = by_set.dropna().sort_values("z", ascending=False, kind="stable")
    above, below = known[known["z"] > 0], known[known["z"] <= 0].iloc[::-1]
    names = [*_distinct(above["set"], sets), *_distinct(below["set"], sets)]
    return {str(column): values for column, values in known[known["set"].isin(names)].to_dict("list").items()}


def _distinct(names: Iterable[str], sets: GeneSets) -> Sequence[str]:
    """Return the first sets that are unlike all before them."""
    found: list[str] = []
    for name in names:
        if len(found) < MOST and all(_shared(sets.sets[name], sets.sets[other]) <= ALIKE for other in found):
            found.append(name)
    return found


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / min(len(one), len(other))
