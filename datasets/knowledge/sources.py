"""The embedded tables of knowledge: where each came from, under which licence, and of which date."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent

GENE_SETS, LABELS, TIME_SPLIT = "gene sets", "labels", "time split"
"""Kinds of knowledge in sources.csv."""


@dataclass(frozen=True)
class KnowledgeSource:
    """One embedded table.

    Parameters
    ----------
    name
        What it is called in tables and on the command line.
    kind
        `GENE_SETS`, `LABELS` or `TIME_SPLIT`.
    file
        Its name in this folder.
    source, licence, date
        For people; `date` is that of the annotations, as far as it is stated.
    """

    name: str
    kind: str
    file: str
    source: str
    licence: str
    date: str

    @property
    def path(self) -> Path:
        """Where it is."""
        return FOLDER / self.file


@cache
def embedded(kind: str) -> tuple[KnowledgeSource, ...]:
    """Return the embedded tables of one kind, in the order of sources.csv."""
    with (FOLDER / "sources.csv").open(newline="", encoding="utf-8") as file:
        return tuple(KnowledgeSource(**row) for row in csv.DictReader(file) if row["kind"] == kind)
