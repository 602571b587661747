"""From records to leaderboards: their scores, and which methods are told apart."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import inf
from pathlib import Path
from statistics import fmean
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.differences import board_rows
from geneboard.benchmark.report.foreign import ForeignColumn, ForeignTable, foreign_column
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.intervals import ROUNDING, seeds_interval
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.statistics.comparison import Comparison, compare_methods
from geneboard.benchmark.report.statistics.paired import LeadScore
from geneboard.benchmark.report.table import make_frame
from geneboard.benchmark.tasks.embedding.board import columns
from geneboard.benchmark.tasks.embedding.board.beside import SIGN
from geneboard.benchmark.tasks.embedding.board.columns import Entry
from geneboard.benchmark.tasks.embedding.board.leave_one_out import GroupIntervals, group_intervals
from geneboard.benchmark.tasks.embedding.board.metrics import DECODER, EXTRA_METRICS, JOINT, LEADS, PARTS
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates
from geneboard.benchmark.tasks.embedding.board.scale import Scale, average_ranks
from geneboard.benchmark.tasks.embedding.board.standing import (
    has_no_decoder,
    headline,
    is_too_little,
    lead_of,
    why_no_rank,
    why_not_above,
    why_undefined_extra,
)
from geneboard.benchmark.tasks.embedding.board.training_data import is_scored_on_it

PAPER_TABLE = Path(__file__).resolve().parents[4] / "results" / "paper" / "musegnn_average_score.csv"


@dataclass(frozen=True, eq=False)
class Scored:
    """The rows of a leaderboard, what ranks them, and what the tests say.

    Attributes
    ----------
    frame
        One row per method and hyper-parameters with the columns of `columns.COLUMNS`.
    comparison
        Which of its methods are told apart.
    lead
        The column that it is ranked by, ``"joint_score"`` or ``"structure"``; empty where no row has either.
    scale
        Of the average score.
    """

    frame: pd.DataFrame
    comparison: Comparison
    lead: str
    scale: Scale


@dataclass(frozen=True, eq=False)
class Board(Scored):
    """A leaderboard and the records that it is made of.

    Attributes
    ----------
    group
        The records, and where they came from.
    foreign
        The columns of numbers that are not ours, which `frame` has too, behind its own.
    """

    group: Group
    foreign: tuple[ForeignColumn, ...] = ()

    @cached_property
    def lines(self) -> list[dict[Any, Any]]:
        """The rows as they are read: with coverage in the title, a sign, and what each lacks in words."""
        shown = [metric for metric in EXTRA_METRICS if self.frame[metric].notna().any()]
        rows = {row.name: row for row in make_rows(self.group.records)}
        return [
            {
                **line,
                "title": headline(row := rows[line["method"]]),
                "scored": int(bool(row.scored) and not is_too_little(row)),
                "undefined_extra": why_undefined_extra(row, shown),
                "lacks_extra": why_undefined_extra(
                    row, [metric for metric in shown if metric != DECODER or not has_no_decoder(row)]
                ),
                "undefined_joint": "" if row.predates(JOINT) else why_undefined_extra(row, (*PARTS, JOINT)),
                "not_above": why_not_above(row, self.lead),
                "trained_on_scored": is_scored_on_it(row.first),
                "sign": SIGN if line["from"] else "",
            }
            for line in self.frame.to_dict("records")
        ]


def leaderboards(
    records: Iterable[Record],
    foreign: Sequence[ForeignTable] = (),
    reference: Callable[[Group], Sequence[Row]] = lambda _: (),
) -> list[Board]:
    """Return every leaderboard of gene embeddings that records give, ordered by source, preset and tissue.

    Parameters
    ----------
    records
        Cell records of this task, of any sources, presets and tissues, in any order.
    foreign
        Tables of other data to put beside them.
    reference
        Returns the rows of a reference run on the data of a leaderboard, which set the scale of the average
        score where too few published methods are in it.
    """
    groups = select_groups(records)
    tissues = {group.tissue for group in groups}
    return [_board(group, foreign, tissues, reference(group)) for group in groups]


def _board(
    group: Group, foreign: Sequence[ForeignTable], tissues: set[str], reference: Sequence[Row]
) -> Board:
    scored = score_and_compare(group.records, published_scores(group.tissue), reference)
    rows = make_rows(group.records)
    added = tuple(foreign_column(table, group.tissue, rows, tissues) for table in foreign)
    for column in added:
        scored.frame[column.table.column] = scored.frame["method"].map(column.numbers).astype(float)
    return Board(**vars(scored), group=group, foreign=added)


def published_scores(tissue: str) -> dict[str, float]:
    """Return the published average score of each method (by title) in a tissue.

    Source: arXiv 2310.02275. The dictionary is empty for a tissue that is not in the published table.
    """
    with PAPER_TABLE.open(newline="", encoding="utf-8") as table:
        return {row["method"]: float(row[tissue]) for row in csv.DictReader(table) if tissue in row}


def leaderboard(records: Iterable[Record]) -> pd.DataFrame:
    """Return the leaderboard of the records of one group; see `score_and_compare`."""
    return score_and_compare(records).frame


def score_and_compare(
    records: Iterable[Record], published: Mapping[str, float] | None = None, reference: Sequence[Row] = ()
) -> Scored:
    """Return the leaderboard of the records of one group, and which of its methods are told apart.

    Methods are ordered by the score that ranks them, then come those without a rank (too few vectors, an
    undefined joint score, scored before it existed), rows without scores, and controls.

    Parameters
    ----------
    records
        Records of one source, preset, tissue and state of the data, at most one per method, hyper-parameters
        and seed (`benchmark.report.groups.select_groups` sees to that), in any order.
    published
        Published average scores by title, shown beside the rows of those methods.
    reference
        Rows that set the scale of the average score where too few of the table do.

    Raises
    ------
    InputError
        If the records are of different sources, presets, tissues, data or versions of the metrics.
    ValueError
        If there are no records, or two are of the same method, hyper-parameters and seed.
    """
    rows = board_rows(records)
    lead, scale = lead_of(rows), Scale.of_table(rows, reference)
    methods = [row for row in rows if row.first["kind"] != "control"]
    average_rank = average_ranks({row.name: row.means if row.scored else None for row in methods})
    replicates = Replicates.of(rows)
    intervals = {row.name: group_intervals(row, scale, replicates) for row in methods if row.scored}
    ranked = [row for row in methods if row.scored and not why_no_rank(row, lead)]
    comparison = compare_methods(
        [_lead_score(row, lead, intervals[row.name]) for row in ranked], LEADS.get(lead, "joint score")
    )
    places = _places({row.name: row.means[lead] for row in ranked})
    entries = [
        Entry(
            row,
            lead,
            scale,
            rank=places.get(row.name),
            rank_interval=comparison.ranks.get(row.name),
            tie_group=comparison.letters.get(row.name, ""),
            average_rank=average_rank.get(row.name),
            groups=intervals.get(row.name, GroupIntervals()),
            published=(published or {}).get(row.first["title"]) if _is_published(row) else None,
        )
        for row in rows
    ]
    return Scored(make_frame(columns.COLUMNS, sorted(entries, key=_place)), comparison, lead, scale)


def _is_published(row: Row) -> bool:
    return row.first["kind"] == "published" and row.represents_method


def _lead_score(row: Row, lead: str, groups: GroupIntervals) -> LeadScore:
    values = row.per_seed(lead)
    assert values is not None  # only rows that have the score are ranked
    return LeadScore(
        name=row.name,
        title=row.title,
        value=fmean(values),
        per_seed=dict(zip((record["seed"] for record in row.scored), values, strict=True)),
        seeds_interval=seeds_interval(values),
        deterministic=row.first["deterministic"],
        failed_seeds=tuple(record["seed"] for record in row.records if record["status"] != "ok"),
        without=groups.without.get(lead, {}),
        no_groups=groups.why_not(lead),
    )


def _places(scores: Mapping[str, float | None]) -> dict[str, int]:
    """Return 1 plus the number of higher scores, by name; scores that differ by rounding are equal."""
    ranks = pd.Series(dict(scores), dtype=float).div(ROUNDING).round()
    return {str(name): int(rank) for name, rank in ranks.rank(ascending=False, method="min").items()}


def _place(entry: Entry) -> tuple[bool, int, float, float, float, str]:
    """Return the sort key of a row: methods first, the best of them first."""
    row, value = entry.row, entry.row.means[entry.lead] if entry.lead else None
    tiers = (not row.scored, row.predates(JOINT), value is None, is_too_little(row))
    tier = next((len(tiers) - place for place, holds in enumerate(tiers) if holds), 0)
    return (
        row.first["kind"] == "control",
        tier,
        inf if value is None else -value,
        inf if entry.average is None else -entry.average,
        inf if entry.average_rank is None else entry.average_rank,
        row.name,
    )
