"""Known regulation: which regulator acts on which target, and whether it activates or represses it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.tables import read_table

LEAST_TARGETS = 3
"""Targets among the genes of a tissue that a regulator needs to be asked about."""

ACTIVATION, REPRESSION, UNKNOWN = 1, -1, 0
EFFECTS = {"activation": ACTIVATION, "repression": REPRESSION, "unknown": UNKNOWN, "": UNKNOWN}

REGULATOR, TARGET = ("regulator", "source"), ("target",)
EFFECT, WEIGHT = ("effect",), ("weight", "mor")
"""Names of the columns, in any case; those of decoupler's networks (CollecTRI, DoRothEA) come last."""


@dataclass(frozen=True, eq=False)
class Regulators:
    """A table of known regulation.

    Parameters
    ----------
    name
        What it is called in tables.
    effects
        Regulator -> target -> 1 (activation), -1 (repression) or 0 (unknown); human symbols in most tables.
    source, licence, date
        For people; empty where a file of the user does not say it.
    """

    name: str
    effects: Mapping[str, Mapping[str, int]]
    source: str = ""
    licence: str = ""
    date: str = ""

    @cached_property
    def digest(self) -> str:
        """Sha256 of regulators, targets and effects; their order does not count."""
        lines = sorted(
            f"{regulator}\t{target}\t{effect}"
            for regulator, targets in self.effects.items()
            for target, effect in targets.items()
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def genes(self) -> frozenset[str]:
        """All targets."""
        return frozenset().union(*self.effects.values())

    def sets_within(self, genes: Iterable[str]) -> GeneSets:
        """Return the targets among some genes of each regulator that has enough of them."""
        sets = {regulator: frozenset(targets) for regulator, targets in self.effects.items()}
        return GeneSets(self.name, sets).within(genes, smallest=LEAST_TARGETS, largest=len(self.genes))


def read_regulators(path: Path) -> Regulators:
    """Read a table with the columns regulator, target and effect, or source, target and weight (or mor).

    An effect is activation, repression or unknown, or the sign of a weight. Of a pair that several lines
    have, those with a known effect count; where they contradict each other, it is unknown. That a regulator
    acts on itself is left out: it would be in the cluster of its targets by definition.

    Returns
    -------
    Regulators
        Named after the file; source, licence and date are not known.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, holds no regulation, or has an effect or weight that is
        none.
    """
    with reading(path, "cannot be read as a table of regulators"):
        table = read_table(path)
    columns = {str(column).strip().lower(): column for column in reversed(table.columns)}
    found = [
        next((columns[name] for name in names if name in columns), None)
        for names in (REGULATOR, TARGET, (*EFFECT, *WEIGHT))
    ]
    if None in found:
        raise InputError(
            f"{path}: a table of regulators needs the columns 'regulator', 'target' and 'effect', or "
            "'source', 'target' and 'weight' (or 'mor')."
        )
    pairs = table[found].apply(lambda texts: texts.astype(str).str.strip())
    pairs.columns = pd.Index(["regulator", "target", "effect"])
    of_effects = str(found[2]).strip().lower() in EFFECT
    pairs["effect"] = _named_effects(path, pairs) if of_effects else _signs(path, pairs)
    pairs = pairs[(pairs["regulator"] != "") & (pairs["target"] != "")]
    pairs = pairs[pairs["regulator"] != pairs["target"]]
    if pairs.empty:
        raise InputError(f"{path}: the table holds no regulator with a target other than itself.")
    effects: dict[str, dict[str, int]] = {}
    for (regulator, target), told in pairs.groupby(["regulator", "target"], sort=True)["effect"]:
        known = set(told) - {UNKNOWN}
        effects.setdefault(str(regulator), {})[str(target)] = known.pop() if len(known) == 1 else UNKNOWN
    return Regulators(path.name.removesuffix(".gz").rpartition(".")[0], effects, str(path))


def _named_effects(path: Path, pairs: pd.DataFrame) -> pd.Series:
    effects = pairs["effect"].str.lower().map(EFFECTS)
    if effects.isna().any():
        row = pairs.loc[effects.isna()].iloc[0]
        raise InputError(
            f"{path}: the effect of {row['regulator']!r} on {row['target']!r} is {row['effect']!r}; it must "
            "be activation, repression or unknown."
        )
    return effects.astype(int)


def _signs(path: Path, pairs: pd.DataFrame) -> pd.Series:
    weights = pd.to_numeric(pairs["effect"].replace("", "0"), errors="coerce")
    if not np.isfinite(weights).all():
        row = pairs.loc[~np.isfinite(weights)].iloc[0]
        raise InputError(
            f"{path}: the weight of {row['regulator']!r} on {row['target']!r} is {row['effect']!r}; it must "
            "be a number, whose sign is the effect."
        )
    signs: pd.Series = np.sign(weights).astype(int)
    return signs
