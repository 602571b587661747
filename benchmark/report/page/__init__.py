"""The report as static HTML: one self-contained file for all boards, and one small page for each table."""

from geneboard.benchmark.report.page.render import build_pages, render_board_page, render_report

__all__ = ["build_pages", "render_board_page", "render_report"]
