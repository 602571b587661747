"""Regulators by the sets of tissues that they are found in: bars, and dots for the tissues (UpSet)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import pandas as pd
from matplotlib.figure import Figure as Drawing
from matplotlib.ticker import MaxNLocator

from geneboard.benchmark.report.figures.style import GREY, PALE, Heading, key, new_figure, short
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.regulators import SUBSTITUTE, stem_of
from geneboard.benchmark.tasks.biology.board.shared_regulators import SHARED, best_shared, table_of

BLUE = "#0072B2"
COLUMNS = 24
"""So many sets of tissues are shown, those of most regulators."""

LEAST_COLUMNS = 6
"""There is room for so many, or bars of few would be broad."""


def shared_figures(board: BiologyBoard) -> Iterator[Figure]:
    """Return a picture for each table of regulation whose regulators were compared between tissues."""
    for best in best_shared(board):
        table = table_of(best.answer)
        kept = table.assign(n=table["tissues"].str.len()).nlargest(COLUMNS, ["count", "expected"])
        shown = kept.sort_values(["n", "count"], ascending=[True, False], kind="stable", ignore_index=True)
        title = (
            f"Which regulators do tissues share, {short(best.question.knowledge, 45)}? {best.entry.row.title}"
        )
        told = [
            f"{' and '.join(row['tissues'])} {row['count']} ({number(row['expected'], 1)} expected)"
            for row in shown.to_dict("records")
        ]
        yield Figure(
            stem_of(best.question).replace("regulators", SHARED, 1)[:60],
            partial(draw, Heading.of(board.group, title), best.answer["numbers"]["found"], shown),
            alt=f"Number of regulators that are found in these tissues and no other: {'; '.join(told)}.",
            caption="Regulators by the tissues that they are found in, beside the number expected by chance.",
            wide=True,
        )


def draw(heading: Heading, found: Mapping[str, int], sets: pd.DataFrame) -> Drawing:
    """Return the figure.

    Parameters
    ----------
    heading
        Title and origin.
    found
        Regulators of each tissue.
    sets
        Columns: tissues, count, expected, in the order of the picture.
    """
    names: Sequence[str] = sorted(found)
    handles = [
        key("found", marker="s", color=BLUE),
        key("expected by chance", marker="_", color="black", markersize=9, markeredgewidth=1.6),
    ]
    figure = new_figure(8.4, 2.6 + 0.24 * len(names), heading, [SUBSTITUTE], handles)
    bars, dots = figure.subplots(
        2, 1, sharex=True, gridspec_kw={"height_ratios": [2.0, 0.3 + 0.24 * len(names)]}
    )
    places = range(len(sets))
    bars.bar(places, sets["count"], color=BLUE, width=0.6, gid="count")
    bars.plot(
        places,
        sets["expected"],
        linestyle="none",
        marker="_",
        color="black",
        markersize=14,
        markeredgewidth=1.6,
    )
    for place, count in enumerate(sets["count"]):
        bars.annotate(
            str(count), (place, count), xytext=(0, 2), textcoords="offset points", ha="center", fontsize=7
        )
    bars.set_ylabel("regulators")
    bars.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    bars.tick_params(axis="x", length=0)
    for place, tissues in enumerate(sets["tissues"]):
        rows = [names.index(name) for name in tissues]
        dots.plot([place] * len(names), range(len(names)), "o", color=PALE, markersize=6)
        dots.plot([place] * len(rows), rows, "o-", color=GREY, markersize=6, gid="set")
    dots.set_yticks(range(len(names)), [f"{name} ({found[name]})" for name in names])
    dots.set_ylim(len(names) - 0.5, -0.5)
    dots.set_xlim(-0.6, max(len(sets), LEAST_COLUMNS) - 0.4)
    dots.set_xticks([])
    dots.tick_params(length=0)
    for side in ("left", "bottom"):
        dots.spines[side].set_visible(False)
    return figure
