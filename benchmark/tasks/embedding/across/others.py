"""Scores that stand beside the joint scores of a table across tissues: our average, the published, others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geneboard.benchmark.report.foreign import OTHER_DATA
from geneboard.benchmark.report.number_text import number, signed
from geneboard.benchmark.report.table import READ, Column, Format, Line, Part
from geneboard.benchmark.tasks.embedding.across.across import Across
from geneboard.benchmark.tasks.embedding.across.foreign import foreign_difference, foreign_score
from geneboard.benchmark.tasks.embedding.across.gains import PUBLISHED
from geneboard.benchmark.tasks.embedding.board.columns import PUBLISHED_LABEL

SCORE_DIGITS = 3
AVERAGE_REMARK = "our average scores, scaled as published"
NO_TEX: frozenset[Format] = READ - {"tex"}
NO_HTML: frozenset[Format] = READ - {"html"}


@dataclass(frozen=True)
class Others:
    """Scores that stand beside the joint score.

    Attributes
    ----------
    label, short, remark
        What they are called, and what they are.
    scores
        Name of the column of each tissue.
    differences
        Of our average score minus theirs; none for our own.
    mean, mean_difference, count
        Names of the columns of the means over the tissues and of how many these are, if there are any.
    digits
        Of the scores.
    """

    label: str
    short: str
    remark: str
    scores: Mapping[str, str]
    differences: Mapping[str, str] = field(default_factory=dict)
    mean: str = ""
    mean_difference: str = ""
    count: str = ""
    digits: int = 2


def others(across: Across) -> list[Others]:
    """Return the average, the published and the foreign scores that the table has."""
    found, frame = [], across.frame
    if frame[list(across.tissues)].notna().any(axis=None):
        own = {tissue: tissue for tissue in across.tissues}
        found.append(
            Others(
                "average scores",
                "avg.",
                AVERAGE_REMARK,
                own,
                mean="mean_score",
                count="tissues_scored",
                digits=3,
            )
        )
    published = {tissue: f"{tissue}_published" for tissue in across.tissues}
    if frame[list(published.values())].notna().any(axis=None):
        differences = {tissue: f"{tissue}_difference" for tissue in across.tissues}
        remark = f"{PUBLISHED_LABEL}, arXiv 2310.02275"
        found.append(
            Others(
                PUBLISHED,
                "publ.",
                remark,
                published,
                differences,
                mean="published_mean",
                mean_difference="published_difference",
                count="tissues_published",
            )
        )
    for table in across.foreign:
        here = [tissue for tissue in across.tissues if tissue in table.scores]
        found.append(
            Others(
                table.label,
                table.label,
                f"{table.label}: {OTHER_DATA}",
                {tissue: foreign_score(table, tissue) for tissue in here},
                {tissue: foreign_difference(table, tissue) for tissue in here},
            )
        )
    return found


def parts(across: Across, lines: list[dict[Any, Any]], other: Others) -> list[Part]:
    """Return other scores, and our average scores minus those of others, as further rows."""
    rows = tuple(line for line in lines if any(pd.notna(line[column]) for column in other.scores.values()))
    theirs = _columns(across, other, other.scores, other.mean, lambda value: number(value, other.digits))
    found = [Part(other.label, rows, formats=NO_HTML, columns=theirs, remark=f"{other.remark}.")]
    if other.differences:
        apart = _columns(across, other, other.differences, other.mean_difference, signed_score)
        found.append(Part(f"ours minus {other.label}", rows, formats=NO_HTML, columns=apart))
    return found


def _columns(
    across: Across, other: Others, of_tissue: Mapping[str, str], mean: str, text: Callable[[Any], str]
) -> tuple[Column, ...]:
    """Return the columns of further rows, below those of the joint scores."""
    everywhere = f"{len(across.tissues)} of {len(across.tissues)}"

    def tissue(name: str) -> Column:
        return Column(name, show=lambda line, _: text(line.get(of_tissue.get(name))))

    def show_mean(line: Line, form: Format) -> str:
        # in tex, which does not say over how many tissues, a mean over fewer than ours could be misread
        if not mean or (form == "tex" and line[other.count] != everywhere):
            return ""
        return signed_score(line[mean]) if mean == other.mean_difference else number(line[mean], SCORE_DIGITS)

    return (
        Column("title", "method", kind="name"),
        *map(tissue, across.tissues),
        Column(mean or "mean", "mean", show=show_mean),
        Column("rank", show=lambda *_: ""),
        Column(
            "count",
            "over tissues",
            formats=NO_TEX,
            show=lambda line, _: str(line[other.count]) if other.count else "",
        ),
    )


def signed_score(value: Any) -> str:
    """Return a difference of scores with its sign."""
    return signed(value, SCORE_DIGITS)
