"""Whether a method has changed the gene graphs that it was given."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue


def contents(tissue: Tissue) -> dict[str, str]:
    """Return a digest of each part of a tissue that a method could change, by its name in words.

    ``GeneGraph.digest`` would not do: it is computed once and kept. This takes about 20 ms on five real
    datasets of 1000 genes.
    """
    parts = {"the list of datasets": _digest("\0".join(graph.name for graph in tissue.graphs))}
    for graph in tissue.graphs:
        matrix = graph.adjacency
        parts[f"the features of {graph.name}"] = _digest(graph.features)
        parts[f"the adjacency of {graph.name}"] = _digest(matrix.data, matrix.indices, matrix.indptr)
        parts[f"the genes of {graph.name}"] = _digest("\0".join(map(str, graph.genes)))
    if tissue.truth is not None:
        pairs = (f"{gene}={module}" for gene, module in tissue.truth.items())
        parts["the true modules"] = _digest("\0".join(pairs))
    return parts


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Return in words which parts of a tissue differ between two of its `contents`, or nothing."""
    changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
    return ", ".join(changed[:3]) + more


def _digest(*parts: np.ndarray | str) -> str:
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
        else:
            digest.update(f"{part.dtype}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()
