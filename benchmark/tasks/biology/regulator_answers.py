"""What embeddings answer about known regulation, and the regulators that a record keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geneboard.datasets.knowledge.regulators import Regulators

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

BEST = 5
"""So many regulators of a cluster are kept in its record."""


def regulator_answer(
    knowledge: Regulators,
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    seed: int,
) -> dict[str, Any]:
    """Return what a record says of an answer: scores, their intervals, numbers, and regulators by cluster.

    Parameters
    ----------
    knowledge, clusters, genes, strata, seed
        As for `metrics.biology.regulators.cluster_regulators`.
    """
    from geneboard.metrics.biology.regulators import cluster_regulators

    found = cluster_regulators(clusters, genes, strata, knowledge, seed=seed)
    enriched, agreement = found.enriched, found.agreement
    share, distinct, strength = enriched.share, enriched.distinct, enriched.strength
    if share is None or distinct is None or strength is None:
        return {"scores": {}, "reason": enriched.reason}
    known = share.low is not None and share.high is not None
    return {
        "scores": {
            "share_regulated": share.value,
            "share_regulated_null": share.null_mean,
            "n_regulators": distinct.value,
            "mean_best_log10_FDR": strength.value,
            "sign_agreement": agreement.share if agreement else None,
            "sign_agreement_expected": agreement.expected if agreement else None,
            "regulator_in_cluster": found.own,
            "regulator_in_cluster_expected": found.own_expected,
        },
        "reason": "no regulator of which this is a share",
        "interval": (share.low, share.high) if known else None,
        "intervals": {"sign_agreement": (agreement.low, agreement.high) if agreement else None},
        "numbers": {
            "clusters": enriched.n_clusters,
            "regulators": enriched.n_sets,
            "targets": enriched.n_genes,
            "p_value": share.p_value,
            "p_value_strength": strength.p_value,
            "sign_pairs": agreement.n_pairs if agreement else 0,
            "p_value_sign": agreement.p_value if agreement else None,
        },
        "regulated": told_regulators(enriched.table),
    }


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
