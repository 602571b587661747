"""Published figures of inference from landmarks (results/paper/), which stand apart from ours."""

from __future__ import annotations

import csv
from pathlib import Path

PAPER_TABLE = Path(__file__).resolve().parents[3] / "results" / "paper" / "l1000_gnn_results.csv"

LABEL = "published (GTEx, RNA-seq from L1000; another task: not comparable)"
SENTENCE = (
    "Figures of Kim et al. 2025 (Briefings in Bioinformatics 26(3) bbaf273, doi 10.1093/bib/bbaf273): "
    "RNA-seq of 12,320 genes of GTEx samples, inferred from landmarks that were measured on L1000. Other "
    "data, other input and other splits: only their order and their fall with fewer landmarks can be set "
    "beside ours."
)

COLUMNS = {
    "model": "model",
    "landmarks": "landmarks",
    "selection": "selection",
    "aig_rank_correlation": "rank correlation, all inferred",
    "bing_rank_correlation": "rank correlation, best inferred",
    "recall_r95_genes": "genes recalled, R95",
    "recall_r99_genes": "genes recalled, R99",
}
"""Heads of the published table, by its columns."""

TEXTS = ("model", "selection")


def published_figures() -> list[dict[str, str]]:
    """Return the rows of the published table, the most landmarks and the best first.

    Source: doi 10.1093/bib/bbaf273.
    """
    with PAPER_TABLE.open(newline="", encoding="utf-8") as table:
        rows = list(csv.DictReader(table))
    shown = [{**row, **{name: f"{float(row[name]):.4f}" for name in row if name.endswith("_correlation")}}
             for row in rows]  # fmt: skip
    return sorted(
        shown,
        key=lambda row: (-int(row["landmarks"]), row["selection"], -float(row["aig_rank_correlation"])),
    )
