"""Effects of a condition on the neighbourhoods of genes, beside those of permuted labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing
from matplotlib.lines import Line2D

from geneboard.benchmark.report.figures.style import GREY, Heading, new_figure
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.changed_genes import compared
from geneboard.benchmark.tasks.biology.conditions import NOT_BIOLOGY

BLUE = "#0072B2"
NAMED = 8
"""So many genes are named in the picture."""


def condition_figures(board: BiologyBoard) -> Iterator[Figure]:
    """Return a picture for each pair of conditions whose effects are known."""
    for place, found in enumerate(compared(board)):
        question, entry, answer = found.question, found.entry, found.answer
        if "histogram" in answer:
            title = f"Which neighbourhoods differ, {question.knowledge}? {entry.row.title}"
            genes = answer["genes"]
            top = list(zip(genes["gene"], genes["effect"], strict=True))[:NAMED]
            yield Figure(
                "conditions" + (f"_{place + 1}" if place else ""),
                partial(draw, Heading.of(board.group, title), answer["histogram"], top),
                alt=f"Effects of {question.knowledge} on neighbourhoods, {entry.row.title}. Largest: "
                + ", ".join(f"{gene} {number(effect, 2)}" for gene, effect in top)
                + ".",
                caption="Dissimilarity between conditions minus within, beside that of permuted labels.",
                wide=True,
            )


def draw(heading: Heading, histogram: Mapping[str, Any], top: list[tuple[str, float]]) -> Drawing:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    histogram
        ``edges``, and the number of genes in each bin: ``observed``, and mean over ``permuted`` labels.
    top
        Genes to name and their effects, the largest first.
    """
    edges = np.array(histogram["edges"])
    handles = [
        Line2D([], [], color=BLUE, label="genes"),
        Line2D([], [], color=GREY, linestyle="--", label="permuted labels (mean)"),
    ]
    note = NOT_BIOLOGY[:1].upper() + NOT_BIOLOGY[1:] + "."
    figure = new_figure(7.0, 3.2, heading, [note], handles)
    axes = figure.subplots()
    axes.stairs(histogram["observed"], edges, color=BLUE, fill=True, alpha=0.4, gid="observed")
    axes.stairs(histogram["permuted"], edges, color=GREY, linestyle="--", gid="permuted")
    axes.axvline(0.0, color=GREY, linewidth=0.6)
    axes.set_xlabel("effect: dissimilarity between conditions - within")
    axes.set_ylabel("genes")
    lines = [f"{gene}  {number(effect, 2)}" for gene, effect in top]
    axes.text(
        0.985, 0.97, "\n".join(["largest:", *lines]), transform=axes.transAxes, ha="right", va="top", size=7
    )
    return figure
