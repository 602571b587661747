"""What the table across tissues shows, cell by cell: shared by Markdown and LaTeX."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from geneboard.benchmark.report.across import NOT_RUN, Across
from geneboard.benchmark.report.foreign import OTHER_DATA
from geneboard.benchmark.report.foreign_across import foreign_difference, foreign_score
from geneboard.benchmark.report.gains import PUBLISHED
from geneboard.benchmark.report.wording import MISSING, PUBLISHED_LABEL, number

SCORE_DIGITS = 3
RANK_DIGITS = 2
PARTIAL = "*"
"""Behind a score that rests on fewer metrics or seeds than others."""

PARTIAL_SENTENCE = (
    f"{PARTIAL} an undefined metric, which counts 0, or fewer seeds than were run; see the notes."
)


@dataclass(frozen=True)
class Others:
    """Scores that stand beside ours.

    Attributes
    ----------
    label, remark
        What they are called, and what they are.
    scores, differences
        Name of the column of each tissue, ours minus theirs in the latter.
    mean, mean_difference, tissues
        Names of the columns with their mean and ours minus that, over the tissues that both have, and how
        many these are; empty where there are none.
    """

    label: str
    remark: str
    scores: Mapping[str, str]
    differences: Mapping[str, str]
    mean: str = ""
    mean_difference: str = ""
    tissues: str = ""


def others(across: Across) -> list[Others]:
    """Return the published and the foreign scores that the table has."""
    found = []
    published = {tissue: f"{tissue}_published" for tissue in across.tissues}
    if across.frame[list(published.values())].notna().any(axis=None):
        differences = {tissue: f"{tissue}_difference" for tissue in across.tissues}
        remark = f"{PUBLISHED_LABEL}, arXiv 2310.02275"
        means = ("published_mean", "published_difference", "tissues_published")
        found.append(Others(PUBLISHED, remark, published, differences, *means))
    for table in across.foreign:
        here = [tissue for tissue in across.tissues if tissue in table.scores]
        found.append(
            Others(
                table.label,
                f"{table.label}: {OTHER_DATA}",
                {tissue: foreign_score(table, tissue) for tissue in here},
                {tissue: foreign_difference(table, tissue) for tissue in here},
            )
        )
    return found


def with_numbers(across: Across, other: Others) -> list[dict[Any, Any]]:
    """Return the rows that have a number of others in any tissue."""
    has = across.frame[list(other.scores.values())].notna().any(axis=1)
    return across.frame.loc[has].to_dict("records")


def score_cell(row: Mapping[Any, Any], tissue: str) -> str:
    """Return our average score in a tissue, marked if it is partial, or what became of the method there."""
    status = str(row[f"{tissue}_status"])
    if pd.notna(row[tissue]):
        return number(row[tissue], SCORE_DIGITS) + (PARTIAL if status != "ok" else "")
    head = status.partition(":")[0]
    return MISSING if head.startswith("ok") else head


def has_partial(across: Across) -> bool:
    """Return whether any cell is marked."""
    rows = across.frame.to_dict("records")
    return any(score_cell(row, tissue).endswith(PARTIAL) for row in rows for tissue in across.tissues)


def signed(difference: float | None) -> str:
    """Return a difference with its sign."""
    text = number(difference, SCORE_DIGITS)
    return text if text.startswith("-") or text == MISSING else f"+{text}"


def status_notes(across: Across) -> list[tuple[str, str]]:
    """Return (titles, note) for all cells that are not simply a score; methods with one note share it."""
    titles: dict[str, list[str]] = defaultdict(list)
    for row in across.frame.to_dict("records"):
        tissues: dict[str, list[str]] = defaultdict(list)
        for tissue in across.tissues:
            tissues[" ".join(str(row[f"{tissue}_status"]).split())].append(tissue)
        tissues.pop("ok", None)
        for status, names in tissues.items():
            where = ", ".join(names)
            note = f"{NOT_RUN} in {where}" if status == NOT_RUN else f"{where}: {status}"
            titles[note].append(str(row["title"]))
    return [(", ".join(names), note) for note, names in titles.items()]


def across_facts(across: Across) -> dict[str, str]:
    """Return what the table rests on, by label."""
    seeds = sorted({record["seed"] for group in across.groups for record in group.records})
    return {
        "Source": across.source,
        "Preset": across.preset,
        "Seeds": ", ".join(map(str, seeds)),
        "Tissues": str(len(across.tissues)),
        "Data": "sha256 " + ", ".join(f"{group.tissue} {group.data_hash}" for group in across.groups),
    }
