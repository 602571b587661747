"""The tables of one leaderboard: scores, what else is known of each row, and where each row comes from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import pandas as pd

from geneboard.benchmark.records.metric_versions import versions_text
from geneboard.benchmark.records.record import Record, variant_suffix
from geneboard.benchmark.report.best import Mark, column_marks
from geneboard.benchmark.report.boards import Board
from geneboard.benchmark.report.columns import METRICS
from geneboard.benchmark.report.extra import shown_extra, undefined_extra
from geneboard.benchmark.report.page.table import Cell, Column, Notes, Table, TableRow, sort_value
from geneboard.benchmark.report.page.words import FrameRow
from geneboard.benchmark.report.rows import Leaderboard
from geneboard.benchmark.report.wording import (
    MISSING,
    PUBLISHED_LABEL,
    interval_cell,
    metric_cell,
    number,
    row_notes,
)

_SCORE_DIGITS, _RANK_DIGITS = 3, 2


def score_table(board: Board, rows: Sequence[FrameRow]) -> Table:
    """Return the leaderboard: the columns of leaderboard.md, controls below the methods."""
    frame = board.frame
    footnotes = Notes()
    extra = shown_extra(frame)
    foreign = [column.table.column for column in board.foreign]
    marks = _marks(frame, extra)
    reasons = undefined_extra(board)
    lines = [
        TableRow(
            str(row["kind"]),
            tuple(_score_cells(row, foreign, extra, reasons[row["method"]], of_row, footnotes)),
        )
        for row, of_row in zip(rows, marks, strict=True)
    ]
    return Table(
        name=f"{board.group.folder.as_posix()}/scores",
        caption=f"Leaderboard of {board.group.tissue}",
        columns=tuple(_score_columns(foreign, extra)),
        rows=tuple(line for line in lines if line.kind != "control"),
        below=tuple(line for line in lines if line.kind == "control"),
        notes=footnotes.texts,
    )


def _score_columns(foreign: Sequence[str], extra: Sequence[str]) -> list[Column]:
    return [
        Column("method", numeric=False),
        Column("kind", numeric=False),
        *(Column(metric, explained="higher is better") for metric in METRICS),
        Column("average score", explained="higher is better"),
        Column("ties", numeric=False, explained="methods that share a letter are not told apart"),
        Column("over seeds", explained="interval of the average score; sorted by its lower end"),
        Column("over datasets", explained="interval of the average score; sorted by its lower end"),
        Column("average rank", explained="lower is better"),
        Column("published score", explained=PUBLISHED_LABEL),
        *(Column(name) for name in foreign),
        *(Column(metric, explained="higher is better; in no average") for metric in extra),
        Column("seeds"),
        Column("time (s)", explained="wall time, mean over cells"),
        Column("memory (MB)", explained="highest peak of the cells"),
        Column("status", numeric=False),
    ]


def _score_cells(
    row: FrameRow,
    foreign: Sequence[str],
    extra: Sequence[str],
    undefined: str,
    marks: dict[str, Mark],
    footnotes: Notes,
) -> list[Cell]:
    """Return the cells of a row; `undefined` says which of the `extra` metrics are, and why."""
    found = tuple(footnotes.number(str(row["title"]), note) for note in row_notes(row, undefined))

    def metric(name: str) -> Cell:
        value = sort_value(row[name])
        of_scored = undefined if name in extra else row["undefined"]
        reason = str((of_scored if row["seeds"] else row["reason"]) if value is None else "")
        return Cell(metric_cell(row, name, _SCORE_DIGITS), value, marks[name], reason)

    def plain(name: str, digits: int) -> Cell:
        return Cell(number(row[name], digits), sort_value(row[name]), marks.get(name, ""))

    def interval(name: str) -> Cell:
        return Cell(interval_cell(row, name, 3), sort_value(row[f"{name}_low"]))

    return [
        Cell(str(row["title"]), footnotes=found),
        Cell(str(row["kind"])),
        *(metric(name) for name in METRICS),
        plain("average_score", _SCORE_DIGITS),
        Cell(str(row["tie_group"]) or MISSING),
        interval("average_score"),
        interval("average_score_datasets"),
        plain("average_rank", _RANK_DIGITS),
        plain("published_score", 2),
        *(plain(name, 2) for name in foreign),
        *(metric(name) for name in extra),
        Cell(str(row["seeds"]), sort_value(row["seeds"])),
        plain("wall_seconds", 1),
        plain("peak_mb", 0),
        Cell(str(row["status"]), reason=str(row["reason"])),
    ]


def _marks(frame: pd.DataFrame, extra: Sequence[str]) -> list[dict[str, Mark]]:
    """Return the marks of each row by column."""
    marks = {
        column: column_marks(frame, column, _SCORE_DIGITS, "higher is better")
        for column in (*METRICS, "average_score", *extra)
    }
    marks["average_rank"] = column_marks(frame, "average_rank", _RANK_DIGITS, "lower is better")
    return [{column: of_column[row] for column, of_column in marks.items()} for row in range(len(frame))]


def detail_table(board: Board, rows: Sequence[FrameRow]) -> Table:
    """Return what a leaderboard has besides: intervals of each metric, other costs, size of the embedding."""
    columns = (
        Column("method", numeric=False),
        *(
            Column(f"{metric} intervals", explained="sorted by the lower end over datasets")
            for metric in METRICS
        ),
        Column("CPU (s)", explained="CPU time, mean over cells"),
        Column("scoring (s)", explained="wall time of the metrics, mean over cells"),
        Column("device memory (MB)", explained="highest peak of the cells"),
        Column("dimensions", explained="of the embedding"),
        Column("coverage", explained="share of the (gene, dataset) pairs with a vector"),
    )
    lines = [TableRow(str(row["kind"]), tuple(_detail_cells(row))) for row in rows]
    return Table(
        name=f"{board.group.folder.as_posix()}/details",
        caption=f"Intervals of each metric and other costs, {board.group.tissue}",
        columns=columns,
        rows=tuple(line for line in lines if line.kind != "control"),
        below=tuple(line for line in lines if line.kind == "control"),
    )


def _detail_cells(row: FrameRow) -> list[Cell]:
    def plain(name: str, digits: int) -> Cell:
        return Cell(number(row[name], digits), sort_value(row[name]))

    def intervals(metric: str) -> Cell:
        low = sort_value(row[f"{metric}_datasets_low"])
        lines = (
            f"seeds {interval_cell(row, metric, 3)}",
            f"datasets {interval_cell(row, f'{metric}_datasets', 3)}",
        )
        return Cell(metric_cell(row, metric), low, lines=lines)

    return [
        Cell(str(row["title"])),
        *(intervals(metric) for metric in METRICS),
        plain("cpu_seconds", 1),
        plain("scoring_seconds", 1),
        plain("peak_device_mb", 0),
        plain("dim", 0),
        plain("coverage", 3),
    ]


def provenance_table(board: Leaderboard, rows: Sequence[FrameRow]) -> Table:
    """Return where the numbers of each row come from."""
    columns = tuple(
        Column(label, numeric=False)
        for label in (
            "method",
            "seeds",
            "code",
            "metrics",
            "revision",
            "device",
            "versions",
            "cells",
            "reference",
        )
    )
    by_name: dict[str, list[Record]] = {}
    for record in board.group.records:
        by_name.setdefault(record["method"] + variant_suffix(record["overrides"]), []).append(record)
    lines = [
        TableRow(str(row["kind"]), tuple(_provenance_cells(str(row["title"]), by_name[row["method"]])))
        for row in rows
    ]
    return Table(
        name=f"{board.group.folder.as_posix()}/provenance",
        caption=f"Provenance of each row, {board.group.tissue}",
        columns=columns,
        rows=tuple(lines),
    )


def _provenance_cells(title: str, records: Sequence[Record]) -> list[Cell]:
    def all_of(value: Callable[[Record], str], separator: str = ", ") -> Cell:
        return Cell(separator.join(dict.fromkeys(value(record) for record in records)) or MISSING)

    return [
        Cell(title),
        all_of(lambda record: str(record["seed"])),
        all_of(lambda record: record["code"][:12]),
        all_of(versions_text),
        all_of(lambda record: re.sub(r"^([0-9a-f]{10})[0-9a-f]+", r"\1", record["git_revision"])),
        all_of(lambda record: f"{record['device']}, threads: {record['threads']}", "; "),
        all_of(_versions, "; "),
        all_of(lambda record: record["key"][:12]),
        all_of(lambda record: record["reference"]),
    ]


def _versions(record: Record) -> str:
    return ", ".join(f"{package} {version}" for package, version in sorted(record["versions"].items()))
