"""The scores and the columns of a leaderboard of the L1000 task, each stated once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Any, Literal

from geneboard.benchmark.report.groups import canonical
from geneboard.benchmark.report.intervals import Interval, seeds_interval, seeds_interval_kind
from geneboard.benchmark.report.number_text import MISSING, interval_text
from geneboard.benchmark.report.rows import Row
from geneboard.benchmark.report.table import READ, Cell, Column, Format, Line
from geneboard.metrics.inference.metric_columns import METRICS as METRIC_COLUMNS

METRICS = tuple(metric.name for metric in METRIC_COLUMNS)
"""Over the target genes, in the order of tables."""

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


def higher_is_better(score: str) -> bool:
    """Return whether a higher score is the better one, whatever genes it is over: of "MAE_landmarks" too."""
    return _HIGHER[score.removesuffix(BEST_INFERRED).removesuffix(LANDMARKS)]


def sign(score: str) -> int:
    """Return 1 where a higher score is the better one, and -1 where a lower one is."""
    return 1 if higher_is_better(score) else -1


def better(score: str) -> Literal["higher", "lower"]:
    """Return which end of a score is the better one."""
    return "higher" if higher_is_better(score) else "lower"


def direction(score: str) -> str:
    """Return which end of a score is the better one, in words."""
    return f"{better(score)} is better"


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
    def undefined(self) -> str:
        """Which scores are undefined and why, those of one reason together."""
        found: dict[str, list[str]] = defaultdict(list)
        for score in self.shown:
            if text := self.row.undefined_among([score]):
                found[text.removeprefix(score)].append(score)
        return "; ".join(f"{', '.join(scores)}{why}" for why, scores in found.items())


def _csv(key: str, value: Callable[[Entry], Any], kind: Literal["text", "integer", "number"]) -> Column:
    """Return a column that only the file has."""
    return Column(key, kind=kind, formats=frozenset(), value=value)


def score_column(score: str, head: str, **how: Any) -> Column:
    """Return a score over some genes; the page shows its interval over seeds in small print."""
    plain = Column(score, head, kind="metric", digits=DIGITS, better=better(score))

    def show(line: Line, form: Format) -> Cell:
        interval = interval_text(line, score, DIGITS)
        lines = (interval,) if form == "html" and interval != MISSING else ()
        return replace(plain.cell(line, form), lines=lines)

    def mean(entry: Entry) -> float | None:
        values = entry.row.per_seed(score)
        return fmean(values) if values else None

    titles = {metric.name: metric.title for metric in METRIC_COLUMNS}
    explained = f"{titles[head]}; {direction(head)}" if head in titles else ""
    return replace(plain, explained=explained, value=mean, show=show, **how)


def _seeds(line: Line, form: Format) -> Cell:
    of = line["seeds"] + line["seeds_failed"]
    counted = f"{line['seeds']}/{of}" if form == "txt" and line["seeds_failed"] else str(line["seeds"])
    return Cell(counted, float(line["seeds"]))


def _mean_cost(name: str) -> Callable[[Entry], float | None]:
    return lambda entry: fmean(costs) if (costs := entry.row.cost(name)) else None


def _highest_cost(name: str) -> Callable[[Entry], float | None]:
    return lambda entry: max(entry.row.cost(name), default=None)


def _end(score: str, end: int) -> Callable[[Entry], float | None]:
    return lambda entry: entry.intervals[score][end]


def _threads(entry: Entry) -> int | None:
    """Return the threads that all cells share, or None."""
    threads = {record["threads"] for record in entry.row.records}
    return threads.pop() if len(threads) == 1 else None


def _of_others(metric: str, ending: str, words: str) -> Column:
    """Return a score of another set of genes, for which only tex has room in the table of all targets."""
    formats: frozenset[Format] = frozenset({"tex"}) if metric in METRICS[:3] else frozenset()
    return score_column(f"{metric}{ending}", f"{metric}, {words}", formats=formats, optional=True, place=20)


TITLE = Column("title", "method", kind="name", value=lambda entry: entry.row.title)

COLUMNS: tuple[Column, ...] = (
    _csv("method", lambda entry: entry.row.name, "text"),
    TITLE,
    Column("kind", kind="text", formats=frozenset({"html"}), value=lambda entry: entry.row.first["kind"]),
    Column(
        "status",
        kind="text",
        formats=frozenset({"md", "html"}),
        place=50,
        value=lambda entry: entry.row.status,
        show=lambda line, _: Cell(str(line["status"]), reason=str(line["reason"])),
    ),
    Column("seeds", kind="integer", place=40, value=lambda entry: len(entry.row.scored), show=_seeds),
    *(
        score_column(metric, metric, short="rank corr." if metric == "rank_correlation" else "")
        for metric in METRICS
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
    *(_of_others(metric, BEST_INFERRED, "best inf.") for metric in METRICS),
    *(_of_others(metric, LANDMARKS, "landm.") for metric in METRICS),
    *(
        Column(f"{score}_{name}", formats=frozenset(), value=_end(score, end))
        for score in SCORED
        for end, name in enumerate(("low", "high"))
    ),
    Column(
        "wall_seconds",
        "time (s)",
        "s",
        digits=1,
        explained="wall time, mean over cells",
        place=40,
        value=_mean_cost("wall_seconds"),
    ),
    Column(
        "peak_mb",
        "memory (MB)",
        "MB",
        digits=0,
        explained="highest peak of the cells",
        place=40,
        value=_highest_cost("peak_mb"),
    ),
    _csv("cpu_seconds", _mean_cost("cpu_seconds"), "number"),
    _csv("scoring_seconds", _mean_cost("scoring_seconds"), "number"),
    _csv("peak_device_mb", _highest_cost("peak_device_mb"), "number"),
    _csv("seeds_failed", lambda entry: len(entry.row.records) - len(entry.row.scored), "integer"),
    _csv("reason", lambda entry: entry.row.reason, "text"),
    _csv("undefined", lambda entry: entry.undefined, "text"),
    _csv("seeds_interval", lambda entry: seeds_interval_kind(len(entry.row.scored)), "text"),
    _csv("device", lambda entry: ", ".join(sorted({cell["device"] for cell in entry.row.records})), "text"),
    _csv("threads", _threads, "integer"),
    _csv(
        "overrides",
        lambda entry: canonical(overrides) if (overrides := entry.row.first["overrides"]) else "",
        "text",
    ),
    _csv("reference", lambda entry: entry.row.first["reference"], "text"),
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
the landmarks that are no input, and empty where all are. ``rank`` is by PCC; controls have none. ``seeds``
counts the cells that the means are over and ``seeds_failed`` those that gave no scores; times (s) are means
over cells, memory (MB) is the highest of them.
"""
