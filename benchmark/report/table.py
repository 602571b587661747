r"""What a table consists of, stated once for every format in which it is written.

Examples
--------
>>> import pandas as pd
>>> from geneboard.benchmark.report.render import latex, markdown
>>> frame = pd.DataFrame(
...     {"title": ["PCA", "Random"], "kind": ["baseline", "control"], "seeds": [1, 1], "ASW": [0.5, 0.25]}
... )
>>> table = Table(
...     stem="leaderboard",
...     title="Leaderboard of lung",
...     frame=frame,
...     columns=(Column("title", "method", kind="name"), Column("ASW", better="higher", digits=2)),
...     parts=methods_and_controls(frame, "Methods", "Controls"),
... )
>>> print("\n".join(markdown.table_lines(table, table.parts[:1])))
| method | ASW |
| --- | ---: |
| PCA | 0.50 |
>>> latex.table_lines(table)[2]
'PCA & \\textbf{0.50} \\\\'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from geneboard.benchmark.report.number_text import MISSING, UNDEFINED, interval_text, number, number_or_none

Format = Literal["csv", "md", "tex", "html", "txt"]
Kind = Literal["name", "text", "number", "integer", "metric", "interval", "flag"]
Mark = Literal["best", "second", ""]
Line = Mapping[Any, Any]
"""A row of a frame by column, and whatever else its columns show."""

LONG: frozenset[Format] = frozenset({"md", "html"})
SHORT: frozenset[Format] = frozenset({"tex", "txt"})
READ: frozenset[Format] = LONG | SHORT
CSV: frozenset[Format] = frozenset({"csv"})

_TYPES = {"integer": "Int64", "name": "object", "text": "object", "flag": "bool"}


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes
    ----------
    text
        What is read; empty where there is nothing to say.
    value
        The number that it is sorted by, with every digit; None sorts last.
    reason
        Why there is no number.
    lines
        What the page shows in small print below the text.
    mark
        "best", "second" or nothing.
    link
        File of the result folder that md and html link the text to.
    """

    text: str
    value: float | None = None
    reason: str = ""
    lines: tuple[str, ...] = ()
    mark: Mark = ""
    link: str = ""


@dataclass(frozen=True)
class Column:
    """A column, whatever the format.

    Attributes
    ----------
    key
        Its name in the frame and in csv.
    head, short
        What stands above it in md and html, and where there is little room: in tex and in the terminal.
    kind
        "name" names the row, with its `sign` if it has one (and, where there is little room, says that it has
        no scores); "metric" is a
        number that may be undefined; "interval" reads ``<key>_low`` and ``<key>_high``; text and names are
        aligned to the left.
    digits, short_digits
        After the point; the latter where there is little room, if it differs.
    better
        Which end is best: the best and the second best are marked in tex and html. Nothing marks none.
    explained
        A few words more, for those who point at the head in html.
    formats
        Where it is read; the csv file always has the whole frame.
    why
        Column that says why a metric has no value in a row with scores.
    place
        Its place when read: lower numbers first, equal ones as they are stated. (csv has the stated order.)
    remark
        What tex says about it under the table, behind a dagger.
    optional
        True leaves it out where no row has a value.
    secondary
        True for a column that the page shows when it is asked for more.
    table
        Name of the table that reads it, where one list of columns is for several.
    value
        Makes its value, of whatever the rows of the table are made of (`make_frame`).
    show
        Makes its cell where `kind` is not enough, of a row and the format.
    """

    key: str
    head: str = ""
    short: str = ""
    kind: Kind = "number"
    digits: int = 3
    short_digits: int | None = None
    better: Literal["higher", "lower", ""] = ""
    explained: str = ""
    formats: frozenset[Format] = READ
    why: str = "undefined"
    place: int = 0
    remark: str = ""
    optional: bool = False
    secondary: bool = False
    table: str = ""
    value: Callable[[Any], Any] | None = None
    show: Callable[[Line, Format], Cell | str] | None = None

    @property
    def is_text(self) -> bool:
        """True for what is read as words: aligned to the left, and sorted by the letter."""
        return self.kind in ("name", "text")

    def head_in(self, form: Format) -> str:
        """Return what stands above it."""
        return (self.short if form in SHORT else "") or self.head or self.key

    def cell(self, line: Line, form: Format) -> Cell:
        """Return its cell of a row."""
        if self.show is not None:
            shown = self.show(line, form)
            return shown if isinstance(shown, Cell) else Cell(shown)
        digits = self.short_digits if form in SHORT and self.short_digits is not None else self.digits
        if self.kind == "interval":
            return Cell(interval_text(line, self.key, digits), number_or_none(line[f"{self.key}_low"]))
        value: Any = line[self.key]
        if self.kind == "name":
            short = form in SHORT and line.get("seeds") == 0
            name = f"{value}{line.get('sign', '')}"
            return Cell(f"{name} ({line['status']})" if short else name)
        if self.is_text:
            return Cell("" if pd.isna(value) else str(value))
        if self.kind == "metric":
            found, scored = number_or_none(value), bool(line["seeds"])
            reason = str(line[self.why] if scored else line["reason"]) if found is None else ""
            return Cell(number(value, digits, UNDEFINED if scored else MISSING), found, reason)
        digits = 0 if self.kind == "integer" else digits
        return Cell(number(value, digits), number_or_none(value))


