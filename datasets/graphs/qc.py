"""Quality control: which cells and genes of a count matrix enter the graph."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from geneboard.datasets.graphs.gene_ids import is_mitochondrial
from geneboard.datasets.graphs.settings import PipelineSettings


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
    """

    cells: np.ndarray
    genes: np.ndarray
    dropped: dict[str, int]

    def after(self, all_cells: QualityControl) -> QualityControl:
        """Return this, for cells drawn from those that passed before, with what had been dropped then."""
        cells = {rule: n for rule, n in all_cells.dropped.items() if rule.startswith("cells")}
        drawn_from = int(all_cells.cells.sum())
        left_out = {"cells_not_drawn": drawn_from - len(self.cells)}
        return replace(self, dropped={**self.dropped, **cells, **left_out})


def quality_control(
    counts: sparse.csr_matrix,
    genes: pd.Index,
    settings: PipelineSettings,
    *,
    spots: bool = False,
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
    spots
        Bounds are for cells: spots are dropped only if they have no counts.
    """
    fewest = 0 if spots else settings.min_genes_per_cell
    most = np.inf if spots or settings.max_genes_per_cell is None else settings.max_genes_per_cell
    bound = settings.max_mitochondrial_share
    highest = np.inf if spots or bound is None else bound
    mitochondrial = is_mitochondrial(genes)
    detected = counts.astype(bool)
    genes_per_cell = _sums(detected, axis=1)
    few = genes_per_cell < fewest
    many = genes_per_cell >= most
    share = _sums(counts[:, mitochondrial], axis=1) / np.maximum(_sums(counts, axis=1), 1)
    leaking = share >= highest
    cells = ~(few | many | leaking)

    needed = max(settings.min_cells_per_gene, settings.min_cell_share * cells.sum())
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
    )


def _sums(matrix: sparse.csr_matrix, axis: int) -> np.ndarray:
    return np.asarray(matrix.sum(axis=axis, dtype=np.int64)).ravel()
