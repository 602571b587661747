"""Pictures in the page: which there are, their captions, and what they show in words."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

import pandas as pd

from geneboard.benchmark.report.phrases import FrameRow, best_row, controls_of, methods_of
from geneboard.benchmark.report.rows import Leaderboard, Row, make_rows
from geneboard.benchmark.report.wording import number
from geneboard.benchmark.tasks.embedding.across.across import Across
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import METRICS

Files = Mapping[PurePath, bytes]
"""Contents of picture files by their path relative to the result folder."""

_CAPTIONS = {
    "heatmap": "The six metrics of every row, as in the table.",
    "average_score": "Average score with its intervals.",
    "critical_difference": "Mean rank over the tissues. A bar joins methods that are less than the critical "
    "difference apart.",
    "cost": "What a score costs: processor time of one training against the average score.",
    "inference_scores": "Scores of every row with the interval over seeds; the dashed line is the linear "
    "baseline.",
    "training_curves": "Training curves: the loss of each method by epoch. Only its course can be compared; "
    "each method has a loss of its own.",
    "landmark_budget": "Scores by number of landmarks that are inputs; the band is the interval over seeds.",
    "organs_left_out": "Scores of every method on the organ that training left out.",
    "platforms": "Scores of every method on another expression set than that of training.",
    "sensitivity": "Scores of every metric at every level of every degradation.",
    "umap_dataset": "UMAP of the embeddings, coloured by dataset.",
    "umap_cluster": "UMAP of the embeddings, coloured by cluster.",
    "umap_module": "UMAP of the embeddings, coloured by true module.",
}
"""Captions by name, in the order in which pictures stand in the page; others follow."""

_MANY_PANELS = (
    "training_curves",
    "umap_",
    "sensitivity",
    "inference_scores",
    "landmark_budget",
    "organs_left_out",
    "platforms",
)
"""How the names of pictures begin whose panels would be too small side by side with another picture."""


@dataclass(frozen=True)
class Picture:
    """A picture that is part of the page; its size is in pixels, a wide one has a line of its own."""

    caption: str
    alt: str
    uri: str
    width: int
    height: int
    wide: bool


def pictures_in(folder: PurePath, files: Files, words: Mapping[str, str]) -> tuple[Picture, ...]:
    """Return the PNG files of a folder in their order.

    Parameters
    ----------
    folder
        The folder, relative to the result folder.
    files
        Contents of all pictures by path relative to the result folder; other formats are left aside.
    words
        What each picture shows, by its name without ending; it stands in for those who do not see it.
    """
    here = {path.stem: files[path] for path in files if path.parent == folder and path.suffix == ".png"}
    order = [*(name for name in _CAPTIONS if name in here), *sorted(set(here) - set(_CAPTIONS))]
    return tuple(_picture(name, here[name], words) for name in order)


def _picture(name: str, content: bytes, words: Mapping[str, str]) -> Picture:
    without_targets = name.partition("-")[0]  # "landmark_budget-1000-targets"
    caption = _CAPTIONS.get(without_targets, name.replace("_", " ").capitalize() + ".")
    width, height = struct.unpack(">II", content[16:24])  # the first chunk of a PNG is its size
    return Picture(
        caption=caption,
        alt=words.get(name, caption),
        uri=f"data:image/png;base64,{base64.b64encode(content).decode()}",
        width=width,
        height=height,
        wide=name.startswith(_MANY_PANELS),
    )


def board_words(board: Board, rows: Sequence[FrameRow]) -> dict[str, str]:
    """Return what the pictures of a leaderboard show, in words, by name."""
    methods = methods_of(rows)
    by_dataset = f"By iLISI, {_ends(methods, 'iLISI', 'mixes the datasets most')}"
    by_cluster = f"By CGR, {_ends(methods, 'CGR', 'brings the same gene of several datasets together most')}"
    by_module = (
        f"By module_nmi, {_ends(methods, 'module_nmi', 'has the clusters most like the true modules')}"
    )
    return {
        "heatmap": f"Heat map of six metrics. Highest values of the methods: {_highest(methods)}.",
        "average_score": f"Average scores, best first: {_in_order(methods)}.{_controls(rows)}",
        "cost": _cost(methods),
        "training_curves": curves_words(board),
        "umap_dataset": f"Maps of the embeddings, one for each method, coloured by dataset. {by_dataset}",
        "umap_cluster": f"Maps of the embeddings, one for each method, coloured by cluster. {by_cluster}",
        "umap_module": f"Maps of the embeddings, one for each method, coloured by true module. {by_module}",
    }


def _highest(methods: Sequence[FrameRow]) -> str:
    found = [(metric, best_row(methods, metric)) for metric in METRICS]
    return "; ".join(
        f"{metric} {row['title']} {number(row[metric], 3)}" for metric, row in found if row is not None
    )


def _in_order(rows: Sequence[FrameRow]) -> str:
    scored = [row for row in rows if pd.notna(row["average_score"])]
    scored.sort(key=lambda row: -row["average_score"])
    return ", ".join(f"{row['title']} {number(row['average_score'], 2)}" for row in scored)


def _controls(rows: Sequence[FrameRow]) -> str:
    told = _in_order(controls_of(rows))
    return f" Controls: {told}." if told else ""


def _ends(methods: Sequence[FrameRow], metric: str, what: str) -> str:
    best, worst = best_row(methods, metric), best_row(methods, metric, lowest=True)
    if best is None or worst is None:
        return "there is no value."
    return (
        f"{best['title']} {what} ({number(best[metric], 2)}) and {worst['title']} least "
        f"({number(worst[metric], 2)})."
    )


def _cost(methods: Sequence[FrameRow]) -> str:
    shown = [row for row in methods if row["cpu_seconds"] > 0 and pd.notna(row["average_score"])]
    best, fastest = best_row(shown, "average_score"), best_row(shown, "cpu_seconds", lowest=True)
    if best is None or fastest is None:
        return "Processor time against average score."
    return "Processor time against average score. " + " ".join(
        f"The {which}, {row['title']}, takes {number(row['cpu_seconds'], 1)} s for "
        f"{number(row['average_score'], 2)}."
        for which, row in (("best", best), ("fastest", fastest))
    )


def curves_words(board: Leaderboard) -> str:
    """Return in words how the training of each method went."""
    rows = {row.name: row for row in make_rows(board.group.records)}
    courses = [_course(rows[name]) for name in board.frame["method"]]
    told = "; ".join(course for course in courses if course)
    return f"Training curves, first and last value of the first seed: {told}."


def _course(row: Row) -> str:
    """Return how the loss of a row went, or another curve where it has none; nothing without curves."""
    for record in row.scored:
        curves = {name: curve for name, curve in record["history"].items() if len(curve) > 1}
        if curves:
            name = "loss" if "loss" in curves else min(curves)
            return f"{row.title}: {name} from {curves[name][0]:.3g} to {curves[name][-1]:.3g}"
    return ""


def across_words(across: Across) -> dict[str, str]:
    """Return what the pictures over all tissues show, in words, by name."""
    if across.nemenyi is None:
        return {}
    ranks = across.nemenyi.mean_ranks
    order = ", ".join(f"{title} {number(rank, 2)}" for title, rank in ranks.items())
    return {
        "critical_difference": f"Mean ranks over {len(across.tissues)} tissues, best first: {order}. The "
        f"critical difference is {number(across.nemenyi.critical_difference, 2)}."
    }
