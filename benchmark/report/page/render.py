"""Renders the pages: the report in one file, and a small page for each section that has files."""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import jinja2
from markupsafe import Markup

from geneboard.benchmark.report.figures.save import DOTS_PER_INCH, SHOWN_AT
from geneboard.benchmark.report.number_text import MISSING
from geneboard.benchmark.report.section import Chapter, Figure, Section, opening, parts
from geneboard.benchmark.report.table import Table
from geneboard.benchmark.report.write import write_files

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Picture:
    """A figure as part of the page, with its size there in pixels."""

    figure: Figure
    uri: str
    width: int
    height: int

    @classmethod
    def of(cls, figure: Figure, png: bytes) -> Picture:
        """Return a figure with its PNG."""
        # The first chunk of a PNG is its size.
        width, height = (
            max(1, round(size * SHOWN_AT / DOTS_PER_INCH)) for size in struct.unpack(">II", png[16:24])
        )
        return cls(figure, f"data:image/png;base64,{base64.b64encode(png).decode()}", width, height)


MarkupOf = Callable[[Table, str], Markup]
"""Makes the markup of a table in the section with an id."""


def table_markup(table: Table, anchor: str) -> Markup:
    """Return the markup of a table in the section with this id, the same in every page."""
    module: Any = _environment().get_template("_table.html.j2").module
    return Markup(module.data_table(_shown(table, anchor)))


LEGEND = (
    "Bold is the best of the methods in a column and underlined the second best, as far as the digits shown "
    "tell them apart; controls take no part. A small number leads to a note under the table."
)
TITLE = "Leaderboards of gene representations"


def write_pages(out: Path, chapters: Sequence[Chapter]) -> list[Path]:
    """Write report.html, which shows everything, and a page for each section that has files.

    Parameters
    ----------
    out
        Result folder, in which the pictures of the sections were drawn; the others are left out.
    chapters
        What its tasks show.

    Returns
    -------
    list of Path
        The files written. The same input gives the same bytes.
    """
    sections = [section for chapter in chapters for section in chapter.sections]
    shown = cache(table_markup)  # a table stands in the report and in the page of its section
    pages = {
        section.folder / f"{section.stem}.html": render_section(section, shown)
        for section in sections
        if section.stem
    }
    pictures: dict[str, list[Picture]] = {section.anchor: [] for section in sections}
    for section in sections:
        for figure in section.figures:
            if (png := out / section.folder / f"{figure.stem}.png").exists():
                pictures[section.anchor].append(Picture.of(figure, png.read_bytes()))
    pages[PurePath("report.html")] = render_report(chapters, pictures, shown)
    return write_files(out, pages)


def render_report(
    chapters: Sequence[Chapter],
    pictures: Mapping[str, Sequence[Picture]] | None = None,
    table_markup: MarkupOf = table_markup,
) -> str:
    """Return report.html: everything, in one file that needs no other.

    Parameters
    ----------
    chapters
        What the tasks show.
    pictures
        Those of a section, by its anchor.
    table_markup
        Makes the markup of a table.
    """
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=TITLE,
            chapters=[(chapter, parts(chapter.sections)) for chapter in chapters],
            pictures=pictures or {},
            table_markup=table_markup,
        )
    )


def render_section(section: Section, table_markup: MarkupOf = table_markup) -> str:
    """Return the page of a section: tables, each made by `table_markup`, and sentences, without pictures."""
    title = (
        f"{section.title} ({section.part[:1].lower()}{section.part[1:]})" if section.part else section.title
    )
    return (
        _environment()
        .get_template("section_page.html.j2")
        .render(title=title, section=section, pictures={}, table_markup=table_markup)
    )


@cache
def _environment() -> jinja2.Environment:
    """Return the templates with what all pages share; whatever they show is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = (HERE / "style.css").read_text(encoding="utf-8")
    script = (HERE / "table.js").read_text(encoding="utf-8")
    shared: dict[str, Any] = {
        "style": Markup(style),
        "script": Markup(script),
        "style_hash": content_hash(style),
        "script_hash": content_hash(script),
        "legend": LEGEND,
        "opening": opening,
    }
    environment.globals.update(shared)
    return environment


def content_hash(text: str) -> str:
    """Return a style or script as a Content-Security-Policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _shown(table: Table, anchor: str) -> dict[str, Any]:
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
        "columns": (columns := table.columns_in("html")),
        "secondary": sum(column.secondary for column in columns),
        "rows": rows,
        "kinds": list(dict.fromkeys(row["kind"] for row in rows)),
        "notes": [f"{', '.join(titles)}: {note}" for note, titles in notes.items()],
        "missing": MISSING,
    }
