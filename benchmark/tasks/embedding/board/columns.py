"""The columns of a leaderboard, each stated once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from geneboard.benchmark.report.intervals import Interval, seeds_interval
from geneboard.benchmark.report.number_text import MISSING, interval_text, number_or_none
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
from geneboard.benchmark.report.table import LONG, READ, Cell, Column, Format, Line
from geneboard.benchmark.tasks.embedding.board.leave_one_out import GroupIntervals
from geneboard.benchmark.tasks.embedding.board.metrics import (
    AVERAGE,
    BESIDE,
    DECODER,
    EXTRA_METRICS,
    JOINT,
    LEADS,
    METRICS,
    MIXING,
    SCORED,
    STRUCTURE,
    TEX_EXTRA,
)
from geneboard.benchmark.tasks.embedding.board.scale import Scale
from geneboard.benchmark.tasks.embedding.board.standing import competes, is_above_controls, why_no_rank

PUBLISHED_LABEL = "published: nine methods, other data"
PUBLISHED_SENTENCE = f"Published score: average score of arXiv 2310.02275 ({PUBLISHED_LABEL})."
FOREIGN_PLACE = -40
"""Where the numbers of other papers stand: behind the published scores."""


@dataclass(frozen=True, eq=False)
class Entry:
    """What the columns of a row are made of.

    Attributes
    ----------
    row
        The cells of the method.
    lead
        The score that ranks the leaderboard, if it has any.
    scale
        Of its average score.
    rank, rank_interval
        None for a row without.
    tie_group
        Letters of the methods that are not told apart.
    average_rank
        None for a control.
    groups
        Intervals over groups of datasets.
    published
        The published average score of a published method.
    """

    row: Row
    lead: str
    scale: Scale
    rank: int | None = None
    rank_interval: tuple[int, int] | None = None
    tie_group: str = ""
    average_rank: float | None = None
    groups: GroupIntervals = field(default_factory=GroupIntervals)
    published: float | None = None

    @cached_property
    def average(self) -> float | None:
        """The average score; None without scores or a scale."""
        return self.scale.average(self.row.means) if self.row.scored else None

    @cached_property
    def intervals(self) -> Mapping[str, Interval | None]:
        """Intervals over seeds and over groups of datasets, by the beginning of their columns."""
        found = {score: seeds_interval(self.row.per_seed(score) or ()) for score in SCORED}
        found[AVERAGE] = seeds_interval(self._average_per_seed())
        return {**found, **{f"{score}_datasets": self.groups.intervals.get(score) for score in SCORED}}

    def _average_per_seed(self) -> list[float]:
        """Return the average score of each seed; their mean is the row's.

        A metric that has no value in some seed counts 0 in all, as it does in the row.
        """
        per_metric = {metric: self.row.per_seed(metric) for metric in METRICS}
        scores = [
            self.scale.average({metric: of[seed] if of else None for metric, of in per_metric.items()})
            for seed in range(len(self.row.scored))
        ]
        return [score for score in scores if score is not None]


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


def _intervals_of(lead: str) -> list[Column]:
    """Return the intervals that a leaderboard shows which is ranked by this score."""
    how: dict[str, Any] = {"kind": "interval", "short_digits": 2, "place": -80, "table": lead}
    explained = "interval of what ranks; sorted by its lower end"
    return [
        Column(lead, "over seeds", explained=explained, formats=READ - {"txt"}, secondary=True, **how),
        Column(f"{lead}_datasets", "over datasets", "over data", explained=explained, **how),
    ]


def _rank(line: Line, _: Format) -> Cell:
    """Return the rank with its interval: "2 (1..4)"."""
    rank, interval = number_or_none(line["rank"]), interval_text(line, "rank", 0)
    if rank is None:
        return Cell("", reason=str(line["no_rank"]))
    return Cell(f"{rank:.0f}" + (f" ({interval})" if interval != MISSING else ""), rank)


def _controls(line: Line, _: Format) -> Cell:
    if line["kind"] == "control" or not isinstance(line["above_controls"], bool):
        return Cell("")
    return Cell("above" if line["above_controls"] else "not above", reason=str(line["not_above"]))


def _metric(metric: str, **how: Any) -> Column:
    return Column(
        metric,
        kind="metric",
        better="" if metric == DECODER else "higher",  # no ranking: each decoder is its own
        value=_of_mean(metric),
        **how,
    )


def _score(key: str, head: str, **how: Any) -> Column:
    return _metric(key, head=head, why="undefined_joint", optional=True, **how)


def _extra(metric: str, **how: Any) -> Column:
    explained = "higher is better; in no average"
    return _metric(metric, explained=explained, why="undefined_extra", optional=True, secondary=True, **how)


_SIX = {metric: place - 30 for place, metric in enumerate(METRICS)}
_EXTRA = dict.fromkeys(EXTRA_METRICS, 70) | {one: _SIX[six] for six, names in BESIDE.items() for one in names}
"""Places of the published metrics, and of what stands beside them or behind everything."""

COLUMNS: tuple[Column, ...] = (
    *ROW,
    *(_metric(metric, explained="higher is better", place=place) for metric, place in _SIX.items()),
    Column(
        AVERAGE,
        "average score",
        "avg",
        better="higher",
        explained="as published; higher is better",
        place=-50,
        optional=True,
        secondary=True,
        value=lambda entry: entry.average,
    ),
    Column(
        "average_rank",
        "average rank",
        digits=2,
        better="lower",
        explained="mean rank over the six metrics; lower is better",
        formats=LONG,
        place=40,
        secondary=True,
        value=lambda entry: entry.average_rank,
    ),
    *_ends(),
    *(column for lead in LEADS for column in _intervals_of(lead)),
    Column(
        "published_score",
        "published score",
        "publ.",
        digits=2,
        explained=PUBLISHED_LABEL,
        formats=READ - {"txt"},
        place=-45,
        optional=True,
        secondary=True,
        remark=f"Publ.: average score of arXiv 2310.02275 ({PUBLISHED_LABEL}).",
        value=lambda entry: entry.published,
    ),
    *(
        _extra(metric, formats=READ - {"txt"} if metric in TEX_EXTRA else LONG, place=place)
        for metric, place in _EXTRA.items()
    ),
    _score(JOINT, "joint score", short="joint", explained="ranks; higher is better", place=-90),
    Column(
        "rank",
        kind="integer",
        explained="1 is best; in brackets the interval",
        place=-75,
        optional=True,
        value=lambda entry: entry.rank,
        show=_rank,
    ),
    csv_column("rank_low", "integer", lambda entry: entry.rank_interval and entry.rank_interval[0]),
    csv_column("rank_high", "integer", lambda entry: entry.rank_interval and entry.rank_interval[1]),
    Column(
        "tie_group",
        "ties",
        kind="text",
        explained="methods that share a letter are not told apart",
        formats=READ - {"txt"},
        place=-70,
        value=lambda entry: entry.tie_group,
    ),
    Column(
        "above_controls",
        "controls",
        kind="text",
        explained="whether it is above what controls reach",
        formats=READ - {"txt"},
        place=-70,
        optional=True,
        value=lambda entry: is_above_controls(entry.row, entry.lead),
        show=_controls,
    ),
    Column(
        "trained_on_scored",
        "trained on scored",
        kind="text",
        explained="whether it was trained on the gene graphs that AUC and NO score",
        formats=frozenset({"html"}),
        place=-70,
        show=lambda line, _: line["trained_on_scored"],
    ),
    _score(STRUCTURE, "structure", short="struct", explained="what it knows of the graphs", place=-60),
    _score(MIXING, "mixing", explained="how well it joins the datasets", place=-60),
    *(_metric_intervals(metric) for metric in METRICS),
    *COSTS,
    *FAILURES,
    csv_column("undefined", "text", lambda entry: entry.row.undefined_among(METRICS)),
    SEEDS_INTERVAL,
    csv_column("competes", "flag", lambda entry: competes(entry.row)),
    csv_column("no_rank", "text", lambda entry: why_no_rank(entry.row, entry.lead)),
    csv_column("no_datasets_interval", "text", lambda entry: entry.groups.reason),
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

``<column>_low`` and ``<column>_high`` are over seeds, ``<column>_datasets_low`` and ``_high`` over groups of
datasets, ``rank_low`` and ``rank_high`` of the rank (`benchmark.report.statistics.comparison`);
``seeds_interval`` says what the former are; ``no_datasets_interval`` why the latter are absent; ``no_rank``
why a row with scores has no rank; ``competes`` marks rows that have one as soon as they have the score;
``above_controls`` is whether the score that ranks is higher than controls reach;
``coverage`` is the share of the (gene, dataset) pairs that the embedding has vectors for;
``tie_group`` holds letters: methods that share one are not told apart (`benchmark.report.statistics`);
``sets_range`` marks the published rows that may set the scale of the average score;
``from`` is "reference" where a row was taken from there (`benchmark.tasks.embedding.board.beside`).
"""