@dataclass(frozen=True)
class Part:
    """Rows of a table that belong together.

    Attributes
    ----------
    heading
        Of the rows; in md a part without a heading goes on with the table of the part before it.
    lines
        The rows.
    is_control
        Controls stand below the methods and have no marks.
    formats
        Where it is read.
    columns
        Its columns, if they are not those of the table; as many as those in every format.
    remark
        What tex says about it under the table, behind a dagger.
    """

    heading: str
    lines: tuple[Line, ...]
    is_control: bool = False
    formats: frozenset[Format] = READ
    columns: tuple[Column, ...] = ()
    remark: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """A table; see the example of this module.

    Attributes
    ----------
    stem
        Name of its csv file without the ending, and the end of its id in the page.
    title
        What it is, in words; its caption in the page, where it is also the heading of a table that is not the
        first of its section.
    columns
        What is read, in order of their `place`.
    frame
        The csv file.
    parts
        The rows that are read.
    formats
        Where the table is.
    text
        A paragraph above it.
    caption, label
        Of the environment in tex.
    folded
        True for a table that the page shows closed.
    filters
        True for a table whose rows can be searched in the page.
    notes
        Makes what a row lacks, of the row.
    sentences
        What concerns this table of a section alone, below it.
    """

    stem: str
    title: str
    columns: tuple[Column, ...] = ()
    frame: pd.DataFrame = field(default_factory=pd.DataFrame)
    parts: tuple[Part, ...] = ()
    formats: frozenset[Format] = READ | CSV
    text: str = ""
    caption: str = ""
    label: str = ""
    folded: bool = False
    filters: bool = True
    notes: Callable[[Line], Sequence[str]] = field(default=lambda _: ())
    sentences: tuple[str, ...] = ()

    def columns_in(self, form: Format, part: Part | None = None) -> list[Column]:
        """Return the columns of a format, or of a part, in the order in which they are read."""
        shown = [
            column
            for column in (part.columns if part else ()) or self.columns
            if form in column.formats and not (column.optional and self.frame[column.key].isna().all())
        ]
        return sorted(shown, key=lambda column: column.place)

    def parts_in(self, form: Format) -> list[Part]:
        """Return the rows of a format."""
        return [part for part in self.parts if form in part.formats and part.lines]

    def cells(self, part: Part, form: Format) -> list[list[Cell]]:
        """Return the cells of a part by row; the best and the second best of the methods are marked."""
        columns = self.columns_in(form, part)
        by_column = [[column.cell(line, form) for line in part.lines] for column in columns]
        marked = [
            _marked(column, part, cells) if column.better and not part.is_control else cells
            for column, cells in zip(columns, by_column, strict=True)
        ]
        return [list(cells) for cells in zip(*marked, strict=True)]

    def row_notes(self) -> dict[str, list[str]]:
        """Return what rows lack, with the names of the rows that lack the same."""
        found: dict[str, list[str]] = {}
        lines = [line for part in self.parts if not part.columns for line in part.lines]
        for line in lines:
            for note in self.notes(line):
                found.setdefault(note, []).append(str(line["title"]))
        return found


def _marked(column: Column, part: Part, cells: list[Cell]) -> list[Cell]:
    """Mark the best and the second best of a column, as far as the digits shown tell them apart.

    All that share the best number are best, and all that share the next are second, unless several are best.
    Rows without scores take no part: they have a rank, which is the last, but in a short table the last may
    be the second.
    """
    shown = [
        None
        if cell.value is None or line.get("scored", line.get("seeds")) == 0
        # of the whole number, as a cell may carry a sign beside it
        else float(number(cell.value, column.digits))
        for cell, line in zip(cells, part.lines, strict=True)
    ]
    ranked = sorted({value for value in shown if value is not None}, reverse=column.better == "higher")
    several = bool(ranked) and shown.count(ranked[0]) > 1
    places: tuple[Mark, ...] = ("best",) if several else ("best", "second")
    marks: dict[float | None, Mark] = dict(zip(ranked, places, strict=False))
    return [replace(cell, mark=marks.get(value, "")) for cell, value in zip(cells, shown, strict=True)]


def make_frame(columns: Sequence[Column], rows: Iterable[Any]) -> pd.DataFrame:
    """Return the csv table of some columns, each of which makes its value of a row."""
    rows = list(rows)
    series = {
        column.key: pd.Series([column.value(row) for row in rows], dtype=_TYPES.get(column.kind, "float64"))
        for column in columns
        if column.value is not None
    }
    return pd.DataFrame(series)


def methods_and_controls(
    lines: pd.DataFrame | Iterable[Line], methods: str, controls: str = ""
) -> tuple[Part, ...]:
    """Return rows in two parts by their column ``kind``."""
    rows = lines.to_dict("records") if isinstance(lines, pd.DataFrame) else list(lines)
    return (
        Part(methods, tuple(row for row in rows if row["kind"] != "control")),
        Part(controls, tuple(row for row in rows if row["kind"] == "control"), is_control=True),
    )
