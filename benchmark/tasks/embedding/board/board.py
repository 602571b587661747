"""From records to leaderboards: their scores, and which methods are told apart."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.beside import SIGN
from geneboard.benchmark.report.differences import board_rows
from geneboard.benchmark.report.foreign import ForeignColumn, ForeignTable, foreign_column
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.intervals import seeds_interval
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.statistics.comparison import Comparison, compare_methods
from geneboard.benchmark.report.statistics.paired import AverageScore
from geneboard.benchmark.report.table import make_frame
from geneboard.benchmark.tasks.embedding.board import columns
from geneboard.benchmark.tasks.embedding.board.columns import Entry
from geneboard.benchmark.tasks.embedding.board.leave_one_out import DatasetIntervals, dataset_intervals
from geneboard.benchmark.tasks.embedding.board.metrics import EXTRA_METRICS, METRICS
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates
from geneboard.benchmark.tasks.embedding.board.scale import Scale, average_ranks

PAPER_TABLE = Path(__file__).resolve().parents[4] / "results" / "paper" / "musegnn_average_score.csv"


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
        """The rows of the frame, with their signs and what is undefined among the metrics beside the six."""
        shown = [metric for metric in EXTRA_METRICS if self.frame[metric].notna().any()]
        undefined = {row.name: row.undefined_among(shown) for row in make_rows(self.group.records)}
        lines = self.frame.to_dict("records")
        return [
            {
                **line,
                "undefined_extra": undefined[line["method"]],
                "sign": SIGN if line["from"] else "",
            }
            for line in lines
        ]


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
    added = tuple(foreign_column(table, group.tissue, rows, tissues) for table in foreign)
    for column in added:
        frame[column.table.column] = frame["method"].map(column.numbers).astype(float)
    return Board(group, frame, comparison, added)


def published_scores(tissue: str) -> dict[str, float]:
    """Return the published average score of each method (by title) in a tissue.

    Source: arXiv 2310.02275. The dictionary is empty for a tissue that is not in the published table.
    """
    with PAPER_TABLE.open(newline="", encoding="utf-8") as table:
        return {row["method"]: float(row[tissue]) for row in csv.DictReader(table) if tissue in row}


def leaderboard(records: Iterable[Record], published: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Return the leaderboard of the records of one group; see `score_and_compare`."""
    return score_and_compare(records, published)[0]


def score_and_compare(
    records: Iterable[Record], published: Mapping[str, float] | None = None
) -> tuple[pd.DataFrame, Comparison]:
    """Return the leaderboard of the records of one group, and which of its methods are told apart.

    Parameters
    ----------
    records
        Records of one source, preset, tissue and state of the data, at most one per method, hyper-parameters
        and seed (`benchmark.report.groups.select_groups` sees to that), in any order.
    published
        Published average scores by title, shown beside the rows of those methods.

    Returns
    -------
    frame : pandas.DataFrame
        One row per method and hyper-parameters with the columns of `columns.COLUMNS`; methods by descending
        average score, rows without scores, then controls. The rows of kind "published" set the scale of the
        average score, of each method the one without overrides if there is one; controls have no rank.
    comparison : Comparison
        Tie groups and tests of the methods.

    Raises
    ------
    InputError
        If the records are of different sources, presets, tissues, data or versions of the metrics.
    ValueError
        If there are no records, or two are of the same method, hyper-parameters and seed.
    """
    rows = board_rows(records)
    scale = Scale.of([row.means for row in rows if row.sets_range])
    ranked = [row for row in rows if row.first["kind"] != "control"]
    ranks = average_ranks({row.name: row.means if row.scored else None for row in ranked})
    replicates = Replicates.of(rows)
    datasets = dataset_intervals(rows, scale, replicates)
    averages = {row.name: _average_score(row, scale, datasets.get(row.name)) for row in rows}
    compared = [found for row in ranked if (found := averages[row.name]) is not None]
    comparison = compare_methods(compared, list(replicates.groups))
    entries = [
        Entry(
            row,
            averages[row.name],
            ranks.get(row.name),
            datasets.get(row.name),
            comparison.letters.get(row.name, ""),
            (published or {}).get(row.first["title"]) if _is_published(row) else None,
        )
        for row in rows
    ]
    return make_frame(columns.COLUMNS, sorted(entries, key=_place)), comparison


def _is_published(row: Row) -> bool:
    return row.first["kind"] == "published" and (row.is_default or row.stands_in)


def _place(entry: Entry) -> tuple[bool, bool, float, float, str]:
    """Return the sort key of a row: methods first, the best average score first."""
    return (
        entry.row.first["kind"] == "control",
        not entry.row.scored,
        inf if entry.average is None else -entry.average.value,
        inf if entry.rank is None else entry.rank,
        entry.row.name,
    )


def _average_score(row: Row, scale: Scale, datasets: DatasetIntervals | None) -> AverageScore | None:
    """Return the average score of a row, or None if it has no scores or there is no scale."""
    value = scale.average(row.means) if row.scored else None
    if value is None:
        return None
    scores = _per_seed(row, scale)
    return AverageScore(
        name=row.name,
        title=row.title,
        value=value,
        per_seed=dict(zip((record["seed"] for record in row.scored), scores, strict=True)),
        seeds_interval=seeds_interval(scores),
        deterministic=row.first["deterministic"],
        failed_seeds=tuple(record["seed"] for record in row.records if record["status"] != "ok"),
        without=datasets.average_without if datasets else (),
        no_datasets=datasets.no_average if datasets else "a control",
    )


def _per_seed(row: Row, scale: Scale) -> Sequence[float]:
    """Return the average score of each seed; their mean is the row's.

    A metric that has no value in some seed counts 0 in all, as it does in the row.
    """
    per_metric = {metric: row.per_seed(metric) for metric in METRICS}
    scores = []
    for seed in range(len(row.scored)):
        score = scale.average({metric: of[seed] if of else None for metric, of in per_metric.items()})
        assert score is not None  # the scale is defined, or the row would have no average score
        scores.append(score)
    return scores
