"""The embeddings of every method of a tissue as maps."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure as Drawing

from geneboard.benchmark.report.figures.style import (
    MARKERS,
    OKABE_ITO,
    Heading,
    dot_look,
    key,
    new_figure,
    short,
)
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.report.wording import FrameRow, best_row, counted, methods_of
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.maps.layout import GRID, Layout

By = Literal["dataset", "cluster", "module"]
"""What points are coloured by."""

COLUMNS = 5
STEP = np.array([1.08, 1.26])
"""Distance of two panels, in widths of a panel; the height has room for a title of two lines."""

TITLE_WIDTH = 20
"""Characters of a line of a panel's title."""

PANEL_INCHES = 1.4
MOST_IN_LEGEND = 24
RIM = 0.03
"""Empty rim of a panel, as a share of its size."""

NOTE = "UMAP distances are not measurements; metrics are computed on the embedding itself."

_SHOWS: dict[By, tuple[str, str]] = {
    "dataset": ("dataset", "iLISI"),
    "cluster": ("Leiden cluster", "CGR"),
    "module": ("true module", "module_nmi"),
}
"""What colours are, and the metric of what they show."""


def map_figures(board: Board, layouts: Mapping[str, Layout]) -> list[Figure]:
    """Return the maps of a leaderboard, coloured by all that is known; of each method the first seed.

    Parameters
    ----------
    board
        The leaderboard.
    layouts
        Layouts by the key of the record.
    """
    rows = {row.name: row for row in make_rows(board.group.records)}
    first = {rows[name].title: rows[name].scored[:1] for name in board.frame["method"]}
    maps = {
        title: layouts[record["key"]]
        for title, records in first.items()
        for record in records
        if record["key"] in layouts
    }
    figures = []
    for by, (colour, metric) in _SHOWS.items():
        shown = {title: one for title, one in maps.items() if by != "module" or one.module is not None}
        if shown:
            lines = board.frame.to_dict("records")
            ends = _ends([row for row in methods_of(lines) if row["title"] in shown], metric)
            title = f"{board.group.tissue}: {ends or f'maps by {colour}'}"
            without = _without([row for row in lines if row["title"] not in shown], maps, rows)
            figures.append(
                Figure(
                    f"umap_{by}",
                    partial(draw, Heading.of(board.group, title), shown, by, without),
                    alt=f"Maps of the embeddings, one for each method, coloured by {colour}: "
                    f"{ends or 'there are no two values to compare'}.",
                    caption=f"UMAP of the embeddings, coloured by {colour}.",
                    wide=True,
                )
            )
    return figures


def _without(
    lines: Sequence[FrameRow], maps: Mapping[str, Layout], rows: Mapping[str, Row]
) -> dict[str, str]:
    """Return why rows have no map; those that were taken from another folder are counted."""
    own = {
        short(row["title"], 26): _why_no_map(row, is_mapped=row["title"] in maps)
        for row in lines
        if not row["from"]
    }
    taken = Counter(rows[row["method"]].first["taken_from"] for row in lines if row["from"])
    return own | {f"{counted(n, 'row')} of {folder}": "not run here" for folder, n in taken.items()}


def _why_no_map(row: FrameRow, *, is_mapped: bool) -> str:
    if not row["seeds"]:
        return str(row["status"])
    return "no true modules" if is_mapped else "none was kept with its scores"


def _ends(methods: Sequence[FrameRow], metric: str) -> str:
    best, worst = best_row(methods, metric), best_row(methods, metric, lowest=True)
    if best is None or worst is None or best is worst:
        return ""
    return (
        f"highest {metric} {best['title']} ({number(best[metric], 2)}), lowest {worst['title']} "
        f"({number(worst[metric], 2)})"
    )


