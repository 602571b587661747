"""What the templates show of each part of the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from geneboard.benchmark.report.across import Across
from geneboard.benchmark.report.across_wording import PARTIAL_SENTENCE, across_facts, has_partial, others
from geneboard.benchmark.report.boards import Board
from geneboard.benchmark.report.page.across_tables import across_table, gains_table
from geneboard.benchmark.report.page.board_tables import detail_table, provenance_table, score_table
from geneboard.benchmark.report.page.definitions import CONTROL_MEANINGS
from geneboard.benchmark.report.page.pictures import Files, Picture, across_words, board_words, pictures_in
from geneboard.benchmark.report.page.table import Table
from geneboard.benchmark.report.page.words import FrameRow, controls_of, winner_sentence
from geneboard.benchmark.report.wording import (
    PUBLISHED_LABEL,
    SYNTHETIC,
    facts,
    interval_sentences,
    is_holdout,
    is_synthetic_source,
    rank_sentence,
    scale_sentences,
)

PUBLISHED_SENTENCE = f"Published score: average score of arXiv 2310.02275 ({PUBLISHED_LABEL})."
COST_SENTENCE = "Time is the mean over cells, memory the highest peak of them."
NO_MEANING = "A control that is not part of this project; its own documentation says what it means."


@dataclass(frozen=True)
class BoardView:
    """A leaderboard in the page."""

    anchor: str
    heading: str
    short: str
    warning: str
    winner: str
    n_datasets: int
    n_rows: int
    facts: tuple[tuple[str, str], ...]
    scores: Table
    details: Table
    provenance: Table
    sentences: tuple[str, ...]
    controls: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class AcrossView:
    """The tables over all tissues in the page."""

    anchor: str
    heading: str
    warning: str
    scores: Table
    gains: Table | None
    facts: tuple[tuple[str, str], ...]
    sentences: tuple[str, ...]
    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Section:
    """Everything of one source and preset: what may be compared with each other."""

    anchor: str
    source: str
    preset: str
    warning: str
    holdout: bool
    across: AcrossView | None
    boards: tuple[BoardView, ...]


def board_view(board: Board, files: Files) -> BoardView:
    """Return a leaderboard as the page shows it, with those of the pictures that are its own."""
    group, frame, rows = board.group, board.frame, board.frame.to_dict("records")
    short = group.tissue + (f", genes of {group.covered_by}" if group.covered_by else "")
    sentences = [*scale_sentences(frame), rank_sentence(), *interval_sentences(frame)]
    sentences += board.comparison.sentences
    if frame["published_score"].notna().any():
        sentences.append(PUBLISHED_SENTENCE)
    sentences += [sentence for column in board.foreign for sentence in column.sentences]
    return BoardView(
        anchor=group.folder.as_posix(),
        heading=short,
        short=short,
        warning=SYNTHETIC if is_synthetic_source(group.source) else "",
        winner=winner_sentence(rows, board.comparison.pairs),
        n_datasets=len(group.datasets),
        n_rows=len(frame),
        facts=tuple(facts(group).items()),
        scores=score_table(board, rows),
        details=detail_table(board, rows),
        provenance=provenance_table(board, rows),
        sentences=(*sentences, COST_SENTENCE),
        controls=_controls(rows),
        pictures=pictures_in(group.folder, files, board_words(board, rows) if files else {}),
    )


def _controls(rows: Sequence[FrameRow]) -> tuple[tuple[str, str], ...]:
    """Return (title, meaning) of the controls of a leaderboard."""
    return tuple(
        (str(row["title"]), CONTROL_MEANINGS.get(str(row["method"]).partition("[")[0], NO_MEANING))
        for row in controls_of(rows)
    )


def across_view(across: Across, files: Files) -> AcrossView:
    """Return the tables over all tissues as the page shows them."""
    remarks = [f"{other.remark[:1].upper()}{other.remark[1:]}." for other in others(across)]
    return AcrossView(
        anchor=f"{across.folder.as_posix()}/across-tissues",
        heading=f"Across tissues: source {across.source}, preset {across.preset}",
        warning=SYNTHETIC if is_synthetic_source(across.source) else "",
        scores=across_table(across),
        gains=gains_table(across),
        facts=tuple(across_facts(across).items()),
        sentences=(*across.sentences, *([PARTIAL_SENTENCE] if has_partial(across) else []), *remarks),
        pictures=pictures_in(across.folder, files, across_words(across)),
    )


def sections(boards: Sequence[Board], acrosses: Iterable[Across], files: Files) -> list[Section]:
    """Return the parts of the report, one for each source and preset, in the order of the boards."""
    by_run = {(across.source, across.preset): across for across in acrosses}
    found = []
    for (source, preset), members in groupby(boards, lambda board: (board.group.source, board.group.preset)):
        own = list(members)
        across = by_run.get((source, preset))
        found.append(
            Section(
                anchor="/".join(own[0].group.folder.parts[:2]),
                source=source,
                preset=preset,
                warning=SYNTHETIC if is_synthetic_source(source) else "",
                holdout=is_holdout(own[0].group),
                across=across_view(across, files) if across else None,
                boards=tuple(board_view(board, files) for board in own),
            )
        )
    return found
