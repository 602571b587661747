"""Leaderboards and layouts for the tests of figures, made by hand (and made once: nobody changes them)."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
from inference_cells import all_experiments
from matplotlib.colors import to_rgb
from report_cells import METRICS, cell, five_tissues, scored_before, scores, three_methods

from geneboard.benchmark.report.figures.save import drawn
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.figures.across import across_figures
from geneboard.benchmark.tasks.embedding.figures.leaderboard import board_figures
from geneboard.benchmark.tasks.embedding.maps.layout import GRID, Layout
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards
from geneboard.benchmark.tasks.inference.figures import experiment_figure
from geneboard.benchmark.tasks.inference.over_problems import experiments

NASTY = ("$\\alpha$", "<script>alert(1)</script>", "100 % & {more}\nlines")
"""Titles that would be mathematics, or mark-up, or break a line."""


def without(scored, value):
    """The scores of a cell with one dataset left out."""
    return {f"scrna_lung__{d}": scores(*[v + value * i for v in scored]) for i, d in enumerate("abc")}


@cache
def plain_board():
    """Three methods, two seeds, intervals over datasets, and a control."""
    records = three_methods()
    for record in records:
        if record["seed"] == 0:
            values = [record["scores"][metric]["value"] for metric in METRICS]
            record["leave_one_out"] = without(values, 0.01)
    return leaderboards([*records, cell("r", 0, 0.1, kind="control", title="Random")])[0]


@cache
def faulty_board():
    """Two methods with scores (one lacks iLISI), and one each that failed and was skipped."""
    return leaderboards(
        [
            cell("a", 0, 0.8, 0.8, 0.3, 0.5, 0.6, 0.2),
            cell("b", 0, 0.5, 0.6, None, 0.5, 0.4, 0.3),
            cell("c", 0),
            cell("d", 0, status="skipped", reason="needs three datasets"),
        ]
    )[0]


@cache
def single_board():
    """One method, scored before the joint score existed."""
    return leaderboards([scored_before(cell("a", 0, 0.5))])[0]


@cache
def crowded_board(titles=()):
    """Fifteen methods with long names (or the given titles), curves and the cost of any size."""
    records = []
    for number in range(15):
        title = (
            titles[number] if number < len(titles) else f"A method with a rather long name, number {number}"
        )
        records.append(
            cell(
                f"m{number:02d}",
                0,
                *(0.3 + 0.04 * ((number * step) % 13) for step in range(1, 7)),
                title=title,
                history={
                    "loss": [10.0 ** (3 - i / 20) for i in range(80)],
                    f"part {number % 9}": [1.0, -1.0, 2.0],
                },
                cost={"cpu_seconds": 10.0 ** (number % 5), "peak_mb": 200.0 * number},
            )
        )
    return leaderboards(records)[0]


def layout(n=40, n_rows=400, *, modules=4, seed=0):
    """A layout of random points in three datasets and six clusters."""
    random = np.random.default_rng(seed)
    return Layout(
        coordinates=random.integers(0, GRID + 1, size=(n, 2)),
        dataset=np.sort(random.integers(0, 3, size=n)),
        datasets=("scrna_lung__a", "scrna_lung__b", "scrna_lung__c"),
        cluster=random.integers(0, 6, size=n),
        n_clusters=6,
        module=random.integers(0, modules, size=n) if modules else None,
        modules=tuple(f"{number}" for number in range(modules)),
        n_rows=n_rows,
    )


def layouts_for(board, **changes):
    return {record["key"]: layout(seed=i, **changes) for i, record in enumerate(board.group.records)}


def figures_of(board, layouts=None):
    """The figures of a leaderboard by their stem."""
    return {figure.stem: figure for figure in board_figures(board, layouts or {})}


def draw(board, stem, layouts=None):
    return drawn(figures_of(board, layouts)[stem])


@cache
def across_five():
    """Three methods in five tissues: a is always first, b and c take turns."""
    low, high = (0.5, 0.3, 0.5, 0.3, 0.5), (0.3, 0.5, 0.3, 0.5, 0.3)
    records = [{**record, "source": "synthetic"} for record in five_tissues(a=(0.9,) * 5, b=low, c=high)]
    return across_tissues(leaderboards(records))[0]


def texts(figure):
    """All texts of a figure that are shown."""
    from matplotlib.text import Text

    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def with_gid(figure, gid):
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def all_figures():
    """A figure of every kind."""
    budgets, organs, _ = experiments(inference_boards(all_experiments()))
    board = plain_board()
    return [
        *board_figures(board, layouts_for(board)),
        *across_figures(across_five()),
        experiment_figure(budgets),
        experiment_figure(organs),
    ]


def heavy_modules():
    """What should not be loaded to draw figures."""
    return [name for name in ("torch", "scanpy", "numba") if name in sys.modules]


def joined(figure):
    """All texts in one, without breaks of lines."""
    return " ".join(" ".join(texts(figure)).split())


def grey(colour):
    """How light a print in grey shows a colour (ITU-R BT.601)."""
    return float(np.dot(to_rgb(colour), [0.299, 0.587, 0.114]))
