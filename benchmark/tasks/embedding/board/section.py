"""A leaderboard of gene embeddings as a section: its tables, and what it says."""

from __future__ import annotations

from dataclasses import replace

from geneboard.benchmark.report.foreign import ForeignColumn
from geneboard.benchmark.report.provenance import provenance_table
from geneboard.benchmark.report.section import Section
from geneboard.benchmark.report.table import CSV, Column, Table, methods_and_controls
from geneboard.benchmark.report.wording import (
    NOT_COMPARABLE,
    control_meanings,
    covered_sentence,
    facts,
    left_out_sentence,
)
from geneboard.benchmark.tasks.embedding.board import columns
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.definitions import CONTROL_MEANINGS
from geneboard.benchmark.tasks.embedding.board.verdict import beside_notes
from geneboard.benchmark.tasks.embedding.board.words import (
    CONTROLS,
    board_notes,
    few_units_notes,
    holdout_sentence,
    is_holdout,
    outcome,
    row_notes,
    warning,
    winner_sentence,
)


def board_section(board: Board) -> Section:
    """Return the section of a leaderboard, without pictures."""
    group = board.group
    name = group.tissue + (f", genes of {group.covered_by}" if group.covered_by else "")
    verdict = winner_sentence(board)
    heldout = {"Held-out cells": holdout_sentence(group)} if is_holdout(group) else {}
    genes = f", genes: {covered_sentence(group)}" if group.covered_by else ""
    return Section(
        title=f"Leaderboard: {name}",
        folder=group.folder,
        stem="leaderboard",
        name=name,
        part=f"Source {group.source}, preset {group.preset}",
        tables=_tables(board),
        verdict=verdict,
        notes=[*few_units_notes(board), *beside_notes(group), *board_notes(board)],
        facts=facts(group, heldout),
        warning=warning(group.source),
        not_comparable=NOT_COMPARABLE,
        heading=(
            f"{group.tissue}: source {group.source}, preset {group.preset}, {len(group.datasets)} datasets, "
            f"data {group.data_hash}, {len(group.records)} records, {left_out_sentence(group)}{genes}"
        ),
        outcome=outcome(board),
        meanings=control_meanings(board.frame, CONTROL_MEANINGS),
        meanings_text=CONTROLS,
    )


def _tables(board: Board) -> list[Table]:
    group = board.group
    main = Table(
        stem="leaderboard",
        title=f"Leaderboard of {group.tissue}",
        columns=_columns(board),
        frame=board.frame,
        parts=methods_and_controls(board.lines, "Methods", "Controls"),
        caption=_caption(board),
        notes=row_notes,
    )
    details = Table(
        stem="details",
        title="Intervals of each metric, and other costs",
        columns=tuple(
            column for column in columns.COLUMNS if column.kind == "name" or column.table == "details"
        ),
        frame=board.frame,
        parts=main.parts,
        formats=frozenset({"html"}),
        folded=True,
    )
    pairs = Table("pairs", "Pairs of methods", frame=board.comparison.pairs, formats=CSV)
    heldout = [_heldout_table(main, board)] if is_holdout(group) else []
    return [main, *heldout, pairs, details, provenance_table(group, board.frame["method"])]


def _columns(board: Board) -> tuple[Column, ...]:
    main = [column for column in columns.COLUMNS if column.table in ("", board.lead)]
    return (*main, *map(_foreign_column, board.foreign))


def _foreign_column(column: ForeignColumn) -> Column:
    table = column.table
    return Column(
        table.column,
        short=table.label,
        digits=2,
        formats=frozenset({"md", "html", "tex"}),
        place=columns.FOREIGN_PLACE,
        remark=f"{table.column}.",
    )


def _heldout_table(main: Table, board: Board) -> Table:
    """Return AUC and NO beside the same on the graphs of unseen cells, which the terminal shows apart."""
    wanted = ("title", "AUC", "AUC_heldout", "NO", "NO_heldout")
    found = {column.key: column for column in main.columns if column.key in wanted}
    return replace(
        main,
        stem="heldout",
        columns=tuple(replace(found[key], formats=frozenset({"txt"}), place=0) for key in wanted),
        formats=frozenset({"txt"}),
        text=holdout_sentence(board.group),
        notes=lambda _: (),
    )


def _caption(board: Board) -> str:
    group = board.group
    genes = f", only the genes of {group.covered_by}" if group.covered_by else ""
    heldout = f" {holdout_sentence(group)}" if is_holdout(group) else ""
    return (
        f"Leaderboard of {group.tissue}{genes}: source {group.source}, preset {group.preset}, seeds "
        f"{', '.join(map(str, group.seeds))}, {len(group.datasets)} datasets, data sha256 {group.data_hash}. "
        "The best method of each column is bold, the second best underlined; controls are in italics. "
        f"{NOT_COMPARABLE}{heldout}"
    )
