"""What the report shows of gene embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.foreign import ForeignTable
from geneboard.benchmark.report.long_table import score_lines
from geneboard.benchmark.report.section import Chapter, Figure, Note, Section
from geneboard.benchmark.report.table import READ
from geneboard.benchmark.report.wording import counted, extent
from geneboard.benchmark.tasks.embedding.across.ablations import ablations
from geneboard.benchmark.tasks.embedding.across.ablations_section import ablations_section
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.across.joint_training import (
    joint_training_section,
    joint_trainings,
)
from geneboard.benchmark.tasks.embedding.across.section import across_section
from geneboard.benchmark.tasks.embedding.board.board import Board, leaderboards
from geneboard.benchmark.tasks.embedding.board.definitions import metrics_glossary
from geneboard.benchmark.tasks.embedding.board.method_cards import method_cards
from geneboard.benchmark.tasks.embedding.board.metrics import EXTRA_METRICS, JOINT, METRICS, PARTS
from geneboard.benchmark.tasks.embedding.board.section import board_section
from geneboard.benchmark.tasks.embedding.figures.across import across_figures
from geneboard.benchmark.tasks.embedding.figures.leaderboard import board_figures
from geneboard.benchmark.tasks.embedding.maps.layout import read_layouts

LEAD = (
    "A method here turns the co-expression graphs of a tissue into one vector for each gene of each dataset. "
    "Six metrics score those vectors: whether the datasets are mixed, whether the same gene comes together, "
    "and whether genes that are expressed together lie together. A joint score, which is about 0 for "
    "controls that know no biology, ranks them."
)


def chapter(
    records: Iterable[Record], out: Path | None = None, foreign: Sequence[ForeignTable] = ()
) -> Chapter:
    """Return what records give of this task.

    Parameters
    ----------
    records
        Cell records of this task, in any order.
    out
        Result folder, whose maps of embeddings are drawn.
    foreign
        Scores of other data to show beside ours.
    """
    boards = leaderboards(records, foreign)
    layouts = read_layouts(out) if out else {}
    across = {(one.source, one.preset): one for one in across_tissues(boards)}
    together = [(one.groups[0], joint_training_section(one)) for one in joint_trainings(boards)]
    together += [(one.groups[0], ablations_section(one)) for one in ablations(boards)]
    sections: list[Section] = []
    for run, members in groupby(boards, lambda board: (board.group.source, board.group.preset)):
        if run in across:
            sections.append(replace(across_section(across[run]), figures=across_figures(across[run])))
        sections += [section for group, section in together if (group.source, group.preset) == run]
        sections += [_drawn(board_section(board), board_figures(board, layouts)) for board in members]
    beside = (JOINT, *PARTS, *EXTRA_METRICS)
    extra = [metric for metric in beside if any(board.frame[metric].notna().any() for board in boards)]
    return Chapter(
        title="Gene embeddings",
        sections=sections,
        lead=(LEAD, _run_sentence(boards)),
        glossaries=(
            metrics_glossary([*METRICS, *extra]),
            method_cards([record for board in boards for record in board.group.records], out),
        ),
        scores=score_lines([board.group for board in boards], METRICS, beside),
    )


NO_MAPS = (
    "No maps of the embeddings: a run draws them from the embeddings that it trains, and this folder has the "
    "scores of these rows without maps."
)


def _drawn(section: Section, figures: Sequence[Figure]) -> Section:
    """Add the pictures of a leaderboard, or why there are no maps among them."""
    has_maps = any(figure.stem.startswith("umap_") for figure in figures)
    said = [] if has_maps else [Note(NO_MAPS, is_detail=True, but_not_in=READ - {"html"})]
    return replace(section, figures=figures, notes=[*section.notes, *said])


def _run_sentence(boards: Sequence[Board]) -> str:
    """Return how much was run, and how it ended.

    A record on the genes of a precomputed embedding is a further score of a training that has a record of its
    own, so it is no cell; neither is one that was taken from another folder.
    """
    records = [record for board in boards for record in board.group.records if "taken_from" not in record]
    cells = [record for record in records if "covered_by" not in record]
    again = len(records) - len(cells)
    further = (
        f" The same trainings give {counted(again, 'further record')}, on the genes of a precomputed "
        "embedding alone."
    )
    return (
        f"{extent(len(boards), cells)} A cell is one method, with one set of hyper-parameters, on one "
        f"tissue, with one seed.{further if again else ''}"
    )
