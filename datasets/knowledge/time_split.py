"""Gene Ontology terms with genes annotated before a day, and genes held out from before it and since."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.knowledge.labels import Labels
from geneboard.datasets.knowledge.sources import TIME_SPLIT, embedded
from geneboard.datasets.tables import read_table

COLUMNS = ("term", "name", "symbol", "label", "part")
FOLD, HELD_OUT = r"fold\d+", r"(before|since)_(\d{4}-\d\d-\d\d)"
"""Names of the parts: folds to train on, and genes to test on."""


@dataclass(frozen=True, eq=False)
class TermSplit:
    """One term: labels to train on, in folds, and two parts to test on.

    Parameters
    ----------
    term, name
        Identifier and name of the term.
    folds
        Labels annotated before the day, parts of one training set.
    before, since
        Held-out labels; the positive genes of `since` were annotated after the day, negative ones are shared.
    """

    term: str
    name: str
    folds: tuple[Labels, ...]
    before: Labels
    since: Labels

    @property
    def parts(self) -> tuple[Labels, ...]:
        """All parts."""
        return (*self.folds, self.before, self.since)


@dataclass(frozen=True, eq=False)
class TimeSplit:
    """Terms with genes known before a day and since.

    Parameters
    ----------
    name
        What it is called in tables.
    terms
        Identifier -> `TermSplit`.
    day
        The day between before and since, as ``2024-03-28``.
    source, licence, date
        For people.
    """

    name: str
    terms: Mapping[str, TermSplit]
    day: str
    source: str = ""
    licence: str = ""
    date: str = ""

    @cached_property
    def genes(self) -> frozenset[str]:
        """All genes of all terms."""
        return frozenset().union(*(part.genes for term in self.terms.values() for part in term.parts))

    @cached_property
    def digest(self) -> str:
        """Sha256 of the terms, their parts and labels."""
        h = hashlib.sha256(self.day.encode())
        for term, split in sorted(self.terms.items()):
            digests = [part.digest for part in split.parts]
            h.update("\t".join([term, *digests]).encode())
        return h.hexdigest()


def read_time_split(path: Path) -> TimeSplit:
    """Read a table with the columns term, name, symbol, label (1 or 0) and part.

    Parts are ``fold1``, ``fold2``, … and two named ``before_`` and ``since_`` with the day.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or a term lacks one of the parts or has a gene to train on
        that is also to be tested, or with both labels.
    """
    with reading(path, "cannot be read as a table of terms, genes and parts"):
        table = read_table(path)
    missing = [column for column in COLUMNS if column not in table]
    if missing:
        raise InputError(
            f"{path}: a split over time needs the columns {', '.join(COLUMNS)}; {missing[0]!r} is missing."
        )
    odd = table.loc[~table["label"].isin(["0", "1"]), "label"]
    if len(odd):
        raise InputError(f"{path}: the label {odd.iloc[0]!r} must be 1 or 0.")
    days = {match[2] for part in table["part"].unique() if (match := re.fullmatch(HELD_OUT, part))}
    if len(days) != 1:
        raise InputError(
            f"{path}: two parts must be named before_ and since_ with the same day, as since_2024-03-28."
        )
    day = days.pop()
    terms = {str(term): _term(path, rows, str(term), day) for term, rows in table.groupby("term", sort=True)}
    return TimeSplit(path.name.partition(".")[0], terms, day, str(path))


def embedded_time_split() -> TimeSplit:
    """Return the split that comes with the project: 19 terms, before and since 2024-03-28."""
    (known,) = embedded(TIME_SPLIT)
    return replace(
        read_time_split(known.path),
        name=known.name,
        source=known.source,
        licence=known.licence,
        date=known.date,
    )


def _term(path: Path, rows: pd.DataFrame, term: str, day: str) -> TermSplit:
    parts = {str(part): genes for part, genes in rows.groupby("part", sort=True)}
    folds = [part for part in parts if re.fullmatch(FOLD, part)]
    held_out = [f"before_{day}", f"since_{day}"]
    if not folds or not set(held_out) <= set(parts):
        raise InputError(
            f"{path}: {term} needs parts fold1, … to train on, and {' and '.join(held_out)} to test on."
        )
    trained = set().union(*(parts[part]["symbol"] for part in folds))
    tested = set().union(*(parts[part]["symbol"] for part in held_out))
    if trained & tested:
        raise InputError(f"{path}: {term} has {min(trained & tested)!r} both to train on and to test on.")
    labels = {part: _labels(path, parts[part], f"{term} {part}") for part in (*folds, *held_out)}
    name = str(rows["name"].iloc[0])
    return TermSplit(term, name, tuple(labels[part] for part in folds), *(labels[part] for part in held_out))


def _labels(path: Path, genes: pd.DataFrame, name: str) -> Labels:
    positive, negative = (frozenset(genes.loc[genes["label"] == label, "symbol"]) for label in "10")
    if positive & negative:
        raise InputError(f"{path}: {name} has {min(positive & negative)!r} with both labels; choose one.")
    return Labels(name, positive, negative)
