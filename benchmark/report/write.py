"""The tables of a result folder as files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

import pandas as pd
from pandas.api.types import is_object_dtype

from geneboard.benchmark.records.store import SCORES
from geneboard.benchmark.report.long_table import long_table
from geneboard.benchmark.report.render import latex, markdown
from geneboard.benchmark.report.section import Chapter, Section
from geneboard.datasets.atomic import write_atomically

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What formulas of spreadsheets begin with."""


def write_tables(out: Path, chapters: Sequence[Chapter]) -> list[Path]:
    """Write the tables of all sections, and all scores as one long table, results.csv.

    Parameters
    ----------
    out
        Result folder.
    chapters
        What its tasks show.

    Returns
    -------
    list of Path
        The files written, each of which appears under its name only when it is complete. The same chapters
        give the same bytes.
    """
    files: dict[PurePath, str] = {}
    for chapter in chapters:
        for section in chapter.sections:
            files |= section_files(section)
    lines = (line for chapter in chapters for line in chapter.scores)
    files[PurePath(SCORES)] = csv_text(long_table(lines))
    return write_files(out, files)


def section_files(section: Section) -> dict[PurePath, str]:
    """Return the tables of a section by path: a csv file for each, and all as md and tex."""
    if not section.stem:
        return {}
    tables = {
        section.folder / f"{table.stem}.csv": csv_text(table.frame) for table in section.tables_in("csv")
    }
    stem = section.folder / section.stem
    if section.tables_in("md"):
        tables[stem.with_name(f"{section.stem}.md")] = markdown.render(section)
    if section.tables_in("tex"):
        tables[stem.with_name(f"{section.stem}.tex")] = latex.render(section)
    return tables


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as CSV; texts that a spreadsheet would take for a formula begin with an apostrophe."""

    def inert(value: Any) -> Any:
        return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value

    shown = frame.rename(columns=inert)
    for place, kind in enumerate(frame.dtypes):
        values = frame.iloc[:, place] if is_object_dtype(kind) else ()
        texts = {value for value in values if isinstance(value, str)}  # most repeat in many rows
        if any(text.startswith(FORMULA) for text in texts):
            shown.isetitem(place, pd.array(list(map(inert, values)), dtype=object))
    return shown.to_csv(index=False, lineterminator="\n")


def write_files(out: Path, files: dict[PurePath, str]) -> list[Path]:
    """Write texts by their path in a folder; an existing file is replaced as a whole."""
    for name, text in files.items():
        write_atomically(out / name, text.encode())
    return [out / name for name in files]
