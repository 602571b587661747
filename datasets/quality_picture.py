"""The picture of a tissue's graphs: degrees of the genes, and edges that two datasets share."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.graph_files import split_name
from geneboard.datasets.quality import degree_quantiles, edge_overlap

DOTS_PER_INCH = 110

MOST_NUMBERS = 12
"""Datasets up to which the heat map has its numbers written in; beyond they are too small to read."""


def quality_picture(graphs: Sequence[GeneGraph]) -> bytes:
    """Return a PNG that is the same bytes whenever it is drawn of the same graphs.

    Left, the distribution of degrees of each dataset: the box from the 25 % to the 75 % quantile with the
    median, lines to the smallest and the largest. Right, if there are several datasets, the share of the
    edges of one (row) that another (column) has too, with the share expected by chance below it. Colours
    grow lighter steadily (cividis), so that they can be told apart by colour-blind readers and in grey.
    """
    from matplotlib import style
    from matplotlib.figure import Figure

    n = len(graphs)
    labels = [" ".join(split_name(graph.name)[::2]) for graph in graphs]
    with style.context("default"):  # whatever the user's own settings of matplotlib are
        height = max(2.6, 1.2 + 0.45 * n)
        figure = Figure(figsize=(6.0 if n == 1 else 7.0 + 1.0 * height, height), layout="constrained")
        axes = figure.subplots(1, min(n, 2), squeeze=False, width_ratios=[1.0] if n == 1 else [1.0, 1.2])[0]
        _draw_degrees(axes[0], graphs, labels)
        if n > 1:
            _draw_overlap(figure, axes[1], graphs, labels)
        image = io.BytesIO()
        # Without the name and version of the program, which would change the bytes.
        figure.savefig(image, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return image.getvalue()


def _draw_degrees(axis: Any, graphs: Sequence[GeneGraph], labels: list[str]) -> None:
    boxes = []
    for graph, label in zip(graphs, labels, strict=True):
        low, first, middle, third, high = degree_quantiles(graph).values()
        boxes.append({"label": label, "whislo": low, "q1": first, "med": middle, "q3": third, "whishi": high})
    axis.bxp(
        boxes,
        orientation="horizontal",
        showfliers=False,
        widths=0.6,
        patch_artist=True,
        boxprops={"facecolor": "0.82", "edgecolor": "black"},
        medianprops={"color": "black", "linewidth": 2.0},
    )
    axis.invert_yaxis()  # the first dataset on top, as in the heat map
    axis.set_xlim(left=0)
    axis.set_xlabel("degree (other genes joined to a gene)")
    axis.set_title("Degrees", fontsize=10)


def _draw_overlap(figure: Any, axis: Any, graphs: Sequence[GeneGraph], labels: list[str]) -> None:
    share, expected = edge_overlap(graphs)
    image = axis.imshow(np.ma.masked_invalid(share), cmap="cividis", vmin=0, vmax=1, aspect="auto")
    axis.set_facecolor("white")
    axis.set_xticks(range(len(graphs)), labels, rotation=40, ha="right", rotation_mode="anchor")
    axis.set_yticks(range(len(graphs)), labels)
    axis.set_title("Share of the row's edges found in the column\n(by chance, from its density)", fontsize=10)
    figure.colorbar(image, ax=axis, fraction=0.05)
    if len(graphs) > MOST_NUMBERS:
        return
    for row, column in np.argwhere(~np.isnan(share)):
        value, chance = share[row, column], expected[row, column]
        colour = "black" if value > 0.5 else "white"
        text = f"{value:.2f}\n({chance:.2f})"
        axis.text(column, row, text, ha="center", va="center", color=colour, fontsize=7)
