"""A leaderboard of biology as a section: its tables, and what it says."""

from __future__ import annotations

from dataclasses import replace

from geneboard.benchmark.report.section import Section
from geneboard.benchmark.report.table import CSV, LONG, SHORT, Table, methods_and_controls
from geneboard.benchmark.report.wording import counted, facts, left_out_sentence
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.changed_genes import gene_notes, gene_tables
from geneboard.benchmark.tasks.biology.board.columns import columns_of
from geneboard.benchmark.tasks.biology.board.datasets import dataset_notes, dataset_tables
from geneboard.benchmark.tasks.biology.board.published import SENTENCE, has_published, published_part
from geneboard.benchmark.tasks.biology.board.regulators import regulator_tables
from geneboard.benchmark.tasks.biology.board.shared_regulators import shared_notes, shared_tables
from geneboard.benchmark.tasks.biology.board.words import (
    CONTROLS,
    NOT_COMPARABLE,
    meanings,
    methods_of,
    notes,
    outcome,
    row_notes,
    verdict,
)
from geneboard.benchmark.tasks.biology.definitions import MEASURES
from geneboard.benchmark.tasks.biology.vectors import SOURCE
from geneboard.benchmark.tasks.embedding.board.words import warning

TITLE = "What embeddings know about genes"
PART = "Source {}, preset {}"


def board_section(board: BiologyBoard) -> Section:
    """Return the section of a board, without pictures."""
    group, told = board.group, verdict(board)
    return Section(
        title=f"{TITLE}: {group.tissue}",
        folder=group.folder,
        stem="leaderboard",
        name=group.tissue,
        part=f"Source {group.source}" if group.source == SOURCE else PART.format(group.source, group.preset),
        tables=_tables(board),
        verdict=told,
        notes=[*notes(board), *gene_notes(board), *dataset_notes(board), *shared_notes(board)],
        facts={**facts(group), "Knowledge": _knowledge(board)},
        warning=warning(group.source),
        not_comparable=NOT_COMPARABLE,
        heading=(
            f"{TITLE}, {group.tissue}: source {group.source}, preset {group.preset}, "
            f"{counted(len(group.seeds), 'seed')}, data {group.data_hash}, "
            f"{len(group.records)} records, {left_out_sentence(group)}"
        ),
        outcome=outcome(board),
        meanings=meanings(board),
        meanings_text=CONTROLS,
    )


def _tables(board: BiologyBoard) -> list[Table]:
    """Return the table with all questions, and where there is little room one for every measure."""
    frame, columns = board.frame, columns_of(board.questions)
    elsewhere = [one for one in board.questions if board.group.source == SOURCE and has_published(one)]
    main = Table(
        stem="leaderboard",
        title=f"{TITLE}: {board.group.tissue}",
        columns=columns,
        frame=frame,
        parts=(
            *methods_and_controls(frame, "Methods and baselines", "Controls"),
            *(published_part(question, frame.columns) for question in elsewhere),
        ),
        sentences=(SENTENCE,) if elsewhere else (),
        formats=LONG | CSV,
        notes=row_notes,
    )
    short = [
        replace(
            main,
            stem=measure.name,
            columns=tuple(column for column in columns if column.table in ("", measure.name)),
            formats=SHORT,
            sentences=(),
            text=f"{measure.title.capitalize()}: {measure.short}",
            caption=f"{TITLE}, {board.group.tissue}: {measure.short} {NOT_COMPARABLE}",
            label=f"{'-'.join(board.group.folder.parts)}-{measure.name}",
            notes=lambda _: (),
        )
        for measure in MEASURES.values()
        if any(question.measure == measure.name for question in board.questions)
    ]
    return [
        main,
        *regulator_tables(methods_of(board), board.entries, board.questions),
        *gene_tables(board),
        *dataset_tables(board),
        *shared_tables(board),
        *(replace(one, notes=row_notes if one is short[-1] else one.notes) for one in short),
    ]


def _knowledge(board: BiologyBoard) -> str:
    found = {question.knowledge: question.digest[:10] for question in board.questions}
    return ", ".join(f"{name} (sha256 {digest}…)" for name, digest in sorted(found.items()))
