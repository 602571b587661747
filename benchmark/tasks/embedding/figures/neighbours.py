"""The nearest genes of some genes as bars, a panel for each gene and tissue."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from geneboard.benchmark.report.figures.style import GREY, PALE, Heading, key, new_figure, short
from geneboard.benchmark.report.wording import is_synthetic_source
from geneboard.benchmark.tasks.embedding.stored.find import StoredEmbedding
from geneboard.benchmark.tasks.embedding.stored.nearest import MEAN, Contrast

LOOKS: Mapping[bool, dict[str, Any]] = {
    True: {"facecolor": "#0072B2", "edgecolor": "#0072B2"},
    False: {"facecolor": PALE, "edgecolor": GREY},
}
"""Of the bar of a neighbour that shares a gene set, and of one that does not."""

NEAR_IN_ALL = "*: near in all of these tissues."

ACROSS = 4
"""Panels beside each other; more would be too narrow to read."""

PANEL, BAR, AROUND = 2.3, 0.17, 0.6
"""Width of a panel, height of a bar, and of what stands above and below the bars of a panel, in inches."""


@dataclass(frozen=True)
class Panel:
    """The neighbours of a gene in a tissue, the nearest first.

    Attributes
    ----------
    title
        The gene and the tissue.
    names, similarities
        Of the neighbours; similarities are means over datasets.
    shares_set
        Which of them share a gene set with the gene.
    instead
        What stands where there are none.
    """

    title: str
    names: Sequence[str] = ()
    similarities: Sequence[float] = ()
    shares_set: Sequence[bool] = ()
    instead: str = ""


def neighbours_figure(
    table: pd.DataFrame,
    contrasts: Mapping[str, Contrast],
    genes: Sequence[str],
    found: Sequence[StoredEmbedding],
) -> Figure:
    """Return the nearest genes on average over datasets as a figure.

    Parameters
    ----------
    table
        Columns gene, tissue, dataset, neighbour, similarity and gene_sets; the mean over datasets is
        `nearest.MEAN`.
    contrasts
        By gene, what is near in all tissues.
    genes, found
        What was asked, in order.
    """
    means = table[table["dataset"] == MEAN] if len(table) else pd.DataFrame(columns=["gene", "tissue"])
    rows = []
    for gene in genes:
        shared = contrasts[gene].shared if gene in contrasts else ()
        own = means[means["gene"] == gene].groupby("tissue", sort=False)
        panels = [_panel(f"{gene} in {tissue}", part, shared) for tissue, part in own]
        rows.append(panels or [Panel(gene, instead="has no neighbours")])
    origins = [
        f"{one.board.tissue}: {one.row.title}, seed {one.record['seed']}, source {one.board.source}, preset "
        f"{one.board.preset}"
        for one in found
    ]
    synthetic = any(is_synthetic_source(one.board.source) for one in found)
    heading = Heading(f"Nearest genes of {', '.join(genes)}", f"{'; '.join(origins)}.", synthetic)
    return draw(heading, rows, notes=["Mean over datasets.", *([NEAR_IN_ALL] if contrasts else [])])


def _panel(title: str, own: pd.DataFrame, shared: Collection[str]) -> Panel:
    return Panel(
        title,
        [f"{name}*" if name in shared else str(name) for name in own["neighbour"]],
        list(own["similarity"]),
        [bool(sets) for sets in own["gene_sets"]],
    )


def draw(heading: Heading, rows: Sequence[Sequence[Panel]], *, notes: Sequence[str] = ()) -> Figure:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    rows
        For each gene a panel for each tissue that has it.
    notes
        For the bottom.
    """
    lines = [list(row[start : start + ACROSS]) for row in rows for start in range(0, len(row), ACROSS)]
    columns = max(map(len, lines))
    heights = [AROUND + BAR * max(1, *(len(panel.names) for panel in line)) for line in lines]
    handles = [
        key("shares a gene set", marker="s", color=LOOKS[True]["facecolor"]),
        key("shares none that is known", marker="s", markerfacecolor=PALE, markeredgecolor=GREY),
    ]
    figure = new_figure(max(5.0, 0.2 + PANEL * columns), sum(heights), heading, notes, handles)
    grid = figure.subplots(len(lines), columns, squeeze=False, gridspec_kw={"height_ratios": heights})
    lowest = min([0.0, *(value for line in lines for panel in line for value in panel.similarities)])
    for axes in grid.flat:
        axes.set_axis_off()
    for line, own in zip(lines, grid, strict=True):
        for panel, axes in zip(line, own, strict=False):
            axes.set_axis_on()
            axes.set_title(short(panel.title, 34), loc="left", fontweight="bold")
            _draw_panel(axes, panel, max(len(panel.names) for panel in line), lowest)
    return figure


def _draw_panel(axes: Any, panel: Panel, n_bars: int, lowest: float) -> None:
    axes.set_xlim(lowest, 1.18)  # behind a bar of 1 stands its number
    axes.set_ylim(max(n_bars, 1) - 0.4, -0.6)
    axes.set_xticks([0, 0.5, 1])
    axes.set_xlabel("cosine similarity")
    axes.tick_params(axis="y", length=0)
    axes.set_yticks(range(len(panel.names)), [short(name, 18) for name in panel.names])
    if panel.instead:
        axes.text(0.02, 0, panel.instead, va="center", style="italic", color=GREY)
    bars = zip(panel.similarities, panel.shares_set, strict=True)
    for y, (value, shares) in enumerate(bars):
        axes.barh(y, value, height=0.72, linewidth=0.6, **LOOKS[shares])
        axes.text(max(value, 0.0) + 0.02, y, f"{value:.2f}", va="center_baseline", fontsize=7)
