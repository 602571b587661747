"""Small multiples: one panel a method, and which records they are of."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.rows import Leaderboard, Row, make_rows

COLUMNS = 5
HEAD = 0.52
"""Space for the title of a figure, in inches."""

LEAST_WIDTH = 5.6
"""Room for a title above a single panel, in inches."""


def rows_in_order(board: Leaderboard) -> list[Row]:
    """Return the rows of a leaderboard with their records, in the order of its table."""
    rows = {row.name: row for row in make_rows(board.group.records)}
    return [rows[name] for name in board.frame["method"]]


def first_scored(row: Row) -> Record | None:
    """Return the record of the first seed that has scores."""
    return row.scored[0] if row.scored else None


@dataclass(frozen=True)
class Grid:
    """Where panels are in a figure; everything in inches.

    Attributes
    ----------
    width, height
        Of the figure.
    panel
        Width and height of a panel.
    corners
        Lower left corner of each panel.
    """

    width: float
    height: float
    panel: tuple[float, float]
    corners: tuple[tuple[float, float], ...]

    def rectangle(self, number: int) -> tuple[float, float, float, float]:
        """Return the place of a panel as `Figure.add_axes` takes it."""
        x, y = self.corners[number]
        return x / self.width, y / self.height, self.panel[0] / self.width, self.panel[1] / self.height


def grid(n: int, panel: tuple[float, float], gaps: tuple[float, float], below: float) -> Grid:
    """Return the places of `n` panels in rows of at most `COLUMNS`, below the title of a figure.

    Parameters
    ----------
    n
        Number of panels.
    panel
        Width and height of a panel in inches.
    gaps
        Space in inches at the left of every panel and above it.
    below
        Space in inches below all panels.
    """
    columns = min(n, COLUMNS)
    lines = ceil(n / columns)
    width = max(0.12 + columns * (panel[0] + gaps[0]), LEAST_WIDTH)
    height = HEAD + lines * (panel[1] + gaps[1]) + below
    corners = []
    for number in range(n):
        line, column = divmod(number, columns)
        left = gaps[0] + column * (panel[0] + gaps[0])
        corners.append((left, height - HEAD - (line + 1) * (panel[1] + gaps[1])))
    return Grid(width, height, panel, tuple(corners))
