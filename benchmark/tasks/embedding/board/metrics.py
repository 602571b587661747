"""Names of the metrics of gene embeddings."""

from __future__ import annotations

METRICS = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")
"""The six metrics that enter the average score; higher is better for all."""

HELDOUT_METRICS = ("AUC_heldout", "NO_heldout")
"""AUC and NO on the graphs of cells that methods have not seen."""

EXTRA_METRICS = ("AUC_offdiag", "decoder_AUC", *HELDOUT_METRICS, "module_nmi")
"""Shown beside the six, in no average."""

SCORED = (*METRICS, "average_score")
"""Columns that have intervals."""
