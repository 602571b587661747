"""Groups of datasets that are left out together, to see how a score depends on the data.

Two samples of one donor say little more about other donors than one of them, so the datasets of an
independent unit (`datasets.units`) stay together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_GROUPS = 10
"""Groups of datasets that scores are computed without, each in turn: the cost of a scoring is at most eleven
times that of a single one, however many datasets there are."""

FEWEST_GROUPS = 3
"""Groups below which nothing can be said about the spread over datasets."""


@dataclass(frozen=True)
class Groups:
    """The groups of datasets that are left out together.

    Attributes
    ----------
    members
        Datasets of each group by its name; every dataset of a tissue is in one.
    note
        Where they come from, in sentences; empty where that has not been asked.
    """

    members: Mapping[str, tuple[str, ...]]
    note: str = ""


def joined_units(units: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return groups of datasets: one for each unit, at most `MOST_GROUPS` and then of nearly equal size.

    Units are taken by size, then by name, each into the group that has the fewest datasets.

    Parameters
    ----------
    units
        Unit of every dataset.

    Returns
    -------
    dict
        Datasets by the name of the group, both in order: the unit, or the first of its units and how many
        more there are.
    """
    members: dict[str, list[str]] = {}
    for dataset in sorted(units):
        members.setdefault(units[dataset], []).append(dataset)
    groups: list[list[str]] = [[] for _ in range(min(len(members), MOST_GROUPS))]
    sizes = [0] * len(groups)
    for unit in sorted(members, key=lambda unit: (-len(members[unit]), unit)):
        smallest = sizes.index(min(sizes))
        groups[smallest].append(unit)
        sizes[smallest] += len(members[unit])
    named = {
        own[0] + (f" and {len(own) - 1} more" if len(own) > 1 else ""): tuple(
            sorted(dataset for unit in own for dataset in members[unit])
        )
        for own in groups
    }
    return {name: named[name] for name in sorted(named)}
