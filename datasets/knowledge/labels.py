"""Labels of genes: two lists that a method should tell apart, read from a table or embedded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from geneboard.datasets.errors import InputError, reading
from geneboard.datasets.knowledge.sources import LABELS, embedded
from geneboard.datasets.tables import read_table

CLASSES = {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False}
"""How a table may write the two labels."""


@dataclass(frozen=True, eq=False)
class Labels:
    """Genes that have a property, and genes that are known not to have it.

    Parameters
    ----------
    name
        What they are called in tables.
    positive, negative
        Genes, human symbols in most tables; no gene is in both.
    source, licence, date
        For people; empty where a file of the user does not say it.

    Raises
    ------
    ValueError
        If a gene is in both.
    """

    name: str
    positive: frozenset[str]
    negative: frozenset[str]
    source: str = ""
    licence: str = ""
    date: str = ""

    def __post_init__(self) -> None:
        both = self.positive & self.negative
        if both:
            raise ValueError(f"{self.name}: gene {min(both)!r} is both positive and negative")

    @cached_property
    def digest(self) -> str:
        """Sha256 of the genes of both classes."""
        text = "\n".join("\t".join(sorted(genes)) for genes in (self.positive, self.negative))
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def genes(self) -> frozenset[str]:
        """The genes of both classes."""
        return self.positive | self.negative

    def within(self, genes: Iterable[str]) -> Labels:
        """Return the labels of some genes alone."""
        known = frozenset(genes)
        return replace(self, positive=self.positive & known, negative=self.negative & known)


def read_labels(path: Path) -> Labels:
    """Read a table with the columns gene and label, where a label is 1 or 0.

    Returns
    -------
    Labels
        Named after the file; source, licence and date are not known.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, has another label, one class only, or a gene in both.
    """
    with reading(path, "cannot be read as a table of gene labels"):
        table = read_table(path)
    columns = {str(column).strip().lower(): column for column in table}
    for needed in ("gene", "label"):
        if needed not in columns:
            raise InputError(f"{path}: a table of labels needs the columns 'gene' and 'label' (1 or 0).")
    genes = table[columns["gene"]].astype(str).str.strip()
    texts = table[columns["label"]].astype(str).str.strip()
    classes = texts.str.lower().map(CLASSES)
    if classes.isna().any():
        row = int(classes.isna().to_numpy().argmax())
        raise InputError(
            f"{path}: the label of {genes.iloc[row]!r} is {texts.iloc[row]!r}; it must be 1 or 0."
        )
    positive = frozenset(genes[classes.astype(bool)]) - {""}
    negative = frozenset(genes[~classes.astype(bool)]) - {""}
    if not positive or not negative:
        missing = "0" if positive else "1"
        raise InputError(f"{path}: no gene has the label {missing}; two classes are needed.")
    both = positive & negative
    if both:
        number = "1 gene has" if len(both) == 1 else f"{len(both)} genes have"
        raise InputError(f"{path}: {number} both labels, for example {min(both)!r}; choose one.")
    return Labels(path.name.removesuffix(".gz").rpartition(".")[0], positive, negative, str(path))


def embedded_labels() -> list[Labels]:
    """Return the labels that come with the project."""
    return [
        replace(
            read_labels(known.path),
            name=known.name,
            source=known.source,
            licence=known.licence,
            date=known.date,
        )
        for known in embedded(LABELS)
    ]
