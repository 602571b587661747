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
    version
        A number that is raised when the values change: then stored predictions are scored again, and rows
        scored before share no table with them.
    """

    name: str
    title: str
    higher_is_better: bool
    unit: Literal["gene", "sample", ""]
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
)
"""In the order of tables: what knowing the organ, or the mean profile, gives is not first."""
