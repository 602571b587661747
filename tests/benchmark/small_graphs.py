"""Gene graphs that take no time to make."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph


def small_graph(number: int, genes: int = 70, cells: int = 40, tissue: str = "lung") -> GeneGraph:
    """A graph of three planted modules; neighbouring datasets differ in ten genes."""
    random = np.random.default_rng(number)
    module = np.arange(genes) % 3
    activity = random.normal(size=(3, cells))
    features = (activity[module] + random.normal(size=(genes, cells))).astype(np.float32)
    correlation = np.corrcoef(features)
    return GeneGraph(
        name=f"scrna_{tissue}__d{number}",
        tissue=tissue,
        modality="scrna",
        species="human",
        genes=pd.Index([f"GENE{i + 10 * number}" for i in range(genes)]),
        features=features,
        adjacency=sparse.csr_matrix(np.abs(correlation) > 0.4),
    )
