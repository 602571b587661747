"""Names and order of the columns of a leaderboard of the L1000 task."""

from __future__ import annotations

from geneboard.benchmark.report.best import Direction
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
RANK_DIGITS = 1

LEADERBOARD_COLUMNS = (
    "method",
    "title",
    "kind",
    "status",
    "seeds",
    *METRICS,
    "rank",
    *(score for score in SCORED if score not in METRICS),
    *(f"{score}_{end}" for score in SCORED for end in ("low", "high")),
    "wall_seconds",
    "peak_mb",
    "cpu_seconds",
    "scoring_seconds",
    "peak_device_mb",
    "seeds_failed",
    "reason",
    "undefined",
    "seeds_interval",
    "device",
    "threads",
    "overrides",
    "reference",
)
"""Columns of leaderboard.csv.

Scores are means over seeds, ``<score>_low`` and ``_high`` their interval over seeds (``seeds_interval`` says
which). Names ending in ``_best_inferred`` are over the best inferred targets, those in ``_landmarks`` over
the landmarks that are no input, and empty where all are. ``rank`` is by PCC; controls have none. ``seeds``
counts the cells that the means are over and ``seeds_failed`` those that gave no scores; times (s) are means
over cells, memory (MB) is the highest of them.
"""

INTEGERS = ("seeds", "seeds_failed", "threads")
TEXTS = (
    "method",
    "title",
    "kind",
    "status",
    "reason",
    "undefined",
    "seeds_interval",
    "device",
    "overrides",
    "reference",
)

_DIRECTIONS: dict[str, Direction] = {
    metric.name: "higher is better" if metric.higher_is_better else "lower is better"
    for metric in METRIC_COLUMNS
}


def metric_of(score: str) -> str:
    """Return the metric of a score, whatever genes it is over: "MAE" of "MAE_landmarks"."""
    for ending in (BEST_INFERRED, LANDMARKS):
        score = score.removesuffix(ending)
    return score


def direction(score: str) -> Direction:
    """Return which end of a score is the better one."""
    return _DIRECTIONS[metric_of(score)]


def sign(score: str) -> int:
    """Return 1 where a higher score is the better one, and -1 where a lower one is."""
    return 1 if direction(score) == "higher is better" else -1
