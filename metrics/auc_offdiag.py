"""AUC_offdiag: AUC without the pairs of a gene with itself, whose cosine is 1 for every method."""

from __future__ import annotations

from geneboard.datasets.base import Tissue
from geneboard.metrics.auc import mean_auc
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView


class AreaUnderCurveOffDiagonal(Metric):
    """ROC AUC of the cosine against the edges, one triangle and no diagonal, mean over datasets."""

    name = "AUC_offdiag"
    version = 1
    title = "AUC without the diagonal"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined if an adjacency has one class only off the diagonal."""
        return mean_auc(rows, tissue, diagonal=False)
