"""Names and order of the columns of a leaderboard."""

from __future__ import annotations

METRICS = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")
"""The six metrics that enter the average score; higher is better for all."""

EXTRA_METRICS = ("AUC_offdiag", "module_nmi")
"""Shown beside the six, in no average."""

SCORED = (*METRICS, "average_score")
"""Columns that have intervals."""

LEADERBOARD_COLUMNS = (
    "method",
    "title",
    "kind",
    "status",
    "seeds",
    *METRICS,
    "average_score",
    "average_rank",
    *(f"{column}_{end}" for column in SCORED for end in ("low", "high")),
    *(f"{column}_datasets_{end}" for column in SCORED for end in ("low", "high")),
    "published_score",
    "tie_group",
    *EXTRA_METRICS,
    "wall_seconds",
    "peak_mb",
    "cpu_seconds",
    "scoring_seconds",
    "peak_device_mb",
    "seeds_failed",
    "reason",
    "undefined",
    "seeds_interval",
    "no_datasets_interval",
    "sets_range",
    "coverage",
    "dim",
    "device",
    "threads",
    "overrides",
    "reference",
)
"""Columns of leaderboard.csv.

``seeds`` counts the cells that the means are over and ``seeds_failed`` those that gave no scores;
``<column>_low`` and ``<column>_high`` are over seeds, ``<column>_datasets_low`` and ``_high`` over datasets;
``seeds_interval`` says what the former are; ``no_datasets_interval`` why the latter are absent;
``coverage`` is the share of the (gene, dataset) pairs that the embedding has vectors for;
``tie_group`` holds letters: methods that share one are not told apart (`benchmark.report.statistics`);
``sets_range`` marks the rows that set the scale of the average score; times (s) are means over cells, memory
(MB) is the highest of them.
"""

LONG_COLUMNS = (
    "source",
    "preset",
    "tissue",
    "data",
    "method",
    "title",
    "kind",
    "seed",
    "metric",
    "value",
    "status",
    "reason",
    "in_leaderboard",
    "left_out",
    "covered_by",
    "device",
    "threads",
    "wall_seconds",
    "peak_mb",
    "finished_at",
    "key",
)
"""Columns of results.csv. ``status`` is that of the metric, or that of the cell where it has no scores."""
