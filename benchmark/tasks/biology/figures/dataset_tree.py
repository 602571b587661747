"""The tree of the datasets of several tissues, by the method that tells tissues best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure as Drawing
from scipy.cluster.hierarchy import leaves_list

from geneboard.benchmark.report.figures.style import GREY, Heading, dot_look, key, new_figure, short
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.datasets import best_trees, merges_of

ROW = 0.24
"""Inches for a dataset."""


def tree_figures(board: BiologyBoard) -> Iterator[Figure]:
    """Return a dendrogram where a method has compared the datasets of several tissues."""
    for found in best_trees(board):
        title, answer = found.entry.row.title, found.answer
        told = [
            f"{', '.join(one['datasets'])} ({100 * one['support']:.0f} %)"
            for one in merges_of(answer["tree"])
            if one["support"] is not None
        ]
        value = number(found.entry.answers[found.question].value, 3)
        yield Figure(
            "dataset_tree",
            partial(draw, Heading.of(board.group, f"Which datasets are alike? {title}"), answer["tree"]),
            alt=f"Tree of the datasets, {title}; AUC for datasets of one tissue {value}. Clades and their "
            f"support: {'; '.join(told)}.",
            caption="Average linkage of 1 - correlation of profiles; support in percent, genes drawn anew.",
            wide=True,
        )


def draw(heading: Heading, tree: Mapping[str, Any]) -> Drawing:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    tree
        ``datasets``, ``tissues``, ``merges`` (as of scipy) and ``support`` (of each merge, or None).
    """
    tissues: Sequence[str] = tree["tissues"]
    looks = {name: dot_look(place) for place, name in enumerate(dict.fromkeys(sorted(tissues)))}
    merges = np.array(tree["merges"])
    leaves = leaves_list(merges)
    place = np.empty(2 * len(leaves) - 1)
    place[leaves] = np.arange(len(leaves))
    height = np.concatenate([np.zeros(len(leaves)), merges[:, 2]])
    notes = ["Numbers: support of a clade in percent, over genes drawn anew."]
    figure = new_figure(
        8.4,
        0.7 + ROW * len(leaves),
        heading,
        notes,
        [key(name, **look) for name, look in looks.items()],
    )
    axes = figure.subplots()
    within = [{tissue} for tissue in tissues]  # the tissues below each node
    for node, (left, right, at, _) in enumerate(merges, start=len(leaves)):
        ends = [int(left), int(right)]
        place[node] = place[ends].mean()
        within.append(within[ends[0]] | within[ends[1]])
        colour = looks[min(within[node])]["color"] if len(within[node]) == 1 else GREY
        axes.plot([height[ends[0]], at, at, height[ends[1]]], np.repeat(place[ends], 2), color=colour)
    for node, support in enumerate(tree["support"], start=len(leaves)):
        if support is not None:
            axes.annotate(
                f"{100 * support:.0f}",
                (height[node], place[node]),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
                gid="support",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )
    for leaf in leaves:
        axes.plot(
            0,
            place[leaf],
            linestyle="none",
            clip_on=False,
            gid=tree["datasets"][leaf],
            **looks[tissues[leaf]],
        )
    axes.set_yticks(range(len(leaves)), [short(tree["datasets"][leaf], 34) for leaf in leaves])
    axes.tick_params(axis="y", length=0, pad=8)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(leaves) - 0.4, -0.6)
    axes.set_xlim(left=0)
    axes.set_xlabel("1 - similarity (correlation of profiles)")
    return figure
