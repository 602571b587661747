"""Published AUROC of other embeddings for genes annotated before a day and since, beside ours."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from geneboard.benchmark.report.table import Part
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.datasets.knowledge.sources import TIME_SPLIT, embedded

TABLE = Path(__file__).resolve().parents[4] / "results" / "paper" / "zhong2025_gene_level.csv"
HEADING = "Published elsewhere, other splits of genes"
SENTENCE = (
    f"{HEADING}: AUROC of 38 embeddings by Zhong et al. 2025. They have other folds of genes, and where an "
    "embedding covers other genes than ours the numbers are not comparable."
)


def has_published(question: Question) -> bool:
    """Return whether there are published numbers beside a question: that of the embedded terms."""
    return question.measure == "over_time" and question.knowledge == embedded(TIME_SPLIT)[0].name


def published_part(question: Question, columns: Iterable[str]) -> Part:
    """Return the published rows of a table with these columns, which are without intervals."""
    with TABLE.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    key, empty = question.column, dict.fromkeys(columns)
    lines = [
        {
            **empty,
            "title": f"{row['embedding']}, {row['category']}",
            "beats_graph": "",
            "reason": "",
            key: float(row["go_since_2024_auroc"]),
            f"{key}_AUROC_before": float(row["go_before_2024_auroc"]),
        }
        for row in rows
    ]
    return Part(HEADING, tuple(lines), is_control=True, formats=frozenset({"html", "md"}))
