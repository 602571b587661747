"""A leaderboard as a LaTeX table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from benchmark.report.best import Mark, best_and_second
from benchmark.report.boards import Board
from benchmark.report.columns import METRICS
from benchmark.report.groups import Group
from benchmark.report.latex_text import escape, figure, row, table
from benchmark.report.wording import (
    CONTROLS,
    NOT_COMPARABLE,
    PUBLISHED_LABEL,
    SYNTHETIC,
    UNDEFINED,
    interval_cell,
    interval_sentences,
    is_synthetic,
    metric_cell,
    notes,
    number,
    rank_sentence,
    scale_sentences,
)

DIGITS = {**dict.fromkeys(METRICS, 3), "average_score": 3, "average_rank": 2}
"""Columns in which the best and the second best are marked, and their digits after the point."""

DAGGER = r"$^\dagger$"
_MARKED = {"best": r"\textbf{%s}", "second": r"\underline{%s}", "": "%s"}


def render_latex(board: Board) -> str:
    r"""Return leaderboard.tex: a table environment that needs the package booktabs.

    In every column of `DIGITS` the best of the methods is bold and the second best underlined, as far as the
    digits shown tell them apart. Controls stand below, in italics.
    """
    group, frame = board.group, board.frame
    is_control = frame["kind"] == "control"
    marks = {column: _marks(frame, column) for column in DIGITS}
    has_published = bool(frame["published_score"].notna().any())
    header = [*_HEADER_LEFT, *([f"Publ.{DAGGER}"] if has_published else []), *_HEADER_RIGHT]
    lines = [
        _cells(line, {column: marks[column][place] for column in DIGITS}, has_published)
        for place, line in enumerate(frame.to_dict("records"))
    ]
    controls = [row([rf"\textit{{{cell}}}" for cell in lines[i]]) for i in range(len(lines)) if is_control[i]]
    return table(
        caption=_caption(group),
        label="tab:" + "-".join(group.folder.parts),
        columns="l" + "r" * (len(header) - 1),
        lines=[
            row(header),
            r"\midrule",
            *(row(lines[i]) for i in range(len(lines)) if not is_control[i]),
            *([r"\midrule", *controls] if controls else []),
        ],
        notes=[escape(note) for note in _notes(board)] + ([_published_note()] if has_published else []),
    )


_HEADER_LEFT = ("Method", *METRICS, "Score", "Over seeds", "Over data", "Ties", "Rank")
_HEADER_RIGHT = ("Seeds", "s", "MB")


def _marks(frame: pd.DataFrame, column: str) -> list[Mark]:
    shown = [
        None if kind == "control" or not seeds or pd.isna(value) else float(number(value, DIGITS[column]))
        for kind, seeds, value in zip(frame["kind"], frame["seeds"], frame[column], strict=True)
    ]
    return best_and_second(shown, lower_is_better=column == "average_rank")


def _cells(line: dict[Any, Any], marks: Mapping[str, Mark], has_published: bool) -> list[str]:
    def marked(column: str, text: str) -> str:
        return _MARKED[marks[column]] % figure(text.replace(UNDEFINED, f"{UNDEFINED}."))

    def interval(column: str) -> str:
        low, _, high = interval_cell(line, column, 2).partition("..")
        return figure(f"[{low}, {high}]" if high else low)

    failed = f" ({line['status']})" if not line["seeds"] else ""
    return [
        escape(f"{line['title']}{failed}"),
        *(marked(metric, metric_cell(line, metric, DIGITS[metric])) for metric in METRICS),
        marked("average_score", number(line["average_score"], DIGITS["average_score"])),
        interval("average_score"),
        interval("average_score_datasets"),
        escape(line.get("tie_group", "")),
        marked("average_rank", number(line["average_rank"], DIGITS["average_rank"])),
        *([figure(number(line["published_score"], 2))] if has_published else []),
        str(line["seeds"]),
        figure(number(line["wall_seconds"], 1)),
        figure(number(line["peak_mb"], 0)),
    ]


def _caption(group: Group) -> str:
    seeds = ", ".join(map(str, sorted({record["seed"] for record in group.records})))
    genes = f", only the genes of {group.covered_by}" if group.covered_by else ""
    warning = rf" \textbf{{{escape(SYNTHETIC)}}}" if is_synthetic(group) else ""
    return (
        escape(
            f"Leaderboard of {group.tissue}{genes}: source {group.source}, preset {group.preset}, seeds {seeds}, "
            f"{len(group.datasets)} datasets, data sha256 {group.data_hash}. The best method of each column is "
            f"bold, the second best underlined; controls are in italics. {NOT_COMPARABLE}"
        )
        + warning
    )


def _notes(board: Board) -> list[str]:
    frame = board.frame
    lines = [f"{', '.join(titles)}: {note}." for note, titles in _titles_by_note(frame).items()]
    lines += scale_sentences(frame)
    lines += [rank_sentence(), *interval_sentences(frame)]
    if (frame["kind"] == "control").any():
        lines.append(CONTROLS)
    return lines


def _titles_by_note(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Return which rows lack what: rows that lack the same share a note."""
    titles: dict[str, list[str]] = defaultdict(list)
    for title, note in notes(frame):
        titles[note].append(title)
    return titles


def _published_note() -> str:
    return DAGGER + escape(f"Average score of arXiv 2310.02275 ({PUBLISHED_LABEL}).")
