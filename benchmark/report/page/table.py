"""What a table of the page consists of, whatever it is about; the templates read nothing else of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from geneboard.benchmark.report.best import Mark


@dataclass(frozen=True)
class Column:
    """A column: what stands in its head, and how it is sorted.

    Attributes
    ----------
    numeric
        True sorts by `Cell.value`, False by text.
    explained
        A few words more, for those who point at the head.
    """

    label: str
    numeric: bool = True
    explained: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes
    ----------
    text
        What is read.
    value
        The number that a numeric column sorts by, with every digit; None sorts last.
    mark
        "best", "second" or nothing.
    reason
        Why there is no number; also in the footnotes.
    footnotes
        Numbers of the notes under the table.
    lines
        Lines in small print below the text.
    """

    text: str
    value: float | None = None
    mark: Mark = ""
    reason: str = ""
    footnotes: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """A row; its first cell names it."""

    kind: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    name
        Unique in the page, usable as an id.
    caption
        What it is, in words.
    rows, below
        Sorting keeps `below` (the controls) under `rows`.
    notes
        Footnotes; the first has number 1.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[TableRow, ...]
    below: tuple[TableRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that rows have, in the order of their appearance."""
        return tuple(dict.fromkeys(row.kind for row in (*self.rows, *self.below)))


def sort_value(value: object) -> float | None:
    """Return a number of a frame as the value of a cell: None where it is missing."""
    return None if pd.isna(value) else float(value)  # type: ignore[arg-type, call-overload]


@dataclass
class Notes:
    """Footnotes as they come up, numbered from 1; what is the same for several is one note."""

    concerned: dict[str, list[str]] = field(default_factory=dict)

    def number(self, who: str, note: str) -> int:
        """Return the number of a note about something, a new one if it is new."""
        self.concerned.setdefault(note, []).append(who)
        return list(self.concerned).index(note) + 1

    @property
    def texts(self) -> tuple[str, ...]:
        """All notes, each with what it is about."""
        return tuple(f"{', '.join(who)}: {note}" for note, who in self.concerned.items())
