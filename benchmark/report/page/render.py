"""Renders the pages: the report in one file, and a small page for each table."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import jinja2
from markupsafe import Markup

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import KIND_ORDER
from geneboard.benchmark.report.across import Across
from geneboard.benchmark.report.boards import Board
from geneboard.benchmark.report.columns import METRICS
from geneboard.benchmark.report.extra import shown_extra
from geneboard.benchmark.report.inference import NO_INFERENCE, Inference, InferenceBoard
from geneboard.benchmark.report.inference.wording import NOT_COMPARABLE as INFERENCE_NOT_COMPARABLE
from geneboard.benchmark.report.page.definitions import definitions_of
from geneboard.benchmark.report.page.inference_views import (
    inference_sections,
    inference_view,
    metric_meanings,
    page_texts,
)
from geneboard.benchmark.report.page.pictures import Files
from geneboard.benchmark.report.page.sensitivity import degradation_meanings, sensitivity_view
from geneboard.benchmark.report.page.views import across_view, board_view, sections
from geneboard.benchmark.report.page.words import counted, listed
from geneboard.benchmark.report.wording import CONTROLS, HOLDOUT, MISSING, NOT_COMPARABLE
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import Sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.findings import RULES
from geneboard.datasets.atomic import write_atomically

HERE = Path(__file__).parent

LEGEND = (
    "Bold is the best of the methods in a column and underlined the second best, as far as the digits shown "
    "tell them apart; controls take no part. A small number leads to a note under the table."
)
ACROSS_LEGEND = (
    "In small print below a score of ours stand those of others (publ.: published), and ours minus theirs."
)


def build_pages(
    out: Path,
    boards: Sequence[Board],
    acrosses: Sequence[Across] = (),
    pictures: Files | None = None,
    sensitivities: Sequence[Sensitivity] = (),
    inference: Inference = NO_INFERENCE,
) -> list[Path]:
    """Write leaderboard.html of every board of both tasks, across_tissues.html, and report.html.

    Parameters
    ----------
    out
        Result folder.
    boards, acrosses
        What the pages show; `acrosses` are those of the same boards.
    pictures
        Picture files by path relative to `out`, as they are saved beside the tables; PNG are shown.
    sensitivities
        Degradation runs of the result folder.
    inference
        What the pages show of the L1000 task.

    Returns
    -------
    list of Path
        The files written. The same input gives the same bytes.
    """
    pages = {board.group.folder / "leaderboard.html": render_board_page(board) for board in boards}
    pages |= {across.folder / "across_tissues.html": render_across_page(across) for across in acrosses}
    pages |= {
        board.group.folder / "leaderboard.html": render_inference_page(board) for board in inference.boards
    }
    pages[PurePath("report.html")] = render_report(boards, acrosses, pictures or {}, sensitivities, inference)
    for name, text in pages.items():
        write_atomically(out / name, text.encode())
    return [out / name for name in pages]


def render_report(
    boards: Sequence[Board],
    acrosses: Sequence[Across],
    pictures: Files,
    sensitivities: Sequence[Sensitivity],
    inference: Inference = NO_INFERENCE,
) -> str:
    """Return report.html: everything, in one file that needs no other; parameters as of `build_pages`."""
    extra = [metric for board in boards for metric in shown_extra(board.frame)]
    return _render(
        "report.html.j2",
        title="Leaderboards of gene representations",
        sections=sections(boards, acrosses, pictures),
        sensitivities=[sensitivity_view(sensitivity, pictures) for sensitivity in sensitivities],
        degradations=degradation_meanings(),
        rules=RULES,
        definitions=definitions_of(list(dict.fromkeys([*METRICS, *extra]))),
        run_sentence=run_sentence(boards),
        holdout_sentence=HOLDOUT,
        inference=inference_sections(inference, pictures),
        inference_metrics=metric_meanings(),
        inference_run_sentence=inference_run_sentence(inference),
    )


def render_board_page(board: Board) -> str:
    """Return leaderboard.html of a board: its tables and sentences, without pictures."""
    view = board_view(board, {})
    title = f"Leaderboard: {view.heading} ({board.group.source}, preset {board.group.preset})"
    return _render("board_page.html.j2", title=title, board=view)


def render_inference_page(board: InferenceBoard) -> str:
    """Return leaderboard.html of a problem of the L1000 task: its tables and sentences, without pictures."""
    view = inference_view(board, {})
    title = f"Inference from landmarks: {view.heading} ({board.group.source}, preset {board.group.preset})"
    return _render("inference_page.html.j2", title=title, board=view)


def render_across_page(across: Across) -> str:
    """Return across_tissues.html: the tables over all tissues, without pictures."""
    view = across_view(across, {})
    return _render("across_page.html.j2", title=view.heading, across=view)


def run_sentence(boards: Sequence[Board]) -> str:
    """Return how much was run, and how it ended.

    A record on the genes of a precomputed embedding is a further score of a training that has a record of its
    own, so it is no cell.
    """
    records = [record for board in boards for record in board.group.records]
    cells = [record for record in records if "covered_by" not in record]
    again = len(records) - len(cells)
    sentence = (
        f"{counted(len(boards), 'leaderboard')} of {_methods(cells)}, made from the records of "
        f"{_cells(cells)}. A cell is one method, with one set of hyper-parameters, on "
        "one tissue, with one seed."
    )
    if again:
        sentence += (
            f" The same trainings give {counted(again, 'further record')}, on the genes of a precomputed "
            "embedding alone."
        )
    return sentence


def inference_run_sentence(inference: Inference) -> str:
    """Return how much was run of the L1000 task, and how it ended."""
    cells = [record for board in inference.boards for record in board.group.records]
    return (
        f"{counted(len(inference.boards), 'leaderboard')} of {_methods(cells)}, made from the records of "
        f"{_cells(cells)}. A cell is one method, with one set of hyper-parameters, on one problem, with one "
        "seed, which draws the split of the patients too."
    )


def _cells(records: Sequence[Record]) -> str:
    """Return how many cells there are, and how they ended: "3 cells (2 ok, 1 failed)"."""
    ends = Counter(record["status"] for record in records)
    told = ", ".join(
        f"{ends[status]} {status}" for status in sorted(ends, key=lambda end: (end != "ok", end))
    )
    return f"{counted(len(records), 'cell')} ({told})"


def _methods(records: Iterable[Record]) -> str:
    """Return how many methods of each kind there are, of those kinds that there are."""
    kinds: Counter[str] = Counter(
        kind for _, kind in {(record["method"], record["kind"]) for record in records}
    )
    nouns = {kind: "published method" if kind == "published" else kind for kind in KIND_ORDER}
    return listed([counted(kinds[kind], noun) for kind, noun in nouns.items() if kind in kinds])


def _render(template: str, **content: Any) -> str:
    return _environment().get_template(template).render(content)


@cache
def _environment() -> jinja2.Environment:
    """Return the templates with what all pages share; whatever they show is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = (HERE / "style.css").read_text(encoding="utf-8")
    script = (HERE / "table.js").read_text(encoding="utf-8")
    environment.globals.update(
        style=Markup(style),
        script=Markup(script),
        style_hash=content_hash(style),
        script_hash=content_hash(script),
        missing=MISSING,
        not_comparable=NOT_COMPARABLE,
        controls_sentence=CONTROLS,
        legend=LEGEND,
        across_legend=ACROSS_LEGEND,
        inference_not_comparable=INFERENCE_NOT_COMPARABLE,
        inference_texts=page_texts(),
    )
    return environment


def content_hash(text: str) -> str:
    """Return a style or script as a Content-Security-Policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
