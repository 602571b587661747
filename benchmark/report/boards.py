"""All leaderboards that records give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from benchmark.record import Record
from benchmark.report.board import score_and_compare
from benchmark.report.groups import Group, select_groups
from benchmark.report.published import published_scores
from benchmark.report.statistics import Comparison


@dataclass(frozen=True, eq=False)
class Board:
    """A leaderboard and the records that it is made of.

    Attributes
    ----------
    group
        The records, and where they came from.
    frame
        One row per method and hyper-parameters, as `benchmark.report.leaderboard` returns it.
    comparison
        Which of its methods are told apart.
    """

    group: Group
    frame: pd.DataFrame
    comparison: Comparison


def leaderboards(records: Iterable[Record]) -> list[Board]:
    """Return every leaderboard that records give, ordered by source, preset and tissue.

    Parameters
    ----------
    records
        Cell records of any sources, presets and tissues, in any order.
    """
    return [
        Board(group, *score_and_compare(group.records, published_scores(group.tissue)))
        for group in select_groups(records)
    ]
