"""A section as plain text for the terminal, at most 120 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.section import Section
from geneboard.benchmark.report.table import Table

WIDTH = 120
SHORTEST_NAME = 12


def render(section: Section, *, explain: bool = False) -> str:
    """Return a section as text, without a line break at its end.

    Parameters
    ----------
    explain
        Adds the sentences that are not needed to read the numbers.
    """
    lines = wrap(section.heading or section.title)
    if section.warning:
        lines += wrap(section.warning)
    for table in section.tables_in("txt"):
        lines += ["", *(wrap(table.text) if table.text else ()), *table_lines(table)]
        lines += [line for sentence in table.sentences for line in wrap(sentence)]
    lines += ["", *(wrap(section.verdict) if section.verdict else ())]
    for table in section.tables_in("txt"):
        for note, rows in table.row_notes().items():
            lines += wrap(f"{', '.join(rows)}: {note}")
    for sentence in section.notes_in("txt", explain=explain):
        lines += wrap(sentence)
    lines += wrap(section.not_comparable) if section.not_comparable else []
    return "\n".join(lines)


def wrap(text: str) -> list[str]:
    """Return the lines of a sentence."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def table_lines(table: Table) -> list[str]:
    """Return a table: the names of its rows are cut where there is no room, controls stand below."""
    columns, parts = table.columns_in("txt"), table.parts_in("txt")
    bodies = [[[cell.text or MISSING for cell in row] for row in table.cells(part, "txt")] for part in parts]
    lines = [[column.head_in("txt") for column in columns], *(row for body in bodies for row in body)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else 1
    room = WIDTH - sum(widths[1:]) - gap * (len(widths) - 1)
    widths[0] = min(widths[0], max(room, SHORTEST_NAME))
    rule = "-" * (sum(widths) + gap * (len(widths) - 1))
    text = [(" " * gap).join(_aligned(lines[0], widths)).rstrip(), rule]
    for part, body in zip(parts, bodies, strict=True):
        if part.is_control:
            text.append(f"-- {(part.heading or 'controls').lower()} ".ljust(len(rule), "-"))
        text += [(" " * gap).join(_aligned(row, widths)).rstrip() for row in body]
    return text


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return cells as wide as their columns: the first to the left, and cut if it is longer."""
    name = cells[0] if len(cells[0]) <= widths[0] else cells[0][: widths[0] - 1] + "…"
    return [
        name.ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
    ]
