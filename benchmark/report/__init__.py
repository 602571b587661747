"""From cell records to leaderboards: nothing here trains, scores, or reads anything but records."""

from geneboard.benchmark.report.across import Across, across_tissues, one_across
from geneboard.benchmark.report.board import leaderboard
from geneboard.benchmark.report.boards import Board, leaderboards
from geneboard.benchmark.report.groups import Group, board_of, select_groups
from geneboard.benchmark.report.markdown import render_markdown
from geneboard.benchmark.report.statistics import Comparison, CriticalDifference, Friedman
from geneboard.benchmark.report.tables import build_tables
from geneboard.benchmark.report.text import render_text

__all__ = [
    "Across",
    "Board",
    "Comparison",
    "CriticalDifference",
    "Friedman",
    "Group",
    "across_tissues",
    "board_of",
    "build_tables",
    "leaderboard",
    "leaderboards",
    "one_across",
    "render_markdown",
    "render_text",
    "select_groups",
]
