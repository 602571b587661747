"""Scores an embedding with several metrics, once and with each dataset left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.metrics.asw import AverageSilhouetteWidth
from geneboard.metrics.auc import AreaUnderCurve
from geneboard.metrics.base import EmbeddingRows, Metric, Score
from geneboard.metrics.graph_connectivity import GraphConnectivity
from geneboard.metrics.ilisi import IntegrationLisi
from geneboard.metrics.neighbourhood_overlap import NeighbourhoodOverlap
from geneboard.metrics.neighbours import shared_view


def evaluate(rows: EmbeddingRows, tissue: Tissue, metrics: Sequence[Metric]) -> dict[str, Score]:
    """Score an embedding; neighbours and clusters are computed once.

    Parameters
    ----------
    rows
        One row per (gene, dataset) pair of the tissue.
    tissue
        The gene graphs it belongs to.
    metrics
        What to compute.

    Returns
    -------
    dict
        Metric name -> score.

    Raises
    ------
    ValueError
        If a metric gives a value that is not a finite number.
    """
    view = shared_view(rows, tissue)
    return {metric.name: metric.compute(rows, tissue, view) for metric in metrics}


def rows_without(rows: EmbeddingRows, dataset: int) -> EmbeddingRows:
    """Return the rows of all datasets but one, numbered as in the tissue without it."""
    kept = rows.dataset != dataset
    later = rows.dataset[kept] > dataset
    return EmbeddingRows(rows.matrix[kept], rows.gene[kept], rows.dataset[kept] - later, rows.position[kept])


def leave_one_out(
    rows: EmbeddingRows, tissue: Tissue, metrics: Sequence[Metric]
) -> dict[str, dict[str, Score]]:
    """Score an embedding with each dataset left out in turn: its rows, its graph, its say in what is common.

    Neighbours and clusters are computed anew each time; nothing is trained again.

    Returns
    -------
    dict
        Name of the dataset left out -> metric name -> score. Empty for a tissue of one dataset.
    """
    if len(tissue.graphs) < 2:
        return {}
    return {
        graph.name: evaluate(rows_without(rows, index), tissue.without(graph.name), metrics)
        for index, graph in enumerate(tissue.graphs)
    }


def warm_up() -> None:
    """Score a tiny embedding, so that numba compiles scanpy's neighbour graph before the first real one."""
    n_genes, n_datasets = 100, 2
    random = np.random.default_rng(0)
    genes = pd.Index([f"gene{i}" for i in range(n_genes)])
    ring = sparse.eye_array(n_genes, k=1) + sparse.eye_array(n_genes, k=-1)
    adjacency = sparse.csr_matrix(ring.astype(bool))
    features = np.zeros((n_genes, 1), dtype=np.float32)
    graphs = tuple(
        GeneGraph(f"scrna_none__{i}", "none", "scrna", "human", genes, features, adjacency)
        for i in range(n_datasets)
    )
    rows = EmbeddingRows(
        random.normal(size=(n_genes * n_datasets, 4)).astype(np.float32),
        np.tile(genes.to_numpy(dtype=str), n_datasets),
        np.repeat(np.arange(n_datasets), n_genes),
        np.tile(np.arange(n_genes), n_datasets),
    )
    metrics = (
        AverageSilhouetteWidth(),
        AreaUnderCurve(),
        IntegrationLisi(),
        GraphConnectivity(),
        NeighbourhoodOverlap(),
    )
    evaluate(rows, Tissue("none", "warm-up", graphs), metrics)
