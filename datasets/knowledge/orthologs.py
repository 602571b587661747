"""Genes of mouse and human that are orthologs, as what can be asked of a tissue that has both species."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

HUMAN, MOUSE = "human", "mouse"
_LATIN = {"homo sapiens": HUMAN, "mus musculus": MOUSE}


def species_name(stated: str) -> str:
    """Return ``"human"`` or ``"mouse"`` for these in Latin too, and what is stated for others."""
    return _LATIN.get(stated, stated)


@dataclass(frozen=True, eq=False)
class Orthologs:
    """Orthologs of mouse and human, one to one, and the datasets that have them.

    Attributes
    ----------
    name
        What they are called in tables.
    pairs
        Mouse symbol -> human symbol; genes with several orthologs are in none, as it would be easier to find
        one of many.
    species
        Dataset -> ``"human"`` or ``"mouse"``; without those of other species.
    cells
        Human symbol -> cell of the mouse gene in the grid of expression and degree of the datasets of mouse.
    same_name
        Human symbols of the orthologs that have one name in the graphs of both species: to a method they are
        one gene.
    """

    name: str
    pairs: Mapping[str, str]
    species: Mapping[str, str]
    cells: Mapping[str, int]
    same_name: frozenset[str] = frozenset()

    @cached_property
    def digest(self) -> str:
        """Sha256 of the pairs."""
        return hashlib.sha256("\n".join(sorted(map("\t".join, self.pairs.items()))).encode()).hexdigest()

    @property
    def genes(self) -> frozenset[str]:
        """The human symbols."""
        return frozenset(self.pairs.values())
