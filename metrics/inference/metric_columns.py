"""Names, order and direction of the metrics of inferred expression; tables need these without the metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class MetricColumn:
    """A metric of inferred expression.

    Parameters
    ----------
    name
        Column in tables.
    title
        What it is, in words.
    higher_is_better
        Direction.
    unit
        What it is a mean over, and what a paired test pairs; "" for the root of a mean, which has no parts.
    secondary
        Whether it is reported by others, beside what is headline here: it has a table of its own.
    version
        A number that is raised when the values change: then stored predictions are scored again, and rows
        scored before share no table with them.
    """

    name: str
    title: str
    higher_is_better: bool
    unit: Literal["gene", "sample", ""]
    secondary: bool = False
    version: int = 1


METRICS = (
    MetricColumn("PCC", "Pearson correlation per gene, over samples", True, "gene"),
    MetricColumn("PCC_within", "the same after the means of the organs are taken away", True, "gene"),
    MetricColumn("MAE", "mean absolute error, standardised scale", False, "gene"),
    MetricColumn("RMSE", "root mean squared error, standardised scale", False, ""),
    MetricColumn("R95", "gene recall at the 95th percentile of other genes", True, "gene"),
    MetricColumn("R99", "gene recall at the 99th percentile of other genes", True, "gene"),
    MetricColumn("rank_correlation", "gene-rank correlation per sample (robust z)", True, "sample"),
    MetricColumn("SCC", "Spearman correlation per sample, over genes", True, "sample"),
    MetricColumn("R2", "coefficient of determination per gene, over samples", True, "gene", secondary=True),
    MetricColumn(
        "AUROC",
        "per gene, samples above its median in training against the others",
        True,
        "gene",
        secondary=True,
    ),
    MetricColumn(
        "SMAPE",
        "symmetric relative error per sample, 0 to 2, of standardised values",
        False,
        "sample",
        secondary=True,
    ),
    MetricColumn(
        "R95_pooled",
        "gene recall at the 95th percentile of one null for all genes",
        True,
        "gene",
        secondary=True,
    ),
    MetricColumn(
        "R99_pooled",
        "gene recall at the 99th percentile of one null for all genes",
        True,
        "gene",
        secondary=True,
    ),
    MetricColumn(
        "rank_correlation_own",
        "gene-rank correlation over the genes that the model itself recalls (R95_pooled)",
        True,
        "sample",
        secondary=True,
    ),
)
"""In the order of tables: what knowing the organ, or the mean profile, gives is not first."""
