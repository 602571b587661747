"""Boards, tables across tissues and comparisons of folders as sections, and their cells."""

from __future__ import annotations

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.compare import FolderComparison, compare_folders
from geneboard.benchmark.report.compare_section import comparison_section
from geneboard.benchmark.report.foreign import read_foreign_tables
from geneboard.benchmark.report.page import render_section
from geneboard.benchmark.report.render import markdown, terminal
from geneboard.benchmark.report.section import Section
from geneboard.benchmark.report.table import Cell, Format
from geneboard.benchmark.tasks.embedding.across.across import Across, across_tissues
from geneboard.benchmark.tasks.embedding.across.section import across_section
from geneboard.benchmark.tasks.embedding.board.board import Board, leaderboards
from geneboard.benchmark.tasks.embedding.board.section import board_section
from geneboard.benchmark.tasks.embedding.compare import COMPARED


def board_of(records: list[Record], *additions: str) -> Board:
    """The one leaderboard of some records, beside the tables of papers in some files."""
    tables = read_foreign_tables(additions, {record["tissue"] for record in records})
    (found,) = leaderboards(records, tables)
    return found


def across_of(records: list[Record], *additions: str) -> Across:
    """The one table across tissues of some records, beside the tables of papers in some files."""
    tables = read_foreign_tables(additions, {record["tissue"] for record in records})
    (found,) = across_tissues(leaderboards(records, tables))
    return found


Shown = Board | Across | FolderComparison


def section_of(shown: Shown) -> Section:
    if isinstance(shown, Board):
        return board_section(shown)
    return across_section(shown) if isinstance(shown, Across) else comparison_section(shown)


def column(section: Section, head: str, form: Format = "html") -> dict[str, Cell]:
    """The cells of a column of the first table by what stands in the first column."""
    table = section.tables[0]
    place = [column.head_in(form) for column in table.columns_in(form)].index(head)
    return {row[0].text: row[place] for part in table.parts_in(form) for row in table.cells(part, form)}


def render_markdown(shown: Shown) -> str:
    return markdown.render(section_of(shown))


def render_text(shown: Shown, *, explain: bool = False) -> str:
    return terminal.render(section_of(shown), explain=explain)


def render_page(shown: Shown) -> str:
    return render_section(section_of(shown))


def compared(ours: list[Record], theirs: list[Record]) -> FolderComparison:
    return compare_folders("one", ours, "two", theirs, {"embedding": COMPARED})


def verdicts(comparison: FolderComparison) -> dict[tuple[str, str], str]:
    frame = comparison.frame
    return dict(zip(zip(frame["method"], frame["metric"], strict=True), frame["verdict"], strict=True))


def sentences(comparison: FolderComparison) -> str:
    (pair,) = comparison.pairs
    return "\n".join(pair.sentences)
