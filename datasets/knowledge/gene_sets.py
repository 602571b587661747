"""Gene sets: libraries in .gmt files, the embedded ones, and the modules of simulated data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.knowledge.sources import GENE_SETS, embedded
from geneboard.datasets.tables import open_text

SMALLEST, LARGEST = 5, 300
"""Sizes of the sets that are asked about: smaller ones are chance, larger ones say little."""


@dataclass(frozen=True, eq=False)
class GeneSets:
    """A library of gene sets.

    Parameters
    ----------
    name
        What it is called in tables.
    sets
        Name of a set -> its genes, human symbols in most libraries.
    source, licence, date
        For people; empty where a file of the user does not say it.
    """

    name: str
    sets: Mapping[str, frozenset[str]]
    source: str = ""
    licence: str = ""
    date: str = ""

    @cached_property
    def digest(self) -> str:
        """Sha256 of the sets and their genes; their order and what is said about them do not count."""
        lines = sorted("\t".join([name, *sorted(genes)]) for name, genes in self.sets.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def genes(self) -> frozenset[str]:
        """All genes that some set has."""
        return frozenset().union(*self.sets.values())

    def within(self, genes: Iterable[str], smallest: int = SMALLEST, largest: int = LARGEST) -> GeneSets:
        """Return the sets restricted to some genes, without those that are then too small or too large.

        Parameters
        ----------
        genes
            The genes of a tissue.
        smallest, largest
            Bounds of the size of a restricted set, both included.
        """
        known = frozenset(genes)
        restricted = {name: members & known for name, members in self.sets.items()}
        kept = {name: members for name, members in restricted.items() if smallest <= len(members) <= largest}
        return replace(self, sets=kept)


def read_gene_sets(path: Path) -> GeneSets:
    """Read a library in the .gmt format: name, description and genes, parted by tabs; also .gmt.gz.

    Genes that repeat in a line count once, and empty fields do not count: Enrichr pads its lines.

    Returns
    -------
    GeneSets
        Named after the file; source, licence and date are not known.

    Raises
    ------
    InputError
        If the file cannot be read, holds no set, a line has no gene, or two sets have one name.
    """
    sets: dict[str, frozenset[str]] = {}
    with reading(path, "not a readable .gmt file of gene sets"), open_text(path) as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            name, *fields = (field.strip() for field in line.split("\t"))
            genes = frozenset(fields[1:]) - {""}
            if not name or not genes:
                raise InputError(
                    f"{path}: line {number} is no gene set; a line of a .gmt file has a name, a description "
                    "and at least one gene, parted by tabs."
                )
            if name in sets:
                raise InputError(f"{path}: line {number} names the set {name!r} a second time; rename one.")
            sets[name] = genes
    if not sets:
        raise InputError(f"{path}: the file holds no gene set; a .gmt file has one in each line.")
    return GeneSets(path.name.removesuffix(".gz").removesuffix(".gmt"), sets, str(path))


def embedded_gene_sets() -> list[GeneSets]:
    """Return the libraries that come with the project: Hallmark, Reactome and GO BP experimental."""
    return [
        GeneSets(known.name, read_gene_sets(known.path).sets, known.source, known.licence, known.date)
        for known in embedded(GENE_SETS)
    ]


def module_sets(truth: pd.Series) -> GeneSets:
    """Return the true modules of a simulated tissue as gene sets.

    Parameters
    ----------
    truth
        Gene name -> label of its module, as `Tissue.truth`.
    """
    sets = {str(module): frozenset(genes.index) for module, genes in truth.groupby(truth)}
    return GeneSets("true modules", sets, "the simulation", "none needed")
