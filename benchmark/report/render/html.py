"""Tables of the report, as its template reads them."""

from __future__ import annotations

from dataclasses import dataclass

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.table import Cell, Column, Table


@dataclass(frozen=True)
class Row:
    """A row; its first cell names it and carries the numbers of its notes."""

    kind: str
    is_control: bool
    cells: tuple[Cell, ...]
    notes: tuple[int, ...]


@dataclass(frozen=True)
class HtmlTable:
    """A table as the template shows it: its id, its rows, and the numbered notes under it."""

    name: str
    table: Table
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    missing: str = MISSING

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that rows have, in the order of their appearance."""
        return tuple(dict.fromkeys(row.kind for row in self.rows))


def html_table(table: Table, anchor: str) -> HtmlTable:
    """Return a table of the section with this id."""
    numbered = list(table.row_notes())
    rows = [
        Row(
            str(line.get("kind", "")),
            part.is_control,
            tuple(cells),
            tuple(1 + numbered.index(note) for note in table.notes(line)),
        )
        for part in table.parts_in("html")
        for line, cells in zip(part.lines, table.cells(part, "html"), strict=True)
    ]
    return HtmlTable(
        name=f"{anchor}/{table.stem}",
        table=table,
        columns=tuple(table.columns_in("html")),
        rows=tuple(rows),
        notes=tuple(f"{', '.join(rows)}: {note}" for note, rows in table.row_notes().items()),
    )
