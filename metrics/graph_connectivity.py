"""GC: whether the clusters hang together in the neighbour graph."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView


def cluster_connectivity(graph: sparse.csr_matrix, clusters: np.ndarray) -> dict[int, float]:
    """Return the share of every cluster that its largest connected component holds.

    Parameters
    ----------
    graph
        Symmetric neighbour graph, shape (n_rows, n_rows).
    clusters
        Cluster of each row, shape (n_rows,).

    Returns
    -------
    dict
        Cluster -> value in 0..1; 1 is a connected cluster.
    """
    edges = graph.tocoo()
    inside = (clusters[edges.row] == clusters[edges.col]) & (edges.data != 0)
    kept = sparse.coo_matrix((edges.data[inside], (edges.row[inside], edges.col[inside])), shape=graph.shape)
    _, component = connected_components(kept, directed=False)
    return {
        int(cluster): float(np.bincount(component[clusters == cluster]).max() / (clusters == cluster).sum())
        for cluster in np.unique(clusters)
    }


class GraphConnectivity(Metric):
    """Mean over clusters of largest connected component / cluster size, among the common genes."""

    name = "GC"
    version = 1
    title = "connectivity of clusters in the neighbour graph"
    headline = True

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score on the full graph restricted to common genes; undefined if there are none."""
        common = np.flatnonzero(view.common)
        if not len(common):
            return Score.undefined("no gene is common to all datasets")
        graph = view.connectivities[common][:, common]
        return Score(float(np.mean(list(cluster_connectivity(graph, view.clusters[common]).values()))))
