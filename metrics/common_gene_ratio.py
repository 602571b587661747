"""CGR: whether clusters bring the same gene of several datasets together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView


def common_gene_ratio(gene: np.ndarray, clusters: np.ndarray) -> float:
    """Return the sum over clusters c of n_c / N * (1 - unique genes in c / n_c).

    Parameters
    ----------
    gene, clusters
        Gene name and cluster of each row, shape (n_rows,).

    Returns
    -------
    float
        In 0..1 - 1 / n_datasets; 0 where no cluster holds a gene twice.
    """
    # n_c cancels: what is left is the number of rows that repeat a gene of their cluster.
    repeated = pd.DataFrame({"gene": gene, "cluster": clusters}).duplicated()
    return float(repeated.sum() / len(repeated))


class CommonGeneRatio(Metric):
    """Share of rows that repeat a gene of their cluster, all rows."""

    name = "CGR"
    version = 1
    title = "common-gene ratio: same genes of several datasets share a cluster"
    headline = True

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined with one dataset."""
        if len(tissue.graphs) < 2:
            return Score.undefined("there is one dataset only")
        return Score(common_gene_ratio(rows.gene, view.clusters))
