"""What the data alone give: the graph, the expression, and how much and how connected a gene is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from geneboard.datasets.base import Tissue


def raw_graph(tissue: Tissue) -> list[np.ndarray]:
    """Return each gene's row of the adjacency, reduced; for each dataset float32 of shape (n_genes, dim)."""
    raise NotImplementedError


def raw_expression(tissue: Tissue) -> list[np.ndarray]:
    """Return each residual profile, reduced; for each dataset float32 of shape (n_genes, dim)."""
    raise NotImplementedError


def expression_and_degree(tissue: Tissue) -> list[np.ndarray]:
    """Return log mean count, dispersion and degree; for each dataset float32 of shape (n_genes, 3)."""
    raise NotImplementedError


BASELINES: Mapping[str, Callable[[Tissue], list[np.ndarray]]] = {
    "raw_graph": raw_graph,
    "raw_expression": raw_expression,
    "expression_and_degree": expression_and_degree,
}
"""Representations without a method, in every table of the biology task."""
