"""Which rule of quality control dropped most, and the option that changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CELLS = {
    "cells_with_few_genes": "have fewer than {min_genes_per_cell} genes (--min-genes-per-cell)",
    "cells_with_many_genes": "have {max_genes_per_cell} genes or more (--max-genes-per-cell)",
    "cells_with_mitochondrial_counts": (
        "have {max_mitochondrial_share:.0%} or more of their counts in mitochondrial genes "
        "(--max-mitochondrial-share)"
    ),
    "cells_without_counts": "have no count in the genes kept (--min-cells-per-gene, --min-cell-share)",
}
"""Rules for cells, in words with the bounds of `PipelineSettings`."""

GENES = {
    "genes_in_few_cells": (
        "are in fewer than {min_cells_per_gene} cells or {min_cell_share:.2%} of them "
        "(--min-cells-per-gene, --min-cell-share)"
    ),
    "mitochondrial_genes": "are mitochondrial",
}
"""Rules for genes."""


def largest_loss(quality_control: Mapping[str, Any], rules: Mapping[str, str]) -> str:
    """Return what the rule that dropped most did, as the end of a sentence; empty if none dropped anything.

    Parameters
    ----------
    quality_control
        What the provenance of a graph says of it: its bounds, and how many each rule ``"dropped"``.
    rules
        `CELLS` or `GENES`.
    """
    dropped = {rule: quality_control["dropped"].get(rule, 0) for rule in rules}
    rule = max(dropped, key=lambda name: dropped[name])
    return f"; {dropped[rule]} {rules[rule].format(**quality_control)}" if dropped[rule] else ""
