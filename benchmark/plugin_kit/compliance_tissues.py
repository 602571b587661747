"""Small generated tissues on which the compliance rules run methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.l1000.landmarks import landmark_table

GENES_PER_LANDMARK = 5
"""One gene of so many has the name of an L1000 landmark, for methods that infer the others from those."""

POOL = 101
"""Number of different genes in all of the tissues."""


def gene_graph(
    name: str,
    genes: list[str],
    *,
    n_cells: int = 40,
    modality: str = "scrna",
    density: float = 0.2,
    isolated: tuple[int, ...] = (),
    seed: int = 0,
) -> GeneGraph:
    """Generate a dataset of random features and random edges with a full diagonal.

    Parameters
    ----------
    name
        Id of the dataset.
    genes
        Gene names.
    n_cells, modality
        As in `GeneGraph`.
    density
        Share of the pairs with an edge; 0 leaves the diagonal out too, so that there is no edge at all.
    isolated
        Positions of genes without any edge, not even a self-loop.
    seed
        Seed of features and edges.
    """
    rng = np.random.default_rng(seed)
    n = len(genes)
    upper = np.triu(rng.random((n, n)) < density, 1)
    edges = upper | upper.T
    np.fill_diagonal(edges, val=density > 0)
    for gene in isolated:
        edges[gene] = edges[:, gene] = False
    features = rng.standard_normal((n, n_cells)).astype(np.float32)
    return GeneGraph(
        f"{modality}_lung__{name}",
        "lung",
        modality,
        "human",
        pd.Index(genes),
        features,
        sparse.csr_matrix(edges),
    )


def _names(first: int, last: int) -> list[str]:
    return [gene_name(number) for number in range(first, last)]


def gene_name(number: int) -> str:
    """Return the name of a gene of the generated tissues: an L1000 landmark's, or G and the number."""
    which, rest = divmod(number, GENES_PER_LANDMARK)
    return f"G{number}" if rest else str(landmark_table()["symbol"].iloc[which])


def _tissue(*graphs: GeneGraph, truth: bool = True) -> Tissue:
    present = {gene for graph in graphs for gene in graph.genes}
    pool = {name: f"M{number % 4}" for number, name in enumerate(_names(0, POOL)) if name in present}
    modules = pd.Series(pool)
    if not truth:
        return Tissue("lung", "generated", graphs)
    vectors = pd.get_dummies(modules, dtype=np.float32)
    known = [replace(graph, true_vectors=vectors.loc[graph.genes].to_numpy()) for graph in graphs]
    return Tissue("lung", "generated", tuple(known), modules)


def usual_tissue() -> Tissue:
    """Generate three overlapping datasets of two modalities, each with other sizes."""
    return _tissue(
        gene_graph("a", _names(0, 50), n_cells=45, seed=1),
        gene_graph("b", _names(20, 75)[::-1], n_cells=60, density=0.3, seed=2),
        gene_graph("c", _names(10, 55), n_cells=38, modality="scatac", density=0.1, seed=3),
    )


EDGE_CASES: dict[str, Callable[[], Tissue]] = {
    "one dataset": lambda: _tissue(gene_graph("a", _names(0, 40))),
    "no common genes": lambda: _tissue(
        gene_graph("a", _names(0, 40), seed=1),
        gene_graph("b", _names(30, 70), seed=2),
        gene_graph("c", _names(60, 100), seed=3),
    ),
    "disjoint genes": lambda: _tissue(
        gene_graph("a", _names(0, 40), seed=1), gene_graph("b", _names(40, 80), seed=2)
    ),
    "identical genes": lambda: _tissue(
        gene_graph("a", _names(0, 40), seed=1), gene_graph("b", _names(0, 40), seed=2)
    ),
    "isolated genes": lambda: _tissue(
        gene_graph("a", _names(0, 40), isolated=(0, 7, 39), seed=1),
        gene_graph("b", _names(0, 41), isolated=(3, 40), seed=2),
    ),
    "empty graph": lambda: _tissue(
        gene_graph("a", _names(0, 40), density=0.0, seed=1), gene_graph("b", _names(20, 60), seed=2)
    ),
    "empty graphs, disjoint genes": lambda: _tissue(
        gene_graph("a", _names(0, 40), density=0.0, seed=1),
        gene_graph("b", _names(40, 80), density=0.0, seed=2),
    ),
    "complete graph": lambda: _tissue(
        gene_graph("a", _names(0, 40), density=1.0, seed=1), gene_graph("b", _names(20, 60), seed=2)
    ),
    "unequal gene counts": lambda: _tissue(
        gene_graph("a", _names(0, 90), seed=1), gene_graph("b", _names(80, 101), seed=2)
    ),
    "few cells and genes": lambda: _tissue(
        gene_graph("a", _names(0, 40), n_cells=5, seed=1), gene_graph("b", _names(20, 40), n_cells=31, seed=2)
    ),
    "no known truth": lambda: _tissue(gene_graph("a", _names(0, 40)), truth=False),
}
"""Tissues that are legal but out of the ordinary, by the name of the rule that is about them."""
