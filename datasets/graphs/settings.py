"""Parameters of the steps from counts to a gene graph."""

from __future__ import annotations

from dataclasses import dataclass

from geneboard.datasets.graphs.edges import EDGE_RULES

RESIDUALS = ("pearson", "sctransform")
"""Analytic Pearson residuals, or those of SCTransform v2 as far as `SCTransform` follows it."""


@dataclass(frozen=True)
class PipelineSettings:
    """Parameters of every step.

    Published are 1000 genes, CS-CORE with p below 0.005, and SPARK-X for spots. Cells were bounded by hand,
    differently for each dataset, genes were dropped below 3 cells or SCTransform's 5, and residuals and
    selection were those of SCTransform v2. The other defaults are ours: analytic Pearson residuals with
    theta 100, and bounds that any dataset can have; `residuals="sctransform"` comes close to the published
    selection and features.

    Parameters
    ----------
    n_genes
        Nodes of a graph; a dataset with fewer genes after quality control keeps them all.
    min_genes_per_cell, max_genes_per_cell, max_mitochondrial_share
        Bounds for cells (scRNA and scATAC, not spots); an upper bound is None where it is not wanted, the
        lower one where it follows the number of genes measured (`datasets.graphs.qc.fewest_genes`).
    min_cells_per_gene, min_cell_share
        Genes seen in fewer cells, as a number or as a share of the cells, are dropped; None where the bound
        follows `residuals`: 3 cells and 1 %, or for "sctransform" 5 cells and no share.
    max_cells
        Of more cells than this that pass, so many are drawn, at random but always the same for a dataset of
        that name; None takes all. Genes are judged on the cells that were drawn.
    residuals
        Which residuals are the features and select the genes of cells, one of `RESIDUALS`.
    theta
        Overdispersion of the Pearson residuals.
    edges
        Rule that joins two genes by CS-CORE's test, one of `EDGE_RULES`: "p" where the p-value is below
        `p_threshold`, "bh" where Benjamini-Hochberg finds it at that level, "top" for the `top_k` strongest
        partners of each gene.
    p_threshold, top_k
        Parameters of the rules; the diagonal follows `p_threshold` under each of them.
    min_cells, min_genes
        A dataset with less after quality control is refused.
    layer
        Where in .h5ad files the counts are: ``"X"``, ``"raw"`` or the name of a layer; None looks for them.
    round_counts
        Take corrected counts, which are fractions, rounded to whole numbers.
    genes
        Genes that a graph gets beside the `n_genes`, where they pass quality control and are not among these;
        for a tissue as a list names them (`datasets.knowledge.listed_genes`), for `build_graph` as the
        dataset does.
    genes_from
        What the list is called.
    """

    n_genes: int = 1000
    min_genes_per_cell: int | None = None
    max_genes_per_cell: int | None = None
    max_mitochondrial_share: float | None = None
    min_cells_per_gene: int | None = None
    min_cell_share: float | None = None
    max_cells: int | None = None
    residuals: str = "pearson"
    theta: float = 100.0
    edges: str = "p"
    p_threshold: float = 0.005
    top_k: int = 50
    min_cells: int = 20
    min_genes: int = 50
    layer: str | None = None
    round_counts: bool = False
    genes: tuple[str, ...] = ()
    genes_from: str = ""

    def __post_init__(self) -> None:
        if self.edges not in EDGE_RULES:
            raise ValueError(f"edges {self.edges!r} is not one of {', '.join(EDGE_RULES)}")
        if self.residuals not in RESIDUALS:
            raise ValueError(f"residuals {self.residuals!r} is not one of {', '.join(RESIDUALS)}")
        if self.max_cells is not None and self.max_cells < self.min_cells:
            raise ValueError(f"max_cells must be at least min_cells, {self.min_cells}")
        if not 0 < self.p_threshold < 1 or self.top_k < 1:
            raise ValueError("p_threshold must lie between 0 and 1, top_k must be at least 1")
