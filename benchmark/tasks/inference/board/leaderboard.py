"""From the records of one problem of the L1000 task to its leaderboard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from geneboard.benchmark.records.record import Problem, Record
from geneboard.benchmark.report.differences import board_rows
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.table import make_frame
from geneboard.benchmark.tasks.inference.board.columns import (
    COLUMNS,
    LEAD,
    METRICS,
    SCORED,
    SECONDARY,
    Entry,
)
from geneboard.benchmark.tasks.inference.board.paired import (
    PairedTests,
    compare_variants,
    compare_with_baseline,
)


@dataclass(frozen=True, eq=False)
class InferenceBoard:
    """A leaderboard of the L1000 task and the records that it is made of.

    Attributes
    ----------
    group
        The records, and where they came from.
    problem
        What was to be inferred.
    frame
        One row per method and hyper-parameters, as `inference_leaderboard` returns it.
    tests
        Every row against the baseline.
    variant_tests
        Variants against the method that they vary, one for each such method.
    """

    group: Group
    problem: Problem
    frame: pd.DataFrame
    tests: PairedTests
    variant_tests: tuple[PairedTests, ...] = ()

    @property
    def all_tests(self) -> tuple[PairedTests, ...]:
        """The former and the latter."""
        return (self.tests, *self.variant_tests)


def inference_boards(records: Iterable[Record]) -> list[InferenceBoard]:
    """Return every leaderboard of the L1000 task, ordered by source, preset and name of the problem.

    Parameters
    ----------
    records
        Cell records of this task, of any sources, presets and problems, in any order.
    """
    return [_board(group) for group in select_groups(records)]


def _board(group: Group) -> InferenceBoard:
    frame = inference_leaderboard(group.records)
    by_name = {row.name: row for row in make_rows(group.records)}
    rows = [by_name[name] for name in frame["method"]]
    tests, variants = compare_with_baseline(rows), compare_variants(rows)
    return InferenceBoard(group, group.records[0]["problem"], frame, tests, variants)


def inference_leaderboard(records: Iterable[Record]) -> pd.DataFrame:
    """Return the leaderboard of the records of one problem.

    Parameters
    ----------
    records
        Records of one source, preset, problem and state of the data, at most one per method,
        hyper-parameters and seed, in any order.

    Returns
    -------
    pandas.DataFrame
        One row per method and hyper-parameters with the columns of `columns.COLUMNS`: methods by descending
        PCC, rows without scores, then controls, which have no rank. A score that is undefined in some seed is
        undefined for the row.

    Raises
    ------
    InputError
        If the records are of different sources, presets, problems, data or versions of the metrics.
    ValueError
        If there are no records, or two are of the same method, hyper-parameters and seed.
    """
    records = list(records)
    rows = board_rows(records)
    recorded = {name for record in records for name in record["scores"]}
    always = set(METRICS) - set(SECONDARY)
    shown = [score for score in SCORED if score in always or score in recorded]
    ranks = _ranks([row for row in rows if row.first["kind"] != "control"])
    entries = [Entry(row, ranks.get(row.name), shown) for row in sorted(rows, key=_place)]
    return make_frame(COLUMNS, entries)


def _ranks(rows: Sequence[Row]) -> dict[str, float]:
    """Return the place of each method by PCC, 1 is best.

    Ties share their mean rank; methods whose PCC is undefined share the places after all values, and those
    without scores share the last.
    """
    leads = {row.name: _lead(row) for row in rows}
    ranks = pd.Series(leads, dtype=float).div(ROUNDING).round().rank(ascending=False, method="average")
    return {str(name): float(rank) for name, rank in ranks.items()}


def _lead(row: Row) -> float:
    """Return the PCC of a row; one that is undefined is below all correlations, and no scores lower still."""
    lead = row.means[LEAD]
    if lead is None:
        return -2.0 if row.scored else -3.0
    return lead


def _place(row: Row) -> tuple[bool, float, str]:
    """Return the sort key of a row: methods first, the highest PCC first."""
    return row.first["kind"] == "control", -_lead(row), row.name
