"""The tables over all tissues of a source and preset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geneboard.benchmark.report.across import NOT_RUN, Across
from geneboard.benchmark.report.across_wording import (
    RANK_DIGITS,
    SCORE_DIGITS,
    Others,
    others,
    score_cell,
    signed,
)
from geneboard.benchmark.report.best import Mark, column_marks
from geneboard.benchmark.report.gains import PUBLISHED
from geneboard.benchmark.report.page.table import Cell, Column, Notes, Table, TableRow, sort_value
from geneboard.benchmark.report.wording import PUBLISHED_LABEL, number

Marks = Mapping[str, Mark]

_SHORT = {PUBLISHED: "publ."}


def across_table(across: Across) -> Table:
    """Return one row per method, one column per tissue: our score, the published one, the difference."""
    columns = (
        Column("method", numeric=False),
        Column("kind", numeric=False),
        Column("mean score", explained="mean of the average scores over tissues; higher is better"),
        Column("mean rank", explained="lower is better"),
        Column("tissues", numeric=False, explained="how many have an average score"),
        Column("published mean", explained=f"{PUBLISHED_LABEL}; below it the tissues that both have"),
        Column("difference", explained="ours minus published, over the same tissues"),
        *(Column(tissue, explained="average score") for tissue in across.tissues),
    )
    notes = Notes()
    beside, marks = others(across), _marks(across)
    rows = [
        TableRow(str(row["kind"]), tuple(_cells(row, across, beside, of_row, notes)))
        for row, of_row in zip(across.frame.to_dict("records"), marks, strict=True)
    ]
    return Table(
        name=f"{across.folder.as_posix()}/across",
        caption=f"Average scores across tissues, source {across.source}, preset {across.preset}",
        columns=columns,
        rows=tuple(row for row in rows if row.kind != "control"),
        below=tuple(row for row in rows if row.kind == "control"),
        notes=notes.texts,
    )


def _cells(
    row: dict[Any, Any], across: Across, beside: Sequence[Others], marks: Marks, notes: Notes
) -> list[Cell]:
    def plain(column: str, digits: int) -> Cell:
        return Cell(number(row[column], digits), sort_value(row[column]), marks.get(column, ""))

    found = [
        notes.number(f"{row['title']} in {tissue}", str(row[f"{tissue}_status"]))
        for tissue in across.tissues
        if row[f"{tissue}_status"] not in ("ok", NOT_RUN)
    ]
    return [
        Cell(str(row["title"]), footnotes=tuple(dict.fromkeys(found))),
        Cell(str(row["kind"])),
        plain("mean_score", SCORE_DIGITS),
        plain("mean_rank", RANK_DIGITS),
        Cell(str(row["tissues_scored"])),
        Cell(
            number(row["published_mean"], SCORE_DIGITS),
            sort_value(row["published_mean"]),
            lines=(str(row["tissues_published"]),) if pd.notna(row["published_mean"]) else (),
        ),
        Cell(signed(row["published_difference"]), sort_value(row["published_difference"])),
        *(_tissue_cell(row, tissue, beside, marks.get(tissue, "")) for tissue in across.tissues),
    ]


def _tissue_cell(row: dict[Any, Any], tissue: str, beside: Sequence[Others], mark: Mark) -> Cell:
    status = str(row[f"{tissue}_status"])
    lines: list[str] = []
    for other in beside:
        column = other.scores.get(tissue)
        if column is not None and pd.notna(row[column]):
            lines.append(f"{_SHORT.get(other.label, other.label)} {number(row[column], 2)}")
            if pd.notna(row[other.differences[tissue]]):
                lines.append(f"diff. {signed(row[other.differences[tissue]])}")
    return Cell(
        score_cell(row, tissue),
        sort_value(row[tissue]),
        mark,
        reason="" if status == "ok" else status,
        lines=tuple(lines),
    )


def _marks(across: Across) -> list[dict[str, Mark]]:
    """Return the marks of each row by column."""
    frame = across.frame
    marks = {
        column: column_marks(frame, column, SCORE_DIGITS, "higher is better")
        for column in ("mean_score", *across.tissues)
    }
    marks["mean_rank"] = column_marks(frame, "mean_rank", RANK_DIGITS, "lower is better")
    return [{column: of_column[row] for column, of_column in marks.items()} for row in range(len(frame))]


def gains_table(across: Across) -> Table | None:
    """Return how far the best method is ahead of the second best, in each tissue; None without any."""
    if across.gains.empty:
        return None
    columns = (
        Column("tissue", numeric=False),
        Column("best", numeric=False),
        Column("its score"),
        Column("second best", numeric=False),
        Column("its score"),
        Column("gain (%)", explained="of the best over the second best"),
    )
    rows = [TableRow("", tuple(_gain_cells(row))) for row in across.gains.to_dict("records")]
    return Table(
        name=f"{across.folder.as_posix()}/gains",
        caption="Gain of the best method over the second best",
        columns=columns,
        rows=tuple(rows),
    )


def _gain_cells(row: dict[Any, Any]) -> list[Cell]:
    def plain(column: str, digits: int) -> Cell:
        return Cell(number(row[column], digits), sort_value(row[column]))

    return [
        Cell(f"{row['tissue']}, {row['label']}"),
        Cell(str(row["best"])),
        plain("best_score", SCORE_DIGITS),
        Cell(str(row["second"])),
        plain("second_score", SCORE_DIGITS),
        plain("gain_percent", 1),
    ]
