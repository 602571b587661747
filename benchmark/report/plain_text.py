"""Plain text for the terminal: wrapped sentences, and tables with the controls below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

WIDTH = 120
SHORTEST_NAME = 12


def wrap(text: str) -> list[str]:
    """Return the lines of a sentence."""
    return textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)


def aligned_table(header: Sequence[str], lines: Sequence[Sequence[str]], n_methods: int) -> list[str]:
    """Return a table of at most `WIDTH` columns.

    Parameters
    ----------
    header
        Heads of the columns.
    lines
        Cells of the rows; the first of each is its name, which is cut where there is no room for it.
    n_methods
        How many rows are methods; the controls follow them, under a line that says so.
    """
    table = [list(header), *(list(line) for line in lines)]
    widths = [max(len(line[column]) for line in table) for column in range(len(header))]
    gap = 2 if sum(widths) + 2 * (len(widths) - 1) <= WIDTH else 1
    room = WIDTH - sum(widths[1:]) - gap * (len(widths) - 1)
    widths[0] = min(widths[0], max(room, SHORTEST_NAME))
    text = [(" " * gap).join(aligned(line, widths)).rstrip() for line in table]
    rule = "-" * (sum(widths) + gap * (len(widths) - 1))
    controls = [_section("controls", rule), *text[1 + n_methods :]] if n_methods < len(lines) else []
    return [text[0], rule, *text[1 : 1 + n_methods], *controls]


def aligned(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Return cells as wide as their columns: the first to the left, and cut if it is longer."""
    name = cells[0] if len(cells[0]) <= widths[0] else cells[0][: widths[0] - 1] + "…"
    return [
        name.ljust(widths[0]),
        *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)),
    ]


def _section(title: str, rule: str) -> str:
    return f"-- {title} ".ljust(len(rule), "-")
