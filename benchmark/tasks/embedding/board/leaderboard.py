"""From the records of one group to its leaderboard, as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import dataset_names
from geneboard.benchmark.report.mixing import board_rows
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.statistics.comparison import Comparison, compare_methods
from geneboard.benchmark.report.table import make_frame
from geneboard.benchmark.tasks.embedding.board import columns
from geneboard.benchmark.tasks.embedding.board.average import average_score
from geneboard.benchmark.tasks.embedding.board.columns import Entry
from geneboard.benchmark.tasks.embedding.board.leave_one_out import dataset_intervals
from geneboard.benchmark.tasks.embedding.board.scale import Scale, average_ranks


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
    datasets = dataset_intervals(rows, scale, dataset_names(rows[0].first))
    averages = {row.name: average_score(row, scale, datasets.get(row.name)) for row in rows}
    compared = [found for row in ranked if (found := averages[row.name]) is not None]
    comparison = compare_methods(compared, dataset_names(rows[0].first))
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