def draw(heading: Heading, maps: Mapping[str, Layout], by: By, without: Mapping[str, str]) -> Drawing:
    """Return a map for each method.

    Parameters
    ----------
    heading
        Title and origin.
    maps
        The layout of each method by its title.
    by
        What points are coloured by. Colours and marks begin anew after 56 (8 colours, 7 marks).
    without
        Rows that have no map, in words, with the reason.
    """
    names = names_of(maps.values(), by)
    columns = min(len(maps), COLUMNS)
    corners = np.array([np.array(divmod(number, columns))[::-1] * STEP for number in range(len(maps))])
    corners[:, 1] *= -1
    width, height = (corners.max(axis=0) - corners.min(axis=0) + [1.05, 1.26]) * PANEL_INCHES
    handles = [key(name, **dot_look(number, OKABE_ITO), markersize=4) for number, name in enumerate(names)]
    figure = new_figure(
        max(width + 0.15, 5.6), height, heading, _notes(maps, by, names, without),
        handles if len(names) <= MOST_IN_LEGEND else (),
    )  # fmt: skip
    # One pair of axes for all panels: drawing takes a third of the time of a pair for each.
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_aspect("equal", anchor="NW")
    axes.set_xlim(corners[:, 0].min() - 0.03, corners[:, 0].max() + 1.03)
    axes.set_ylim(corners[:, 1].min() - 0.03, 1.23)
    squares = [corner + np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) for corner in corners]
    axes.add_collection(
        PolyCollection(squares, facecolors="none", edgecolors="#AAAAAA", linewidths=0.6, gid="panels")
    )
    for (x, y), (title, layout) in zip(corners, maps.items(), strict=True):
        axes.text(
            x + 0.5, y + 1.03, _panel_title(title, layout.n_clusters if by == "cluster" else None),
            ha="center", va="bottom", fontsize=6.5, linespacing=1.1, gid="panel title",
        )  # fmt: skip
    _draw_points(
        axes, corners, list(maps.values()), [codes_of(layout, by, names) for layout in maps.values()]
    )
    return figure


def _panel_title(title: str, n_clusters: int | None) -> str:
    """Return a title on two lines at most, with the number of clusters at its end."""
    end = "" if n_clusters is None else f" ({n_clusters})"
    lines = textwrap.wrap(" ".join(title.split()), TITLE_WIDTH) or [""]
    return (
        "\n".join([*lines[:1], *(short(" ".join(lines[1:]), TITLE_WIDTH - len(end)) for _ in lines[1:2])])
        + end
    )


def names_of(layouts: Iterable[Layout], by: By) -> list[str]:
    """Return what colours stand for, the same in all panels; clusters are each method's own."""
    if by == "cluster":
        return []
    found = {name for layout in layouts for name in (layout.datasets if by == "dataset" else layout.modules)}
    return sorted(found, key=lambda name: (int(name) if name.isdecimal() else 0, name))


def codes_of(layout: Layout, by: By, names: Sequence[str]) -> np.ndarray:
    """Return the number of each point's colour."""
    if by == "cluster":
        return layout.cluster
    place = {name: number for number, name in enumerate(names)}
    own = np.array([place[name] for name in (layout.datasets if by == "dataset" else layout.modules)])
    return np.asarray(own[layout.dataset if layout.module is None or by == "dataset" else layout.module])


def _draw_points(
    axes: Any, corners: np.ndarray, layouts: Sequence[Layout], codes: Sequence[np.ndarray]
) -> None:
    """Draw the points of all panels, each panel with the same limits."""
    points = np.concatenate([
        corner + RIM + layout.coordinates / GRID * (1 - 2 * RIM)
        for corner, layout in zip(corners, layouts, strict=True)
    ])  # fmt: skip
    colours = to_rgba_array(OKABE_ITO)
    code = np.concatenate(codes)
    for place, mark in enumerate(MARKERS):
        of_mark = code % len(MARKERS) == place
        axes.scatter(
            *points[of_mark].T, s=4.5, c=colours[code[of_mark] % len(OKABE_ITO)], marker=mark, linewidths=0,
            rasterized=True, antialiased=False, gid="points",
        )  # fmt: skip


def _notes(maps: Mapping[str, Layout], by: By, names: Sequence[str], without: Mapping[str, str]) -> list[str]:
    notes = [NOTE]
    shown, of = max((len(layout.coordinates), layout.n_rows) for layout in maps.values())
    if shown < of:
        notes.append(f"First seed; {shown} of {of} (gene, dataset) pairs, drawn at random.")
    if by == "cluster":
        notes.append("Clusters are each method's own; in brackets their number. Colours and marks repeat.")
    elif len(names) > MOST_IN_LEGEND:
        notes.append(f"{len(names)} {by}s: too many for a legend; colours repeat.")
    if without:
        told = (f"{rows} ({why})" for rows, why in without.items())
        notes.append(f"Without a map: {', '.join(told)}.")
    return notes
