"""Gene graphs small enough to check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph

EDGES_MADE = {
    "rule": "p",
    "p_threshold": 0.01,
    "top_k": 7,
    "by_rule": {
        "p": {"edges": 2, "degree_depth": 0.25},
        "bh": {"edges": 1, "degree_depth": 0.5},
        "top": {"edges": 7, "degree_depth": None},
    },
}

PROVENANCE = {
    "sizes": {
        "columns_read": 14,
        "genes_read": 12,
        "cells_read": 20,
        "genes_after_qc": 9,
        "cells_after_qc": 3,
        "genes_selected": 5,
        "median_depth": 77.5,
    },
    "steps": {
        "quality_control": {
            "max_genes_per_cell": None,
            "dropped": {
                "cells_with_few_genes": 11,
                "cells_with_many_genes": 4,
                "cells_with_mitochondrial_counts": 3,
                "cells_without_counts": 1,
                "cells_not_drawn": 8,
                "mitochondrial_genes": 2,
                "genes_in_few_cells": 1,
            },
        },
        "edges": EDGES_MADE,
    },
}


def graph(
    name: str, genes: str, edges: Sequence[str], provenance: Mapping[str, Any] | None = None
) -> GeneGraph:
    """A graph whose genes are letters and whose edges are pairs of letters."""
    adjacency = np.zeros((len(genes), len(genes)), dtype=bool)
    for first, second in edges:
        i, j = genes.index(first), genes.index(second)
        adjacency[i, j] = adjacency[j, i] = True
    return made(name, list(genes), adjacency, provenance)


def made(
    name: str, genes: list[str], adjacency: np.ndarray, provenance: Mapping[str, Any] | None = None
) -> GeneGraph:
    """A graph of an adjacency matrix, with three cells."""
    return GeneGraph(
        f"scrna_lung__{name}",
        "lung",
        "scrna",
        "human",
        pd.Index(genes, dtype=object),
        np.zeros((len(genes), 3), dtype=np.float32),
        sparse.csr_matrix(adjacency),
        provenance or {},
    )
