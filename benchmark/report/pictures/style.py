"""What all pictures share: colours, marks, sizes, and how text is shown.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart; every series also differs in
mark, line or hatch, so that a print in grey can be read too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
from matplotlib import style
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.wording import is_synthetic

OKABE_ITO = ("#0072B2", "#E69F00", "#000000", "#D55E00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7")
"""The eight colours, in an order in which neighbours differ in grey too."""


MARKERS = ("o", "^", "s", "v", "D", "P", "X")
LINE_COLOURS = tuple(colour for colour in OKABE_ITO if colour != "#F0E442")
"""Without yellow, which is too pale for a line on white."""

LINES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)))

KIND_COLOURS = {"published": "#0072B2", "baseline": "#E69F00", "plugin": "#009E73", "control": "#666666"}

KIND_MARKERS = {"published": "o", "baseline": "s", "plugin": "^", "control": "X"}

Rectangle = tuple[float, float, float, float]
"""Left, bottom, width and height, as shares of a figure."""

HATCH = "////"
GREY = "#666666"
PALE = "#D9D9D9"

SYNTHETIC_LABEL = "SYNTHETIC DATA"

PARAMETERS = {
    "figure.dpi": 110,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "hatch.linewidth": 0.6,
    "text.parse_math": False,  # a method may be called "$\\alpha$", and is shown so
    "text.usetex": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "geneboard",  # names of clip paths are the same whenever it is drawn
}


@contextmanager
def picture_style() -> Iterator[None]:
    """Draw or save pictures in this block, whatever the user's own settings of matplotlib are."""
    with style.context(["default", PARAMETERS]):
        yield


def new_figure(width: float, height: float, title: str, group: Any, margin: float = 0.6) -> Figure:
    """Return an empty figure with its title and, below it, where the data came from.

    Parameters
    ----------
    width, height
        Size in inches.
    title
        What is shown.
    group
        Anything with `source` and `preset`, and perhaps `seeds` (a `Group`, an `Across`).
    margin
        Distance in inches from the left edge to the title.
    """
    figure = Figure(figsize=(width, height))
    left = margin / width
    figure.text(left, 1 - 0.10 / height, title, va="top", fontsize=10, fontweight="bold")
    figure.text(left, 1 - 0.30 / height, origin(group), va="top", color=GREY)
    if is_synthetic(group):
        figure.text(
            1 - 0.12 / width, 1 - 0.10 / height, SYNTHETIC_LABEL, va="top", ha="right", fontweight="bold",
            color="#A03000",
        )  # fmt: skip
    return figure


def place(figure: Figure, left: float, bottom: float, right: float, top: float) -> Rectangle:
    """Return the place of axes, given in inches from the four edges, as `Figure.add_axes` takes it."""
    width, height = figure.get_size_inches()
    return left / width, bottom / height, (width - left - right) / width, (height - top - bottom) / height


def caption(figure: Figure, lines: list[str], margin: float = 0.12) -> None:
    """Write notes at the bottom of a figure, `CAPTION_LINE` inches for each."""
    width, height = figure.get_size_inches()
    text = "\n".join(lines)
    figure.text(
        margin / width, 0.06 / height, text, va="bottom", fontsize=7, color="#333333", linespacing=1.25
    )


CAPTION_LINE = 0.135
"""Height of a line of a caption, in inches."""


def origin(group: Any) -> str:
    """Return where data came from, in one line."""
    part = getattr(group, "covered_by", "")
    genes = f", only the genes that {part} has vectors for" if part else ""
    seeds = ", ".join(map(str, getattr(group, "seeds", ())))
    of_seeds = f", seeds {seeds}" if seeds else ""
    return short(f"source {group.source}, preset {group.preset}{of_seeds}{genes}", 110)


def tissue_title(group: Group, what: str) -> str:
    """Return the title of a picture of one tissue."""
    return f"{short(group.tissue, 30)}: {what}"


def short(text: str, length: int) -> str:
    """Return a text on one line of at most so many characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def row_positions(frame: pd.DataFrame, gap: float = 0.6) -> list[float]:
    """Return the height of each row of a leaderboard, the first on top at 0, controls apart below."""
    methods = int((frame["kind"] != "control").sum())
    shift = gap if methods else 0.0
    return [row + (shift if row >= methods else 0.0) for row in range(len(frame))]


def series_style(number: int) -> dict[str, Any]:
    """Return colour and dashes of the curve with a number: both differ between neighbours."""
    return {"color": LINE_COLOURS[number % len(LINE_COLOURS)], "linestyle": LINES[number % len(LINES)]}


def luminance(colour: Any) -> float:
    """Return how light a print in grey shows a colour (ITU-R BT.601), from 0 (black) to 1 (white)."""
    red, green, blue = to_rgb(colour)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def wrapped(text: str, width_inches: float) -> list[str]:
    """Break a sentence into lines of a caption."""
    return textwrap.wrap(text, max(20, int(width_inches * 19)), break_long_words=True)


def number_label(value: float, _position: float | None = None) -> str:
    """Return a number at an axis as plain text: 0.01, 10, 10000."""
    return f"{value:g}" if 1e-4 <= abs(value) < 1e6 or value == 0 else f"{value:.0e}"
