"""What the data alone give: the graph, the expression, and how much and how connected a gene is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

from geneboard.datasets.base import Tissue
from geneboard.datasets.graphs.edges import degrees
from geneboard.metrics.biology.strata import NamePool, expression_level, one_stratum

DIM = 128
"""Directions that are kept of rows of thousands of entries; not centred, so cosines stay what they were."""


def raw_graph(tissue: Tissue) -> list[np.ndarray]:
    """Return each gene's row of the adjacency without its diagonal, reduced.

    Columns are the genes of the tissue, the same for all datasets, and the 128 leading singular directions
    are those of the rows of all datasets together, so that they are in one space. A gene without edges has a
    row of zeros: no vector.

    Returns
    -------
    list of np.ndarray
        For each dataset float32 of shape (n_genes, at most 128).
    """
    genes = [graph.genes for graph in tissue.graphs]
    pool = NamePool.of(genes, one_stratum(genes))
    rows = []
    for graph, codes in zip(tissue.graphs, pool.codes, strict=True):
        edges = sparse.coo_matrix(graph.adjacency, dtype=np.float64)
        apart = edges.row != edges.col
        place = (edges.row[apart], codes[edges.col[apart]])
        rows.append(sparse.csr_matrix((edges.data[apart], place), shape=(graph.n_genes, len(pool.names))))
    return _split(_reduced(sparse.vstack(rows, format="csr")), genes)


def raw_expression(tissue: Tissue) -> list[np.ndarray]:
    """Return each gene's residuals over cells, reduced to the 128 leading singular directions of its dataset.

    Cells are those of one dataset, so vectors of different datasets are not in one space, and predictions
    across datasets are chance.

    Returns
    -------
    list of np.ndarray
        For each dataset float32 of shape (n_genes, 128); zeros fill up where it has fewer cells.
    """
    reduced = []
    for graph in tissue.graphs:
        vectors = _reduced(graph.features.astype(np.float64))
        reduced.append(np.pad(vectors, ((0, 0), (0, DIM - vectors.shape[1]))))
    return reduced


def expression_and_degree(tissue: Tissue) -> list[np.ndarray]:
    """Return the logarithms of mean count, dispersion and degree, scaled to mean 0 and variance 1.

    The mean count is told by `strata.expression_level`, dispersion is the variance of the residuals, and
    scaling is within each dataset.

    Returns
    -------
    list of np.ndarray
        For each dataset float32 of shape (n_genes, 3).
    """
    scaled = []
    for graph in tissue.graphs:
        level = np.log(np.maximum(expression_level(graph), 1e-6))
        dispersion = np.log(np.maximum(graph.features.var(axis=1, dtype=np.float64), 1e-12))
        facts = np.column_stack([level, dispersion, np.log1p(degrees(graph.adjacency))])
        spread = facts.std(axis=0)
        facts = (facts - facts.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        scaled.append(facts.astype(np.float32))
    return scaled


def _reduced(rows: np.ndarray | sparse.csr_matrix) -> np.ndarray:
    """Return rows in their leading singular directions, float32 of shape (n_rows, at most 128)."""
    left, sizes, _ = randomized_svd(rows, min(DIM, *rows.shape), random_state=0)
    reduced = np.asarray(left * sizes, dtype=np.float32)
    empty = np.asarray(abs(rows).sum(axis=1)).ravel() == 0
    reduced[empty] = 0  # and not what rounding leaves of a row of zeros
    return reduced


def _split(rows: np.ndarray, parts: Sequence[object]) -> list[np.ndarray]:
    return np.split(rows, np.cumsum([len(part) for part in parts])[:-1])  # type: ignore[arg-type]


BASELINES: Mapping[str, Callable[[Tissue], list[np.ndarray]]] = {
    "raw_graph": raw_graph,
    "raw_expression": raw_expression,
    "expression_and_degree": expression_and_degree,
}
"""Representations without a method, in every table of the biology task."""
