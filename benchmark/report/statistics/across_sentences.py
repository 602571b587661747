"""What the table across tissues says, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from benchmark.report.boards import Board
from benchmark.report.gains import OURS, PUBLISHED
from benchmark.report.statistics.friedman import MIN_METHODS, MIN_TISSUES, CriticalDifference, Friedman
from benchmark.report.statistics.paired import ALPHA
from benchmark.report.wording import is_synthetic


def across_sentences(
    boards: Sequence[Board],
    ranks: pd.DataFrame,
    gains: pd.DataFrame,
    friedman: Friedman | None,
    nemenyi: CriticalDifference | None,
) -> list[str]:
    """Return what the table shows, and what was tested with what result.

    Parameters
    ----------
    boards
        The leaderboards of the tissues.
    ranks
        Rank of every method that was run in every tissue (columns, by title) in every tissue (rows).
    gains
        As in `benchmark.report.across.Across`.
    friedman, nemenyi
        The tests, or None where there are none.
    """
    return []
