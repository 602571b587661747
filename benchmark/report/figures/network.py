"""A network: nodes are boxes that do not cover each other, arrows say by colour and end what they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Rectangle

from geneboard.benchmark.report.figures.style import Heading, new_figure

WIDTH = 8.0
"""Inches that the boxes lie in."""

BOX, LETTER, MARGIN, GAP = 0.21, 0.079, 0.12, 0.08
"""Inches: height of a box, width of a letter, what stands beside a name, least distance of two boxes."""

UNCONNECTED = 4
"""Steps that nodes of different parts of the network are taken to be apart."""

ROUNDS = 2000
"""In which boxes move apart at most."""


def draw(
    heading: Heading,
    nodes: pd.DataFrame,
    edges: pd.DataFrame,
    looks: Mapping[str, Mapping[str, Any]],
    *,
    handles: Sequence[Line2D],
    notes: Sequence[str] = (),
) -> Figure:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    nodes
        By name: fill (a colour) and is_source (bold, with a strong frame).
    edges
        Columns: start, end (names), kind.
    looks
        Of each kind of edge, as `matplotlib.patches.FancyArrowPatch` takes them.
    handles, notes
        What the legend explains, and sentences for the bottom.
    """
    sizes = box_sizes(list(nodes.index))
    centres = layout(nodes.index, edges, sizes)
    low, high = (centres - sizes / 2).min(axis=0), (centres + sizes / 2).max(axis=0)
    figure = new_figure(WIDTH + 0.4, high[1] - low[1] + 0.3, heading, notes, handles)
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal")
    axes.set_xlim(min(low[0], 0) - GAP, max(high[0], WIDTH) + GAP)
    axes.set_ylim(low[1] - GAP, high[1] + GAP)
    boxes = {}
    for (name, node), centre, size in zip(nodes.iterrows(), centres, sizes, strict=True):
        frame = {
            "edgecolor": "black" if node["is_source"] else "#BBBBBB",
            "linewidth": 0.6 + 0.8 * node["is_source"],
        }
        boxes[name] = Rectangle(
            centre - size / 2, *size, facecolor=node["fill"], zorder=2, gid="node", **frame
        )
        axes.add_patch(boxes[name])
        weight = "bold" if node["is_source"] else "normal"
        axes.text(
            centre[0],
            centre[1],
            str(name),
            ha="center",
            va="center_baseline",
            fontsize=7,
            weight=weight,
            zorder=3,
        )
    place = dict(zip(nodes.index, centres, strict=True))
    for start, end, kind in edges[["start", "end", "kind"]].to_numpy():
        axes.add_patch(
            FancyArrowPatch(
                place[start], place[end], patchA=boxes[start], patchB=boxes[end],
                shrinkA=0, shrinkB=1, mutation_scale=7, zorder=1, gid=kind, **looks[kind],
            )
        )  # fmt: skip
    return figure


def box_sizes(names: Sequence[str]) -> np.ndarray:
    """Return width and height of the box of each name in inches, shape (n, 2)."""
    return np.array([[LETTER * len(name) + MARGIN, BOX] for name in names])


def layout(names: pd.Index, edges: pd.DataFrame, sizes: np.ndarray) -> np.ndarray:
    """Return the centres of boxes in inches, shape (n, 2): near each other if few steps are between them.

    Parameters
    ----------
    names
        Of the nodes.
    edges
        Columns start and end.
    sizes
        `box_sizes`.
    """
    graph = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_edges_from(edges[["start", "end"]].itertuples(index=False))
    steps = dict(nx.all_pairs_shortest_path_length(graph))
    apart = {one: {other: steps[one].get(other, UNCONNECTED) for other in names} for one in names}
    found = nx.kamada_kawai_layout(graph, dist=apart)
    centres = np.array([found[name] for name in names])
    centres -= centres.mean(axis=0)
    extent = np.abs(centres).max(axis=0)
    height = 1.2 + 0.14 * len(names)
    centres *= np.divide([WIDTH * 0.45, height / 2], extent, out=np.ones(2), where=extent > 0)
    return moved_apart(centres + np.array([WIDTH / 2, 0]), sizes)


def moved_apart(centres: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return centres of which no two boxes are nearer than `GAP`; pairs move along the shorter way."""
    centres, n = centres.copy(), len(centres)
    before = np.sign(np.arange(n)[:, None] - np.arange(n))[
        :, :, None
    ]  # whom to move where two are at one place
    for _ in range(ROUNDS):
        apart = centres[:, None] - centres[None]
        lacking = (sizes[:, None] + sizes[None]) / 2 + GAP - np.abs(apart)
        touching = (lacking > 1e-6).all(axis=2) & ~np.eye(n, dtype=bool)
        if not touching.any():
            break
        along = np.arange(2) == lacking.argmin(axis=2)[:, :, None]
        direction = np.where(apart == 0, before, np.sign(apart))
        centres += (touching[:, :, None] * along * direction * (lacking / 2 + 1e-3) * 0.6).sum(axis=1)
        half = sizes[:, 0] / 2
        centres[:, 0] = np.clip(centres[:, 0], half, WIDTH - half)
    return centres
