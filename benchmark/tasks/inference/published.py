"""Published figures of inference from landmarks (results/paper/), which stand apart from ours."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geneboard.benchmark.report.table import LONG, Column, Part, Table

PAPER_TABLE = Path(__file__).resolve().parents[3] / "results" / "paper" / "l1000_gnn_results.csv"

TITLE = "Published (GTEx, RNA-seq from L1000; another task: not comparable)"
SENTENCE = (
    "Figures of Kim et al. 2025 (Briefings in Bioinformatics 26(3) bbaf273, doi 10.1093/bib/bbaf273): "
    "RNA-seq of 12,320 genes of GTEx samples, inferred from landmarks that were measured on L1000. Other "
    "data, other input and other splits: only their order and their fall with fewer landmarks can be set "
    "beside ours."
)

COLUMNS = (
    Column("model", kind="text"),
    Column("landmarks", kind="integer"),
    Column("selection", kind="text"),
    Column("aig_rank_correlation", "rank correlation, all inferred", digits=4),
    Column("bing_rank_correlation", "rank correlation, best inferred", digits=4),
    Column("recall_r95_genes", "genes recalled, R95", kind="integer"),
    Column("recall_r99_genes", "genes recalled, R99", kind="integer"),
)


def published_figures() -> pd.DataFrame:
    """Return the published table, the most landmarks and the best first; source: doi 10.1093/bib/bbaf273."""
    order = ["landmarks", "selection", "aig_rank_correlation"]
    table = pd.read_csv(PAPER_TABLE, keep_default_na=False)
    return table.sort_values(order, ascending=[False, True, False], kind="stable", ignore_index=True)


def published_table() -> Table:
    """Return the published figures as a table."""
    lines = tuple({**line, "kind": "published"} for line in published_figures().to_dict("records"))
    return Table(
        stem="published",
        title=TITLE,
        columns=COLUMNS,
        parts=(Part(TITLE, lines),),
        formats=LONG,
        text=SENTENCE,
        filters=False,
    )
