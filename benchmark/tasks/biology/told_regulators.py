"""The over-represented regulators that a record keeps, for its table and picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

BEST = 5
"""So many regulators of a cluster are kept in its record."""


def told_regulators(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return the best regulators of each cluster by column, smallest rate first; what is not known is None.

    Parameters
    ----------
    table
        Of `metrics.biology.regulators.ClusterRegulators`.
    """
    best = table.sort_values("fdr", kind="stable").groupby("cluster").head(BEST).drop(columns="p_value")
    told = best.astype(object).where(best.notna(), None)
    return {str(name): told[name].tolist() for name in told}
