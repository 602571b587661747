"""Tables of the report, as its template reads them."""

from __future__ import annotations

from typing import Any

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.table import Table


def html_table(table: Table, anchor: str) -> dict[str, Any]:
    """Return what the template shows of a table, in the section with this id.

    Its notes are numbered; the first cell of a row names it and carries the numbers of its notes.
    """
    notes = table.row_notes()
    numbers = {note: number for number, note in enumerate(notes, 1)}
    rows = [
        {
            "kind": str(line.get("kind", "")),
            "is_control": part.is_control,
            "cells": cells,
            "notes": [numbers[note] for note in table.notes(line)],
        }
        for part in table.parts_in("html")
        for line, cells in zip(part.lines, table.cells(part, "html"), strict=True)
    ]
    return {
        "name": f"{anchor}/{table.stem}",
        "table": table,
        "columns": table.columns_in("html"),
        "rows": rows,
        "kinds": list(dict.fromkeys(row["kind"] for row in rows)),
        "notes": [f"{', '.join(titles)}: {note}" for note, titles in notes.items()],
        "missing": MISSING,
    }
