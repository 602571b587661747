"""Quality control: which cells and genes of a count matrix enter the graph."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.graphs.gene_ids import is_mitochondrial
from geneboard.datasets.graphs.settings import PipelineSettings

FEWEST_GENES = 200
"""Genes that a cell must show where a whole transcriptome was measured."""

GENES_MEASURED_FOR_ONE = {"scrna": 50, "scatac": 100}
"""Of fewer measured genes a cell must show one in so many.

Measured on the real cerebrum of shared/data, 1661 to 1671 measured genes: the shallowest hundredth of the
cells shows 32 and 38 genes (RNA) or 22 (gene activity, twice), so that these bounds of 33 and 16 drop 1.4,
0.6, 0.1 and 0.2 % of the cells, where 200 drops 97, 96, 96 and 95 %.
"""


FEWEST_CELLS = {"pearson": (3, 0.01), "sctransform": (5, 0.0)}
"""Cells that must show a gene, as a number and as a share, by the residuals that are taken."""


@dataclass(frozen=True, eq=False)
class QualityControl:
    """What passed, and how much did not.

    Parameters
    ----------
    cells
        True for cells that passed, shape (n_cells,).
    genes
        True for genes that passed, shape (n_genes,).
    dropped
        Number of cells or genes dropped by each rule.
    settings
        As given, with the bounds that the data got.
    """

    cells: np.ndarray
    genes: np.ndarray
    dropped: dict[str, int]
    settings: PipelineSettings

    def after(self, all_cells: QualityControl) -> QualityControl:
        """Return this, for cells drawn from those that passed before, with what had been dropped then."""
        cells = {rule: n for rule, n in all_cells.dropped.items() if rule.startswith("cells")}
        drawn_from = int(all_cells.cells.sum())
        left_out = {"cells_not_drawn": drawn_from - len(self.cells)}
        return replace(self, dropped={**self.dropped, **cells, **left_out})


def fewest_genes(n_measured: int, modality: str) -> int:
    """Return the default lower bound of the genes of a cell.

    A cell of a panel cannot show as many genes as one of a whole transcriptome. The bound is `FEWEST_GENES`
    from 10,000 measured genes up and 1 in 50 of them below; gene activity is sparser, and its bound is 1 in
    100 of the measured genes up to 20,000.

    Parameters
    ----------
    n_measured
        Genes with a count in any cell.
    modality
        ``"scrna"`` or ``"scatac"``.
    """
    return min(FEWEST_GENES, n_measured // GENES_MEASURED_FOR_ONE[modality])


def quality_control(
    counts: sparse.csr_matrix,
    genes: pd.Index,
    settings: PipelineSettings,
    *,
    modality: str = "scrna",
) -> QualityControl:
    """Select cells, then genes.

    Cells are judged on all their genes, genes on the cells that passed. Mitochondrial genes always go; cells
    without a count in the remaining genes go last.

    Parameters
    ----------
    counts
        Raw counts, shape (n_cells, n_genes).
    genes
        Symbols or Ensembl ids without version.
    settings
        Cells are dropped with fewer detected genes than the lower bound, or with as many as the upper bound
        or more; likewise with their share of mitochondrial counts.
    modality
        Bounds are for cells: spots (``"spatial"``) are dropped only if they have no counts.
    """
    mitochondrial = is_mitochondrial(genes)
    detected = counts.astype(bool)
    fewest = settings.min_genes_per_cell
    if modality == "spatial":
        fewest = 0
        settings = replace(settings, max_genes_per_cell=None, max_mitochondrial_share=None)
    elif fewest is None:
        fewest = fewest_genes(int((_sums(detected, axis=0) > 0).sum()), modality)
    cells_per_gene, cell_share = FEWEST_CELLS[settings.residuals]
    if settings.min_cells_per_gene is not None:
        cells_per_gene = settings.min_cells_per_gene
    if settings.min_cell_share is not None:
        cell_share = settings.min_cell_share
    settings = replace(
        settings, min_genes_per_cell=fewest, min_cells_per_gene=cells_per_gene, min_cell_share=cell_share
    )
    most = np.inf if settings.max_genes_per_cell is None else settings.max_genes_per_cell
    highest = np.inf if settings.max_mitochondrial_share is None else settings.max_mitochondrial_share
    genes_per_cell = _sums(detected, axis=1)
    few = genes_per_cell < fewest
    many = genes_per_cell >= most
    share = _sums(counts[:, mitochondrial], axis=1) / np.maximum(_sums(counts, axis=1), 1)
    leaking = share >= highest
    cells = ~(few | many | leaking)

    needed = max(cells_per_gene, cell_share * cells.sum())
    rare = _sums(detected[cells], axis=0) < needed
    kept = ~(rare | mitochondrial)
    empty = cells & (_sums(counts[:, kept], axis=1) == 0)
    return QualityControl(
        cells & ~empty,
        kept,
        {
            "cells_with_few_genes": int(few.sum()),
            "cells_with_many_genes": int(many.sum()),
            "cells_with_mitochondrial_counts": int(leaking.sum()),
            "cells_without_counts": int(empty.sum()),
            "mitochondrial_genes": int(mitochondrial.sum()),
            "genes_in_few_cells": int((rare & ~mitochondrial).sum()),
        },
        settings,
    )


def _sums(matrix: sparse.csr_matrix, axis: int) -> np.ndarray:
    return np.asarray(matrix.sum(axis=axis, dtype=np.int64)).ravel()
