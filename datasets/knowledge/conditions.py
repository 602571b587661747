"""Conditions of datasets: two groups that a user wants to compare, and gene sets to ask about the genes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.tables import is_missing, read_table

COLUMNS = ("dataset", "condition")


@dataclass(frozen=True, eq=False)
class Conditions:
    """The condition of each dataset, one of two.

    Parameters
    ----------
    groups
        Name of a dataset -> its condition.
    sets
        Libraries that genes whose neighbourhoods have changed are held against.
    source
        The file.
    """

    groups: Mapping[str, str]
    sets: tuple[GeneSets, ...] = ()
    source: str = ""

    @property
    def conditions(self) -> list[str]:
        """The two conditions, in the order of the alphabet."""
        return sorted(set(self.groups.values()))

    @property
    def name(self) -> str:
        """What they are called in tables."""
        return " against ".join(self.conditions)

    @cached_property
    def digest(self) -> str:
        """Sha256 of the conditions of the datasets and of the libraries."""
        lines = [f"{dataset}\t{condition}" for dataset, condition in sorted(self.groups.items())]
        lines += sorted(f"{one.name}\t{one.digest}" for one in self.sets)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def read_conditions(path: Path) -> Conditions:
    """Read a table with the columns dataset and condition.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, a dataset has no condition or two, or there are not
        exactly two conditions.
    """
    with reading(path, "cannot be read as a table of conditions"):
        table = read_table(path)
    columns = {str(column).strip().lower(): column for column in table}
    if missing := [column for column in COLUMNS if column not in columns]:
        raise InputError(
            f"{path}: a table of conditions has the columns dataset and condition; {missing[0]!r} is missing."
        )
    datasets, conditions = (table[columns[name]].str.strip() for name in COLUMNS)
    if is_missing(conditions).any():
        raise InputError(
            f"{path}: dataset {datasets[is_missing(conditions)].iloc[0]!r} has no condition; leave its line "
            "out if it is not to be compared."
        )
    if datasets.duplicated().any():
        raise InputError(f"{path}: dataset {datasets[datasets.duplicated()].iloc[0]!r} is named twice.")
    found = Conditions(dict(zip(datasets, conditions, strict=True)), source=str(path))
    if len(found.conditions) != 2:
        told = ", ".join(map(repr, found.conditions)) or "none"
        raise InputError(f"{path}: two conditions are compared; it has {len(found.conditions)}: {told}.")
    return found
