"""The metrics beside the six: which of them a leaderboard shows, and why a row lacks one."""

from __future__ import annotations

import pandas as pd

from geneboard.benchmark.report.boards import Board
from geneboard.benchmark.report.columns import EXTRA_METRICS
from geneboard.benchmark.report.rows import make_rows


def shown_extra(frame: pd.DataFrame) -> list[str]:
    """Return the metrics beside the six that have a value in some row of a leaderboard."""
    return [metric for metric in EXTRA_METRICS if frame[metric].notna().any()]


def undefined_extra(board: Board) -> dict[str, str]:
    """Return, by method, which of the shown metrics beside the six are undefined and why; "" if none is."""
    shown = shown_extra(board.frame)
    return {row.name: row.undefined_among(shown) for row in make_rows(board.group.records)}
