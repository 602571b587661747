"""Names of the scores of gene embeddings."""

from __future__ import annotations

METRICS = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")
"""The six metrics that enter the average score; higher is better for all."""

HELDOUT_METRICS = ("AUC_heldout", "NO_heldout")
"""AUC and NO on the graphs of cells that methods have not seen."""

DECODER = "decoder_AUC"
BESIDE = {"AUC": ("AUC_degree", DECODER), "iLISI": ("iLISI_knn",)}
"""What stands beside a published metric: better forms of it, and what a method's own decoder reaches."""

EXTRA_METRICS = (
    *(name for names in BESIDE.values() for name in names),
    "AUC_across",
    "AUC_specific",
    "same_gene",
    "AUC_offdiag",
    *HELDOUT_METRICS,
    "module_nmi",
)
"""Shown beside the six, in no average."""

TEX_EXTRA = (*HELDOUT_METRICS, "AUC_offdiag", "module_nmi")
"""Of those that stand behind the others, the ones for which tex has room."""

JOINT, STRUCTURE, MIXING = "joint_score", "structure", "mixing"
PARTS = (STRUCTURE, MIXING)
"""What the joint score is made of."""

LEADS = {JOINT: "joint score", STRUCTURE: "structure"}
"""What a leaderboard can be ranked by, with its name in words; the first that any row has."""

MIN_COVERAGE = 0.5
"""Share of the (gene, dataset) pairs that a row needs vectors for to have a rank."""

AVERAGE = "average_score"

SCORED = (*METRICS, *PARTS, JOINT, AVERAGE)
"""Columns that have intervals; the average score is the last."""
