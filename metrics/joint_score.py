"""The joint score that ranks, and what it is made of, as metrics."""

from __future__ import annotations

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView
from geneboard.metrics.joint.score import JointScore, joint_score, mean_score


def _joint(rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> JointScore:
    return joint_score(rows, tissue, view.chance)


class Joint(Metric):
    """Harmonic mean of structure and mixing: 0 what chance gives, 1 all edges told in one space."""

    name = "joint_score"
    version = 1
    title = "joint score: harmonic mean of structure and mixing"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined with one dataset, or no gene in two."""
        found = _joint(rows, tissue, view)
        value = found.value
        return Score.undefined(found.why_not) if value is None else Score(value)


class Structure(Metric):
    """What the similarities tell of edges, above chance: two parts across datasets, one part of own edges."""

    name = "structure"
    version = 1
    title = "structure: edges told across datasets and of one's own, above chance"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score; of the edges within the datasets where no dataset shares a gene with another."""
        value = _joint(rows, tissue, view).structure
        return (
            Score.undefined("no dataset has both edges and pairs without") if value is None else Score(value)
        )


class Mixing(Metric):
    """Whether the datasets share one space: the same gene nearest, datasets mixed as perfect copies are."""

    name = "mixing"
    version = 1
    title = "mixing: same genes near, datasets mixed"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score, undefined with one dataset, or no gene in two."""
        found = _joint(rows, tissue, view)
        value = found.mixing
        return Score.undefined(found.why_not) if value is None else Score(value)


class AreaUnderCurveDegree(Metric):
    """ROC AUC of the cosine against the edges among pairs of like degree, mean over datasets."""

    name = "AUC_degree"
    version = 1
    title = "AUC among pairs of genes of like degree"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score of genes with a vector."""
        return mean_score(_joint(rows, tissue, view).parts.within, "")


class AreaUnderCurveAcross(Metric):
    """ROC AUC, among pairs of like degree, of the cosine of a gene and the mean of another elsewhere."""

    name = "AUC_across"
    version = 1
    title = "AUC of a gene and the mean of another in the other datasets"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score of genes with a vector, undefined with one dataset, or no gene in two."""
        found = _joint(rows, tissue, view)
        return mean_score(found.parts.across, found.why_not)


class AreaUnderCurveSpecific(Metric):
    """ROC AUC, among pairs of like degree, of the cosine here minus that of the means elsewhere."""

    name = "AUC_specific"
    version = 1
    title = "AUC of what a dataset has and the others have not"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score of genes with a vector, undefined with one dataset, or no gene in two."""
        found = _joint(rows, tissue, view)
        return mean_score(found.parts.specific, found.why_not)


class SameGene(Metric):
    """How much nearer a gene is to itself in the other datasets than to other genes; 0 is chance."""

    name = "same_gene"
    version = 1
    title = "a gene near itself in the other datasets"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score of genes with a vector, undefined without two shared genes."""
        found = _joint(rows, tissue, view)
        return mean_score(found.parts.same_gene, found.why_not or "no dataset shares two genes with others")


class IntegrationLisiNearest(Metric):
    """Median effective number of datasets among the 90 nearest rows, scaled to 0 (one) .. 1 (all, evenly)."""

    name = "iLISI_knn"
    version = 1
    title = "datasets among the 90 nearest rows (iLISI without a graph)"
    headline = False

    def compute(self, rows: EmbeddingRows, tissue: Tissue, view: SharedView) -> Score:
        """Return the score of genes that two datasets have, undefined with fewer than 31 rows of them."""
        found = _joint(rows, tissue, view)
        if found.mixing_knn is None:
            return Score.undefined(found.why_not or "fewer than 31 rows are of genes that two datasets have")
        return Score(found.mixing_knn)
