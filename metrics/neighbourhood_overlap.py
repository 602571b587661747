"""NO: whether genes of a cluster have the same co-expression partners in different datasets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView

SPARSE_SECONDS_PER_MULTIPLICATION = 2.5e-9
DENSE_SECONDS_PER_MULTIPLICATION = 3e-11
DENSE_SECONDS_PER_CALL = 1e-2
"""Rough costs on one current core; they decide which product is used, never its result.

A dense product wakes the threads of BLAS and waits for them, on a busy machine for tens of milliseconds: many
small ones must be avoided.
"""

BLOCK_ROWS = 512
"""Rows that are held against the rest of their cluster at once: 512 x 5000 float64 are 20 MB."""


@dataclass(frozen=True)
class ClusterOverlap:
    """Rows of a cluster, and the mean Jaccard index of its pairs of rows from different datasets."""

    n_rows: int
    mean: float


def neighbour_names(rows: EmbeddingRows, tissue: Tissue) -> sparse.csr_matrix:
    """Return the neighbour set of every row in its own graph, with one column per gene name of the tissue.

    Returns
    -------
    sparse.csr_matrix
        0 / 1 as float32, shape (n_rows, n_gene_names).
    """
    names = pd.Index(np.concatenate([graph.genes.to_numpy(dtype=object) for graph in tissue.graphs])).unique()
    blocks = []
    for graph in tissue.graphs:
        edges = graph.adjacency.tocoo()
        present = edges.data
        column = names.get_indexer(graph.genes)[edges.col[present]]
        ones = np.ones(len(column), dtype=np.float32)
        shape = (graph.n_genes, len(names))
        blocks.append(sparse.coo_matrix((ones, (edges.row[present], column)), shape=shape))
    first_row = np.cumsum([0, *(graph.n_genes for graph in tissue.graphs)])
    return sparse.vstack(blocks, format="csr")[first_row[rows.dataset] + rows.position]


def _intersections(one: sparse.csr_matrix, other: sparse.csr_matrix) -> np.ndarray:
    """Return the sizes of the intersections of sets: B B', dense or sparse, whichever is faster."""
    per_column = (np.bincount(part.indices, minlength=part.shape[1]) for part in (one, other))
    sparse_cost = SPARSE_SECONDS_PER_MULTIPLICATION * float(np.prod(list(per_column), axis=0).sum())
    n_multiplications = one.shape[0] * other.shape[0] * one.shape[1]
    dense_cost = DENSE_SECONDS_PER_CALL + DENSE_SECONDS_PER_MULTIPLICATION * n_multiplications
    if dense_cost < sparse_cost:
        product: np.ndarray = one.toarray() @ other.toarray().T
        return product
    return np.asarray((one @ other.T).toarray())


def summed_jaccard(one: sparse.csr_matrix, other: sparse.csr_matrix, counted: np.ndarray) -> float:
    """Return the sum of the Jaccard indices of pairs of sets, 0 where the union is empty.

    Parameters
    ----------
    one, other
        Sets as 0 / 1 rows, shapes (n, n_names) and (m, n_names).
    counted
        Which pairs count, bool, shape (n, m).
    """
    both = _intersections(one, other).astype(np.float64)
    size, other_size = (np.asarray(part.sum(axis=1), dtype=np.float64).ravel() for part in (one, other))
    union = size[:, None] + other_size - both
    return float(np.divide(both, union, out=np.zeros_like(both), where=counted & (union > 0)).sum())


def cluster_overlaps(
    sets: sparse.csr_matrix, dataset: np.ndarray, clusters: np.ndarray
) -> dict[int, ClusterOverlap]:
    """Return the neighbourhood overlap of each cluster.

    Parameters
    ----------
    sets
        Neighbour sets as 0 / 1 rows, shape (n_rows, n_names).
    dataset, clusters
        Dataset and cluster of each row, shape (n_rows,).

    Returns
    -------
    dict
        Cluster -> `ClusterOverlap`; the mean is 0 for a cluster whose rows are all of one dataset.
    """
    overlaps = {}
    for cluster in np.unique(clusters):
        inside = np.flatnonzero(clusters == cluster)
        inside = inside[np.argsort(dataset[inside], kind="stable")]
        total, n_pairs = _over_dataset_pairs(sets[inside], dataset[inside])
        overlaps[int(cluster)] = ClusterOverlap(len(inside), total / n_pairs if n_pairs else 0.0)
    return overlaps


def _over_dataset_pairs(sets: sparse.csr_matrix, dataset: np.ndarray) -> tuple[float, int]:
    """Return the summed Jaccard index and the number of unordered pairs from different datasets.

    Rows are ordered by dataset, so that all pairs are met when each block is held against what follows it.
    """
    total, n_pairs = 0.0, 0
    for start in range(0, len(dataset), BLOCK_ROWS):
        block = slice(start, start + BLOCK_ROWS)
        counted = dataset[block, None] < dataset[start:]
        total += summed_jaccard(sets[block], sets[start:], counted)
        n_pairs += int(counted.sum())
    return total, n_pairs


class NeighbourhoodOverlap(Metric):
    """Mean Jaccard index of the partners of rows from different datasets, clusters weighted by size."""

    name = "NO"
    version = 1
    title = "neighbourhood overlap: shared co-expression partners inside clusters"
    headline = True

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined with one dataset."""
        if len(tissue.graphs) < 2:
            return Score.undefined("there is one dataset only")
        overlaps = cluster_overlaps(neighbour_names(rows, tissue), rows.dataset, view.clusters)
        weighted = sum(overlap.n_rows * overlap.mean for overlap in overlaps.values())
        return Score(weighted / len(rows.gene))


class NeighbourhoodOverlapHeldOut(Metric):
    """Mean Jaccard index of the partners in the held-out half of rows from different datasets, by cluster."""

    name = "NO_heldout"
    version = 1
    title = "NO on the graphs of cells that methods have not seen (--holdout)"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined where no cells were held out, or with one dataset."""
        return NeighbourhoodOverlap().on_heldout(rows, tissue, view)
