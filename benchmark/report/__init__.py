"""From cell records to leaderboards: nothing here trains, scores, or reads anything but records."""

from benchmark.report.board import leaderboard
from benchmark.report.boards import Board, leaderboards
from benchmark.report.groups import Group, board_of, select_groups
from benchmark.report.markdown import render_markdown
from benchmark.report.tables import build_tables
from benchmark.report.text import render_text

__all__ = [
    "Board",
    "Group",
    "board_of",
    "build_tables",
    "leaderboard",
    "leaderboards",
    "render_markdown",
    "render_text",
    "select_groups",
]
