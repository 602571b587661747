"""Boards, tables across tissues and comparisons of folders in each format."""

from __future__ import annotations

from geneboard.benchmark.report.compare import FolderComparison
from geneboard.benchmark.report.compare_section import comparison_section
from geneboard.benchmark.report.page import render_section
from geneboard.benchmark.report.render import latex, markdown, terminal
from geneboard.benchmark.report.section import Section
from geneboard.benchmark.tasks.embedding.across.across import Across
from geneboard.benchmark.tasks.embedding.across.section import across_section
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.section import board_section

Shown = Board | Across | FolderComparison


def section_of(shown: Shown) -> Section:
    if isinstance(shown, Board):
        return board_section(shown)
    return across_section(shown) if isinstance(shown, Across) else comparison_section(shown)


def render_markdown(shown: Shown) -> str:
    return markdown.render(section_of(shown))


def render_latex(shown: Shown) -> str:
    return latex.render(section_of(shown))


def render_text(shown: Shown, *, explain: bool = False) -> str:
    return terminal.render(section_of(shown), explain=explain)


def render_page(shown: Shown) -> str:
    return render_section(section_of(shown))
