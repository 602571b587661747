"""What all figures share: colours, marks and dashes, how text is shown, what stands above and below.

Colours are those of Okabe and Ito, which colour-blind readers can tell apart; every series also differs in
mark, line or hatch, so that a print in grey can be read too.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D

from geneboard.benchmark.report.wording import is_synthetic_source

OKABE_ITO = ("#0072B2", "#E69F00", "#000000", "#D55E00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7")
"""The eight colours, in an order in which neighbours differ in grey too."""

LINE_COLOURS = tuple(colour for colour in OKABE_ITO if colour != "#F0E442")
"""Without yellow, which is too pale for a line on white."""

MARKERS = ("o", "^", "s", "v", "D", "P", "X")
DASHES: tuple[Any, ...] = ("-", "--", "-.", ":", (0, (6, 1, 1, 1, 1, 1)), (0, (9, 2)))

KIND_LOOKS: Mapping[str, dict[str, Any]] = {
    "published": {"color": "#0072B2", "marker": "o"},
    "baseline": {"color": "#E69F00", "marker": "s"},
    "plugin": {"color": "#009E73", "marker": "^"},
    "control": {"color": "#666666", "marker": "X"},
}

GREY = "#666666"
PALE = "#E5E5E5"

PARAMETERS = {
    "figure.dpi": 110,
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.axisbelow": True,
    "grid.color": PALE,
    "grid.linewidth": 0.6,
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
def figure_style() -> Iterator[None]:
    """Draw or save figures in this block, whatever the user's own settings of matplotlib are."""
    with style.context(["default", PARAMETERS]):
        yield


@dataclass(frozen=True)
class Heading:
    """What a figure says, and where its data came from."""

    title: str
    origin: str
    synthetic: bool

    @classmethod
    def of(cls, group: Any, title: str) -> Heading:
        """Return the heading of anything with `source`, `preset` and perhaps `seeds` and `covered_by`."""
        seeds = ", ".join(map(str, getattr(group, "seeds", ())))
        part = getattr(group, "covered_by", "")
        origin = f"Source {group.source}, preset {group.preset}" + (f", seeds {seeds}" if seeds else "")
        genes = f", only the genes that {part} has vectors for" if part else ""
        return cls(title, f"{short(origin + genes, 200)}.", is_synthetic_source(group.source))


def new_figure(
    width: float,
    body: float,
    heading: Heading,
    notes: Sequence[str] = (),
    handles: Sequence[Line2D] = (),
) -> Figure:
    """Return an empty figure with its title, the legend below that, and notes at the bottom.

    matplotlib's constrained layout gives the axes what these leave, so nothing covers them.

    Parameters
    ----------
    width, body
        Width, and the height of all axes with their labels, in inches.
    heading
        Title and origin.
    notes
        Sentences for the bottom, after the origin.
    handles
        What the legend explains.
    """
    title = textwrap.wrap(short(heading.title, 200), int((width - 1.4 * heading.synthetic) * 11))
    foot = textwrap.wrap(" ".join([heading.origin, *notes]), int(width * 16.5))
    entries = [0.5 + 0.065 * len(str(handle.get_label())) for handle in handles]
    columns = len(handles) if sum(entries) < width else max(1, int(width / max(entries)))
    lines = -(-len(handles) // max(columns, 1))
    height = body + 0.3 + 0.17 * (len(title) + lines) + 0.13 * len(foot)
    figure = Figure((width, height), layout=ConstrainedLayoutEngine(w_pad=0.07, h_pad=0.06))
    FigureCanvasAgg(figure)
    # One legend with the title on top: constrained layout makes room for one thing at each edge.
    figure.legend(
        handles=handles,
        title="\n".join(title),
        title_fontproperties={"size": 10, "weight": "bold"},
        loc="outside upper left",
        alignment="left",
        ncols=max(columns, 1),
        handlelength=2.4,
        columnspacing=1.2,
        borderpad=0.2,
    )
    figure.supxlabel("\n".join(foot), x=0.01, ha="left", fontsize=7, color="#333333", linespacing=1.25)
    if heading.synthetic:
        figure.text(
            1 - 0.1 / width, 1 - 0.1 / figure.get_figheight(), "SYNTHETIC DATA", va="top", ha="right",
            fontweight="bold", color="#A03000",
        )  # fmt: skip
    return figure


def settle(figure: Figure) -> None:
    """Lay a figure out once and for all, to the ten-thousandth of its size.

    PNG and SVG are then the same, and the last bits of what the solver of the layout finds show nowhere.
    """
    if (engine := figure.get_layout_engine()) is None:
        return
    engine.execute(figure)
    figure.set_layout_engine(None)
    for axes in figure.axes:
        left, bottom, width, height = (round(edge, 4) for edge in axes.get_position().bounds)
        axes.set_position((left, bottom, width, height))


def dot_look(number: int, colours: Sequence[str] = LINE_COLOURS) -> dict[str, Any]:
    """Return colour and mark of the series with a number: both differ between neighbours."""
    return {"color": colours[number % len(colours)], "marker": MARKERS[number % len(MARKERS)]}


def line_look(number: int) -> dict[str, Any]:
    """Return colour, mark and dashes of the line with a number: all differ between neighbours."""
    return dot_look(number) | {"linestyle": DASHES[number % len(DASHES)]}


def key(label: str, **look: Any) -> Line2D:
    """Return an entry of a legend; a mark alone unless the look has a line."""
    return Line2D([], [], label=short(label, 40), **({"linestyle": "none"} | look))


def row_heights(n: int, apart: int) -> list[float]:
    """Return how far down each row is, the first at 0; the last `apart` rows stand apart below."""
    return [row + (0.6 if apart and 0 < n - apart <= row else 0.0) for row in range(n)]


def short(text: str, length: int) -> str:
    """Return a text on one line of at most so many characters."""
    line = " ".join(str(text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def number_label(value: float, _position: float | None = None) -> str:
    """Return a number at an axis as plain text: 0.01, 10, 10000."""
    return f"{value:g}" if 1e-4 <= abs(value) < 1e6 or value == 0 else f"{value:.0e}"
