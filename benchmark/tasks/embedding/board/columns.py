"""The columns of a leaderboard, each stated once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geneboard.benchmark.report.intervals import Interval, seeds_interval
from geneboard.benchmark.report.number_text import interval_text
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.run_columns import (
    COSTS,
    FAILURES,
    ROW,
    RUN,
    SEEDS_INTERVAL,
    csv_column,
    shared,
)
from geneboard.benchmark.report.statistics.paired import AverageScore
from geneboard.benchmark.report.table import READ, Cell, Column, Format, Line
from geneboard.benchmark.tasks.embedding.board.leave_one_out import DatasetIntervals
from geneboard.benchmark.tasks.embedding.board.metrics import EXTRA_METRICS, METRICS, SCORED

PUBLISHED_LABEL = "published: nine methods, other data"
PUBLISHED_SENTENCE = f"Published score: average score of arXiv 2310.02275 ({PUBLISHED_LABEL})."
FOREIGN_PLACE = 60
"""Where the numbers of other papers stand: behind the published scores."""


@dataclass(frozen=True, eq=False)
class Entry:
    """What the columns of a row are made of.

    Attributes
    ----------
    row
        The cells of the method.
    average
        None without an average score.
    rank
        The average rank; None for a control.
    datasets
        Intervals over datasets; None for a row that has none.
    tie_group
        Letters of the methods that are not told apart.
    published
        The published average score of a published method.
    """

    row: Row
    average: AverageScore | None = None
    rank: float | None = None
    datasets: DatasetIntervals | None = None
    tie_group: str = ""
    published: float | None = None

    @cached_property
    def intervals(self) -> Mapping[str, Interval | None]:
        """Intervals over seeds and over datasets, by the beginning of their columns."""
        over_seeds = {metric: seeds_interval(self.row.per_seed(metric) or ()) for metric in METRICS}
        over_seeds["average_score"] = self.average.seeds_interval if self.average else None
        over_datasets = self.datasets.intervals if self.datasets else {}
        return {**over_seeds, **{f"{column}_datasets": over_datasets.get(column) for column in SCORED}}


def _of_mean(metric: str) -> Callable[[Entry], float | None]:
    return lambda entry: entry.row.means[metric]


def _ends() -> list[Column]:
    """Return the ends of all intervals, which only csv has by themselves."""

    def end(column: str, which: int) -> Callable[[Entry], float | None]:
        return lambda entry: ends[which] if (ends := entry.intervals[column]) else None

    return [
        Column(f"{column}{over}_{name}", formats=frozenset(), value=end(f"{column}{over}", which))
        for over in ("", "_datasets")
        for column in SCORED
        for which, name in enumerate(("low", "high"))
    ]


def _detail(key: str, head: str, **how: Any) -> Column:
    """Return a column that stands in the table of details."""
    return Column(key, head, table="details", **how)


def _metric_intervals(metric: str) -> Column:
    def show(line: Line, form: Format) -> Cell:
        value = Column(metric, kind="metric").cell(line, form).text
        low = Column(f"{metric}_datasets", kind="interval").cell(line, form).value
        seeds, datasets = interval_text(line, metric, 3), interval_text(line, f"{metric}_datasets", 3)
        return Cell(value, low, lines=(f"seeds {seeds}", f"datasets {datasets}"))

    explained = "sorted by the lower end over datasets"
    return _detail(f"{metric}_intervals", f"{metric} intervals", explained=explained, show=show)


_OF_AVERAGE = "interval of the average score; sorted by its lower end"

COLUMNS: tuple[Column, ...] = (
    *ROW,
    *(
        Column(metric, kind="metric", better="higher", explained="higher is better", value=_of_mean(metric))
        for metric in METRICS
    ),
    Column(
        "average_score",
        "average score",
        "score",
        better="higher",
        explained="higher is better",
        value=lambda entry: entry.average.value if entry.average else None,
    ),
    Column(
        "average_rank",
        "average rank",
        "rank",
        digits=2,
        better="lower",
        explained="lower is better",
        place=40,
        value=lambda entry: entry.rank,
    ),
    *_ends(),
    Column("average_score", "over seeds", kind="interval", short_digits=2, explained=_OF_AVERAGE, place=20),
    Column(
        "average_score_datasets",
        "over datasets",
        "over data",
        kind="interval",
        short_digits=2,
        explained=_OF_AVERAGE,
        place=30,
    ),
    Column(
        "published_score",
        "published score",
        "publ.",
        digits=2,
        explained=PUBLISHED_LABEL,
        place=50,
        optional=True,
        remark=f"Publ.: average score of arXiv 2310.02275 ({PUBLISHED_LABEL}).",
        value=lambda entry: entry.published,
    ),
    Column(
        "tie_group",
        "ties",
        kind="text",
        explained="methods that share a letter are not told apart",
        place=10,
        value=lambda entry: entry.tie_group,
    ),
    *(
        Column(
            metric,
            kind="metric",
            better="" if metric == "decoder_AUC" else "higher",  # no ranking: each decoder is its own
            explained="higher is better; in no average",
            formats=READ - {"txt"},
            why="undefined_extra",
            place=70,
            optional=True,
            value=_of_mean(metric),
        )
        for metric in EXTRA_METRICS
    ),
    *(_metric_intervals(metric) for metric in METRICS),
    *COSTS,
    *FAILURES,
    csv_column("undefined", "text", lambda entry: entry.row.undefined_among(METRICS)),
    SEEDS_INTERVAL,
    csv_column("no_datasets_interval", "text", lambda entry: entry.datasets.reason if entry.datasets else ""),
    csv_column("sets_range", "flag", lambda entry: entry.row.sets_range),
    csv_column("from", "text", lambda entry: "reference" if "taken_from" in entry.row.first else ""),
    _detail(
        "coverage",
        "coverage",
        explained="share of the (gene, dataset) pairs with a vector",
        place=1,
        value=lambda entry: entry.row.coverage,
    ),
    _detail(
        "dim",
        "dimensions",
        kind="integer",
        explained="of the embedding",
        value=lambda entry: shared(cell["dim"] for cell in entry.row.scored),
    ),
    *RUN,
)
"""In the order of leaderboard.csv; `Column.place` orders them where they are read.

``<column>_low`` and ``<column>_high`` are over seeds, ``<column>_datasets_low`` and ``_high`` over datasets;
``seeds_interval`` says what the former are; ``no_datasets_interval`` why the latter are absent;
``coverage`` is the share of the (gene, dataset) pairs that the embedding has vectors for;
``tie_group`` holds letters: methods that share one are not told apart (`benchmark.report.statistics`);
``sets_range`` marks the rows that set the scale of the average score;
``from`` is "reference" where a row was taken from there (`benchmark.report.beside`).
"""
