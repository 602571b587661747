"""The embeddings of every method of a tissue as maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from geneboard.benchmark.report.pictures.panels import Grid, first_scored, grid, rows_in_order
from geneboard.benchmark.report.pictures.style import (
    CAPTION_LINE,
    MARKERS,
    OKABE_ITO,
    caption,
    new_figure,
    picture_style,
    short,
    tissue_title,
    wrapped,
)
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.maps.layout import GRID, Layout

By = Literal["dataset", "cluster", "module"]
"""What points are coloured by."""

PANEL = (1.4, 1.4)
GAPS = (0.12, 0.26)
MOST_IN_LEGEND = 24
RIM = 0.03
"""Empty rim of a panel, as a share of its size."""

NOTE = "UMAP distances are not measurements; metrics are computed on the embedding itself."


@dataclass(frozen=True)
class Map:
    """The layout of one row of a leaderboard."""

    title: str
    layout: Layout


def maps_of(board: Board, layouts: Mapping[str, Layout], by: By = "dataset") -> list[Map]:
    """Return the maps of a leaderboard, in the order of its table; of each method the first seed."""
    found = []
    for row in rows_in_order(board):
        record = first_scored(row)
        layout = layouts.get(record["key"]) if record is not None else None
        if layout is not None and (by != "module" or layout.module is not None):
            found.append(Map(row.title, layout))
    return found


def draw(board: Board, layouts: Mapping[str, Layout], by: By) -> Figure:
    """Return a map for each method that has a layout.

    Parameters
    ----------
    board
        The leaderboard.
    layouts
        Layouts by the key of the record.
    by
        What points are coloured by. Colours and marks begin anew after 56 (8 colours, 7 marks).
    """
    maps = maps_of(board, layouts, by)
    names = _names(maps, by)
    notes = _notes(board, maps, by, len(names))
    in_legend = names if len(names) <= MOST_IN_LEGEND else []
    columns = max(1, min(6, 110 // (max(map(len, in_legend), default=1) + 6)))
    below = 0.14 + 0.16 * -(-len(in_legend) // columns) + CAPTION_LINE * len(notes)
    places = grid(len(maps), PANEL, GAPS, below)
    with picture_style():
        title = tissue_title(board.group, f"UMAP of the embeddings, coloured by {_WORDS[by]}")
        figure = new_figure(places.width, places.height, title, board.group, 0.12)
        # One pair of axes in inches for all panels: drawing takes a third of the time of a pair for each.
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, places.width)
        axes.set_ylim(0, places.height)
        _draw_frames(axes, places, [_title(one, by) for one in maps])
        _draw_points(axes, places, maps, [_codes(one.layout, by, names) for one in maps])
        if in_legend:
            figure.legend(
                handles=[_handle(number, name) for number, name in enumerate(in_legend)],
                loc="lower center", ncols=columns, handletextpad=0.1, columnspacing=0.8, borderaxespad=0.1,
                bbox_to_anchor=(0.5, (0.08 + CAPTION_LINE * len(notes)) / places.height),
            )  # fmt: skip
        caption(figure, notes)
    return figure


_WORDS = {"dataset": "dataset", "cluster": "Leiden cluster", "module": "true module"}


def _names(maps: list[Map], by: By) -> list[str]:
    """Return what colours stand for, the same in all panels; clusters are each method's own."""
    if by == "cluster":
        return []
    return sorted({name for one in maps for name in _names_of(one.layout, by)}, key=_numbers_in_order)


def _names_of(layout: Layout, by: By) -> tuple[str, ...]:
    return layout.datasets if by == "dataset" else layout.modules


def _numbers_in_order(name: str) -> tuple[int, str]:
    return (int(name) if name.isdecimal() else 0), name


def colour_of(code: int) -> str:
    """Return the colour of a number."""
    return OKABE_ITO[code % len(OKABE_ITO)]


def mark_of(code: int) -> str:
    """Return the mark of a number; neighbours differ in it as well, for prints in grey."""
    return MARKERS[code % len(MARKERS)]


def _handle(number: int, name: str) -> Line2D:
    return Line2D(
        [],
        [],
        color=colour_of(number),
        marker=mark_of(number),
        linestyle="none",
        markersize=4,
        label=short(name, 40),
    )


def _title(one: Map, by: By) -> str:
    number = f" ({one.layout.n_clusters})" if by == "cluster" else ""
    return short(one.title, 26 - len(number)) + number


def _draw_frames(axes: Any, places: Grid, titles: Sequence[str]) -> None:
    width, height = places.panel
    squares = [[(x, y), (x + width, y), (x + width, y + height), (x, y + height)] for x, y in places.corners]
    axes.add_collection(
        PolyCollection(squares, facecolors="none", edgecolors="#AAAAAA", linewidths=0.6, gid="panels")
    )
    for (x, y), title in zip(places.corners, titles, strict=True):
        axes.text(x + width / 2, y + height + 0.04, title, ha="center", va="bottom", gid="panel title")


def _draw_points(axes: Any, places: Grid, maps: Sequence[Map], codes: Sequence[np.ndarray]) -> None:
    """Draw the points of all panels, each panel with the same limits."""
    inner = np.array(places.panel) * (1 - 2 * RIM)
    points = np.concatenate([
        np.array(corner) + RIM * np.array(places.panel) + one.layout.coordinates / GRID * inner
        for corner, one in zip(places.corners, maps, strict=True)
    ])  # fmt: skip
    colours = to_rgba_array(OKABE_ITO)
    code = np.concatenate(codes)
    for number, mark in enumerate(MARKERS):
        of_mark = code % len(MARKERS) == number
        axes.scatter(
            *points[of_mark].T, s=4.5, c=colours[code[of_mark] % len(OKABE_ITO)], marker=mark, linewidths=0,
            rasterized=True, antialiased=False, gid="points",
        )  # fmt: skip


def _codes(layout: Layout, by: By, names: list[str]) -> np.ndarray:
    """Return the number of each point's colour."""
    if by == "cluster":
        return layout.cluster
    place = {name: number for number, name in enumerate(names)}
    own = np.array([place[name] for name in _names_of(layout, by)])
    return np.asarray(own[layout.dataset if layout.module is None or by == "dataset" else layout.module])


def _notes(board: Board, maps: list[Map], by: By, n_names: int) -> list[str]:
    width = 7.4
    notes = wrapped(NOTE, width)
    sizes = sorted({(len(one.layout.coordinates), one.layout.n_rows) for one in maps})
    shown, of = sizes[-1]
    if shown < of:
        notes += wrapped(f"First seed; {shown} of {of} (gene, dataset) pairs, drawn at random.", width)
    if by == "cluster":
        notes += wrapped(
            "Clusters are each method's own; in brackets their number. Colours and marks repeat.", width
        )
    elif n_names > MOST_IN_LEGEND:
        notes += wrapped(f"{n_names} {by}s: too many for a legend; colours repeat.", width)
    with_map = {one.title for one in maps}
    without = [title for title in board.frame["title"] if title not in with_map]
    if without:
        names = ", ".join(short(title, 26) for title in without)
        notes += wrapped(f"Without a map: {names}.", width)
    return notes
