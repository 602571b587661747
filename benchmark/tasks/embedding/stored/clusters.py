"""The clusters of a stored embedding, as the metrics see them, with the genes that stand for each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geneboard.metrics.neighbours import leiden_clusters, neighbour_graph


def cluster_table(genes: np.ndarray, datasets: np.ndarray, matrix: np.ndarray) -> pd.DataFrame:
    """Return the Leiden cluster of each row of an embedding, from the same graph that the metrics use.

    Returns
    -------
    pandas.DataFrame
        Columns gene, dataset, cluster (0 is the largest) and distance: Euclidean, from the row to the mean
        of its cluster. In the order of the rows.
    """
    clusters = leiden_clusters(neighbour_graph(matrix))
    table = pd.DataFrame({"gene": genes, "dataset": datasets, "cluster": clusters})
    points = pd.DataFrame(np.asarray(matrix, dtype=np.float64))
    centres = points.groupby(clusters).transform("mean")
    return table.assign(distance=np.linalg.norm(points - centres, axis=1))


def members(table: pd.DataFrame) -> pd.DataFrame:
    """Return the genes of each cluster, those first that stand for it.

    Returns
    -------
    pandas.DataFrame
        Columns cluster, gene, datasets (in how many datasets the gene is in the cluster) and distance (mean
        of these); clusters ascending, genes of most datasets first, then those nearest to the centre.
    """
    by_gene = table.groupby(["cluster", "gene"], sort=True)["distance"].agg(datasets="size", distance="mean")
    return by_gene.reset_index().sort_values(
        ["cluster", "datasets", "distance", "gene"], ascending=[True, False, True, True], ignore_index=True
    )


def kept_together(table: pd.DataFrame) -> tuple[int, int]:
    """Return how many genes of two or more datasets are in one cluster in all of them, and of how many."""
    by_gene = table.groupby("gene")["cluster"].agg(["size", "nunique"])
    several = by_gene[by_gene["size"] > 1]
    return int((several["nunique"] == 1).sum()), len(several)
