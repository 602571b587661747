"""What embeddings of several tissues answer: which datasets are alike, which regulators are shared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.tasks.biology.manifests import Knowledge
from geneboard.datasets.joint import is_joint
from geneboard.datasets.knowledge.regulators import Regulators
from geneboard.datasets.knowledge.tissues import DatasetTissues, TissueRegulators

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from geneboard.datasets.base import Tissue

PARTS = 200
"""So many resamplings of the genes are kept, to compare two methods by them."""


def knowledge_of_joint(tissue: Tissue, known: Sequence[Knowledge]) -> list[Knowledge]:
    """Return what can be asked of several tissues together, beside what is known; none of a single tissue."""
    if not is_joint(tissue.name):
        return []
    tissues = DatasetTissues({graph.name: graph.tissue for graph in tissue.graphs})
    return [
        tissues,
        *(TissueRegulators(one, tissues) for one in known if isinstance(one, Regulators)),
    ]


def tree_answer(
    knowledge: DatasetTissues,
    datasets: Sequence[str],
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    seed: int,
) -> dict[str, Any]:
    """Return what a record says of an answer: scores, their intervals and parts, and the tree.

    Parameters
    ----------
    knowledge
        Tissues of the datasets.
    datasets, values, genes
        For each dataset its name, its vectors, and the symbols of its genes.
    seed
        Determines bootstrap samples and permuted tissues.
    """
    import numpy as np

    from geneboard.metrics.biology.dataset_tree import dataset_tree

    tissues = [knowledge.groups[name] for name in datasets]
    found = dataset_tree(datasets, values, genes, tissues, seed=seed)
    numbers = {"datasets": len(found.datasets), "common": list(found.common)}
    if found.auc is None:
        return {"scores": {}, "reason": found.reason, "numbers": numbers}
    means, between = found.auc_mean_vector, found.between_tissues
    return {
        "scores": {
            "AUC": found.auc.value,
            "p_value": found.auc.p_value,
            "AUC_mean_vector": None if means is None else means.value,
            "AUC_common_genes": found.auc_common,
            "mean_support": float(np.nanmean(found.support)) if np.isfinite(found.support).any() else None,
        },
        "reason": "the mean vector of a dataset has no length" if means is None else "the tree has no clade",
        "interval": found.auc.interval,
        "parts": [round(value, 6) for value in found.auc.resampled[:PARTS]],
        "intervals": {"AUC_mean_vector": None if means is None else means.interval},
        "numbers": {**numbers, "least_p": found.least_p},
        "tree": {
            "datasets": list(found.datasets),
            "tissues": list(found.tissues),
            "similarity": found.similarity.tolist(),
            "merges": found.merges.round(6).tolist(),
            "support": _known(found.support),
        },
        "alike": {"tissues": list(between), "similarity": [_known(row) for row in between.to_numpy()]},
    }


def shared_answer(
    knowledge: TissueRegulators,
    datasets: Sequence[str],
    clusters: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    seed: int,
) -> dict[str, Any]:
    """Return what a record says of an answer: scores, their interval, and regulators by tissues.

    Parameters
    ----------
    knowledge
        Known regulation, and tissues of the datasets.
    datasets, clusters, genes
        For each dataset its name, the clusters of its genes and their symbols.
    seed
        Determines the draws of the null.
    """
    from geneboard.metrics.biology.shared_regulators import shared_regulators

    tissues = [knowledge.tissues.groups[name] for name in datasets]
    found = shared_regulators(clusters, genes, tissues, knowledge.regulators, seed=seed)
    numbers = {"found": dict(found.found), "findable": dict(found.findable)}
    if found.shared is None:
        return {"scores": {}, "reason": found.reason, "numbers": numbers}
    table = found.table
    return {
        "scores": {
            "n_shared": found.shared.value,
            "n_shared_null": found.shared.null_mean,
            "p_value": found.shared.p_value,
            "n_found": float(table["count"].sum()),
        },
        "interval": found.shared.interval,
        "numbers": numbers,
        "shared": {
            "tissues": [list(own) for own in table["tissues"]],
            "count": table["count"].tolist(),
            "expected": table["expected"].tolist(),
            "p_value": _known(table["p_value"].to_numpy()),
            "regulators": [list(own) for own in table["regulators"]],
        },
    }


def _known(values: np.ndarray) -> list[float | None]:
    return [None if value != value else round(float(value), 6) for value in values]
