"""module_nmi: for simulated data, how well the clusters match the true modules."""

from __future__ import annotations

import numpy as np
import pandas as pd
from sklearn.metrics import normalized_mutual_info_score

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView

BACKGROUND = "background"
"""Label of genes that belong to no module."""


def module_nmi(gene: np.ndarray, clusters: np.ndarray, truth: pd.Series) -> float | None:
    """Return the normalised mutual information of clusters and modules; None below two modules.

    Background genes do not count: they belong to no module, so no cluster is the right one for them, and a
    method must not be punished for spreading them nor rewarded for heaping them up. They are the genes that
    the truth does not list, or lists as missing or as "background".

    Parameters
    ----------
    gene, clusters
        Gene name and cluster of each row, shape (n_rows,).
    truth
        Module of every gene, indexed by gene name.

    Returns
    -------
    float or None
        0 (independent) to 1 (the same partition); mutual information over the mean of both entropies.
    """
    module = truth.reindex(gene)
    known = (module.notna() & (module.astype(str) != BACKGROUND)).to_numpy()
    labels = module[known].astype(str)
    if labels.nunique() < 2:
        return None
    return float(normalized_mutual_info_score(labels.to_numpy(dtype=str), clusters[known]))


class ModuleInformation(Metric):
    """Normalised mutual information of the Leiden clusters and the true modules, all rows of module genes."""

    name = "module_nmi"
    version = 1
    title = "agreement of clusters with the true modules (simulated data)"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined for real data."""
        if tissue.truth is None:
            return Score.undefined("the true modules are not known")
        value = module_nmi(rows.gene, view.clusters, tissue.truth)
        return Score.undefined("fewer than two true modules") if value is None else Score(value)
