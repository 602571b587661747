"""Datasets that are the same cells under two names, told by what their graphs hold."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.quality import GENES_TO_COMPARE


def same_counts_warnings(graphs: Sequence[GeneGraph]) -> list[str]:
    """Return a sentence for each dataset that has the counts of one before it.

    Neither its name nor that of its file tells, and the order of the cells does not matter. A graph does not
    keep the counts, so a dataset that has only some of the cells of another is not found.
    """
    warnings = []
    for number, graph in enumerate(graphs):
        first = next((other for other in graphs[:number] if _same_counts(other, graph)), None)
        if first is not None:
            warnings.append(
                f"{first.name} and {graph.name} have the same counts: the same cells under two names; "
                "leave one out, as scores of how well datasets agree are too good with both"
            )
    return warnings


def _same_counts(first: GeneGraph, second: GeneGraph) -> bool:
    # Drawn cells and halves depend on the name of a dataset, so of two copies of a file they are others.
    source = first.provenance.get("sha256")
    same_file = source is not None and source == second.provenance.get("sha256")
    return same_file or _same_means(first, second) or _same_features(first, second)


def _same_means(first: GeneGraph, second: GeneGraph) -> bool:
    """Return whether as many cells have the same mean count of every gene that both have."""
    if first.features.shape[1] != second.features.shape[1]:
        return False
    means, others = (
        pd.Series(graph.provenance.get("mean_counts", {}), dtype=float) for graph in (first, second)
    )
    common = means.index.intersection(others.index)
    return len(common) >= GENES_TO_COMPARE and means[common].equals(others[common])


def _same_features(first: GeneGraph, second: GeneGraph) -> bool:
    """Return whether every gene has the same features, whatever the order of cells and genes."""
    shape, place = first.features.shape, second.genes.get_indexer(first.genes)
    if shape != second.features.shape or (place < 0).any() or not first.features.any():
        return False
    values, others = (np.sort(features, axis=1) for features in (first.features, second.features[place]))
    return np.allclose(values, others, rtol=1e-4, atol=1e-6)
