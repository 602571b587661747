"""All leaderboards that records give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.foreign import ForeignColumn, ForeignTable, foreign_column
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.report.statistics.comparison import Comparison
from geneboard.benchmark.tasks.embedding.board.leaderboard import score_and_compare
from geneboard.benchmark.tasks.embedding.board.metrics import EXTRA_METRICS
from geneboard.benchmark.tasks.embedding.board.published import published_scores


@dataclass(frozen=True, eq=False)
class Board:
    """A leaderboard and the records that it is made of.

    Attributes
    ----------
    group
        The records, and where they came from.
    frame
        One row per method and hyper-parameters, as `leaderboard` returns it, then one column per foreign
        table.
    comparison
        Which of its methods are told apart.
    foreign
        The columns of numbers that are not ours.
    """

    group: Group
    frame: pd.DataFrame
    comparison: Comparison
    foreign: tuple[ForeignColumn, ...] = ()

    @cached_property
    def lines(self) -> list[dict[Any, Any]]:
        """The rows of the frame, each with what is undefined among the metrics beside the six."""
        shown = [metric for metric in EXTRA_METRICS if self.frame[metric].notna().any()]
        undefined = {row.name: row.undefined_among(shown) for row in make_rows(self.group.records)}
        lines = self.frame.to_dict("records")
        return [{**line, "undefined_extra": undefined[line["method"]]} for line in lines]


def leaderboards(records: Iterable[Record], foreign: Sequence[ForeignTable] = ()) -> list[Board]:
    """Return every leaderboard of gene embeddings that records give, ordered by source, preset and tissue.

    Parameters
    ----------
    records
        Cell records of this task, of any sources, presets and tissues, in any order.
    foreign
        Tables of other data to put beside them.
    """
    groups = select_groups(records)
    tissues = {group.tissue for group in groups}
    return [_board(group, foreign, tissues) for group in groups]


def _board(group: Group, foreign: Sequence[ForeignTable], tissues: set[str]) -> Board:
    frame, comparison = score_and_compare(group.records, published_scores(group.tissue))
    rows = make_rows(group.records)
    columns = tuple(foreign_column(table, group.tissue, rows, tissues) for table in foreign)
    for column in columns:
        frame[column.table.column] = frame["method"].map(column.numbers).astype(float)
    return Board(group, frame, comparison, columns)
