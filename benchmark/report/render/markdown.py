"""A section as Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import fill

from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.section import Section
from geneboard.benchmark.report.table import Cell, Part, Table


def render(section: Section) -> str:
    """Return the md file of a section."""
    lines = [f"# {escape(section.title)}", ""]
    if section.warning:
        lines += ["> [!WARNING]", f"> **{escape(section.warning)}**", ""]
    if section.facts:
        lines += [*(f"- {escape(label)}: {escape(value)}" for label, value in section.facts.items()), ""]
    if section.not_comparable:
        lines += [f"**{escape(section.not_comparable)}**", ""]
    for table in section.tables_in("md"):
        lines += _table(table)
    notes = [
        f"**{escape(', '.join(rows))}**: {escape(note)}"
        for table in section.tables_in("md")
        for note, rows in table.row_notes().items()
    ]
    notes += map(escape, section.notes_in("md"))
    if notes:
        lines += ["## Notes", "", *(f"- {note}" for note in notes), ""]
    return "\n".join(lines[:-1]) + "\n"


def _table(table: Table) -> list[str]:
    """Return the lines of a table, with a heading for each part that has one."""
    lines: list[str] = []
    together: list[list[Part]] = []
    for part in table.parts_in("md"):
        if part.heading or not together:
            together.append([])
        together[-1].append(part)
    for of_heading in together:
        heading = of_heading[0].heading
        lines += [f"## {escape(heading[0].upper() + heading[1:])}", ""] if heading else []
        lines += [escape(table.text), ""] if table.text else []
        lines += [*table_lines(table, of_heading), ""]
    if table.sentences:
        lines += [*(f"- {escape(sentence)}" for sentence in table.sentences), ""]
    return lines


def table_lines(table: Table, parts: Sequence[Part]) -> list[str]:
    """Return the lines of some parts of a table as one."""
    columns = table.columns_in("md", parts[0])
    align = ["---" if column.is_text else "---:" for column in columns]
    cells = [row for part in parts for row in table.cells(part, "md")]
    return [
        row_line([escape(column.head_in("md")) for column in columns]),
        row_line(align),
        *(row_line([_cell(cell) for cell in row]) for row in cells),
    ]


def _cell(cell: Cell) -> str:
    text = escape(cell.text or MISSING)
    return f"[{text}](<{cell.link}>)" if cell.link else text


def row_line(cells: Sequence[str]) -> str:
    """Return one row of a table, of cells that are escaped."""
    return "| " + " | ".join(cells) + " |"


def list_item(text: str, width: int = 118) -> str:
    """Return a sentence as an item of a list, its lines broken between words."""
    return fill(
        escape(text),
        width,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def escape(text: str) -> str:
    """Keep text of others (names, error messages) from being read as Markdown."""
    for sign in "\\`*<|":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.replace("](", "]\\(").split())
