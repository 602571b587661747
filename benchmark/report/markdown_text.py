"""Markdown source: text of others that stays text, and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def escape(text: str) -> str:
    """Keep text of others (names, error messages) from being read as Markdown."""
    for sign in "\\`*<|":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.replace("](", "]\\(").split())


def table(header: Sequence[str], lines: Iterable[Sequence[str]], *, texts: Iterable[int] = (0,)) -> list[str]:
    """Return the lines of a table.

    Parameters
    ----------
    header, lines
        Cells that are Markdown source.
    texts
        Numbers of the columns that hold text and are aligned left; -1 is the last.
    """
    left = {column % len(header) for column in texts}
    align = ["---" if column in left else "---:" for column in range(len(header))]
    return [_row(header), _row(align), *map(_row, lines)]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
