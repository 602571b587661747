"""The scores and the columns of a leaderboard of the L1000 task, each stated once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from geneboard.benchmark.report.intervals import Interval, seeds_interval
from geneboard.benchmark.report.number_text import MISSING, interval_text
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.run_columns import COSTS, FAILURES, ROW, RUN, SEEDS_INTERVAL, csv_column
from geneboard.benchmark.report.table import READ, Cell, Column, Format, Line
from geneboard.methods.inference.base import STOPPED_AT_LIMIT
from geneboard.metrics.inference.metric_columns import METRICS as METRIC_COLUMNS

METRICS = tuple(metric.name for metric in METRIC_COLUMNS)
"""Over the target genes, in the order of tables."""

SECONDARY = tuple(metric.name for metric in METRIC_COLUMNS if metric.secondary)
"""Those that are not in the headline; records from before they existed lack them."""

BEST_INFERRED = "_best_inferred"
LANDMARKS = "_landmarks"

ENDINGS = {
    "": "all targets",
    BEST_INFERRED: "best inferred targets",
    LANDMARKS: "landmarks that are no input",
}
"""Which genes a score is over, by the ending of its name."""

SCORED = tuple(f"{metric}{ending}" for ending in ENDINGS for metric in METRICS)
"""All scores; all have intervals."""

LEAD = METRICS[0]
"""The score that rows are ordered by."""

DIGITS = 3

_HIGHER = {metric.name: metric.higher_is_better for metric in METRIC_COLUMNS}


def better(score: str) -> Literal["higher", "lower"]:
    """Return which end of a score is the better one, whatever genes it is over: of "MAE_landmarks" too."""
    return "higher" if _HIGHER[score.removesuffix(BEST_INFERRED).removesuffix(LANDMARKS)] else "lower"


def sign(score: str) -> int:
    """Return 1 where a higher score is the better one, and -1 where a lower one is."""
    return 1 if better(score) == "higher" else -1


def direction(score: str) -> str:
    """Return which end of a score is the better one, in words."""
    return f"{better(score)} is better"


EXPLAINED = {metric.name: f"{metric.title}; {direction(metric.name)}" for metric in METRIC_COLUMNS}
"""What each metric is, in words."""


def small_print(line: Line, column: str) -> tuple[str, ...]:
    """Return the interval of a column, if it has one, as the page shows it below the number."""
    interval = interval_text(line, column, DIGITS)
    return () if interval == MISSING else (interval,)


@dataclass(frozen=True, eq=False)
class Entry:
    """What the columns of a row are made of: its cells, its rank, and the scores that the table has."""

    row: Row
    rank: float | None
    shown: Sequence[str]

    @cached_property
    def intervals(self) -> dict[str, Interval | tuple[None, None]]:
        """Intervals over seeds."""
        return {score: seeds_interval(self.row.per_seed(score) or ()) or (None, None) for score in SCORED}

    @property
    def seeds_at_limit(self) -> int:
        """In how many seeds training ended at its limit, before the validation error had stood still."""
        return sum(bool(record.get("chosen", {}).get(STOPPED_AT_LIMIT)) for record in self.row.scored)

    @property
    def undefined(self) -> str:
        """Which scores are undefined and why, those of one reason together."""
        found: dict[str, list[str]] = defaultdict(list)
        for score in self.shown:
            if text := self.row.undefined_among([score]):
                found[text.removeprefix(score)].append(score)
        return "; ".join(f"{', '.join(scores)}{why}" for why, scores in found.items())


def score_column(score: str, head: str, **how: Any) -> Column:
    """Return a score over some genes; the page shows its interval over seeds in small print."""
    plain = Column(score, head, kind="metric", digits=DIGITS, better=better(score))

    def show(line: Line, form: Format) -> Cell:
        return replace(plain.cell(line, form), lines=small_print(line, score) if form == "html" else ())

    def mean(entry: Entry) -> float | None:
        return entry.row.means[score]

    return replace(plain, explained=EXPLAINED.get(head, ""), value=mean, show=show, **how)


def _end(score: str, end: int) -> Callable[[Entry], float | None]:
    return lambda entry: entry.intervals[score][end]


def _of_others(metric: str, ending: str, words: str) -> Column:
    """Return a score of another set of genes, for which only tex has room in the table of all targets."""
    formats: frozenset[Format] = frozenset({"tex"}) if metric in METRICS[:3] else frozenset()
    return score_column(f"{metric}{ending}", f"{metric}, {words}", formats=formats, optional=True, place=20)


COLUMNS: tuple[Column, ...] = (
    *ROW,
    *(
        score_column(metric, metric, short="rank corr." if metric == "rank_correlation" else "")
        for metric in METRICS
        if metric not in SECONDARY
    ),
    Column(
        "rank",
        digits=1,
        better="lower",
        explained=f"by {LEAD}; lower is better",
        formats=READ - {"txt"},
        place=30,
        value=lambda entry: entry.rank,
    ),
    *(score_column(metric, metric, formats=frozenset()) for metric in SECONDARY),
    *(_of_others(metric, BEST_INFERRED, "best inf.") for metric in METRICS),
    *(_of_others(metric, LANDMARKS, "landm.") for metric in METRICS),
    *(
        Column(f"{score}_{name}", formats=frozenset(), value=_end(score, end))
        for score in SCORED
        for end, name in enumerate(("low", "high"))
    ),
    *COSTS,
    *FAILURES,
    csv_column("undefined", "text", lambda entry: entry.undefined),
    csv_column("seeds_at_limit", "integer", lambda entry: entry.seeds_at_limit),
    SEEDS_INTERVAL,
    *RUN,
    *(
        Column(
            metric,
            f"{metric} over seeds",
            kind="interval",
            short_digits=2,
            formats=READ - {"html"} if metric == LEAD else frozenset({"md"}),
            place=10,
        )
        for metric in METRICS[:3]
    ),
)
"""In the order of leaderboard.csv; `Column.place` orders them where they are read.

Scores are means over seeds, ``<score>_low`` and ``_high`` their interval over seeds (``seeds_interval`` says
which). Names ending in ``_best_inferred`` are over the best inferred targets, those in ``_landmarks`` over
the landmarks that are no input, and empty where all are. ``rank`` is by PCC; controls have none.
``seeds_at_limit`` counts cells whose training ended at its limit, before the validation error stood still.
"""
