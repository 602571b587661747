"""NO_heldout: NO with the co-expression partners that cells give which no method has seen."""

from __future__ import annotations

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView
from geneboard.metrics.neighbourhood_overlap import NeighbourhoodOverlap


class NeighbourhoodOverlapHeldOut(Metric):
    """Mean Jaccard index of the partners in the held-out half of rows from different datasets, by cluster."""

    name = "NO_heldout"
    version = 1
    title = "NO on the graphs of cells that methods have not seen (--holdout)"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined where no cells were held out, or with one dataset."""
        return NeighbourhoodOverlap().on_heldout(rows, tissue, view)
