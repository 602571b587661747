"""The report as static HTML: one self-contained file for everything, and one small page for each section."""

from geneboard.benchmark.report.page.render import render_report, render_section, write_pages

__all__ = ["render_report", "render_section", "write_pages"]
