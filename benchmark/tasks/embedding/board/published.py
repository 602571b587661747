"""The published average scores that stand beside ours (results/paper/)."""

from __future__ import annotations

import csv
from pathlib import Path

PAPER_TABLE = Path(__file__).resolve().parents[4] / "results" / "paper" / "musegnn_average_score.csv"


def published_scores(tissue: str) -> dict[str, float]:
    """Return the published average score of each method (by title) in a tissue.

    Source: arXiv 2310.02275. The dictionary is empty for a tissue that is not in the published table.
    """
    with PAPER_TABLE.open(newline="", encoding="utf-8") as table:
        return {row["method"]: float(row[tissue]) for row in csv.DictReader(table) if tissue in row}
