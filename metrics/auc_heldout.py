"""AUC_heldout: AUC on the edges that cells give which no method has seen."""

from __future__ import annotations

from geneboard.datasets.base import Tissue
from geneboard.metrics.auc import AreaUnderCurve
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView


class AreaUnderCurveHeldOut(Metric):
    """ROC AUC of the cosine of all gene pairs against the edges of the held-out half, mean over datasets."""

    name = "AUC_heldout"
    version = 1
    title = "AUC on the graphs of cells that methods have not seen (--holdout)"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined where no cells were held out."""
        return AreaUnderCurve().on_heldout(rows, tissue, view)
