"""Figures as files, with the same bytes whenever the same figure is saved."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from pathlib import Path, PurePath

from matplotlib.figure import Figure as Drawing

from geneboard.benchmark.report.figures.style import figure_style, settle
from geneboard.benchmark.report.section import Figure
from geneboard.datasets.atomic import write_atomically

DOTS_PER_INCH = 110

METADATA = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""No format holds a date or the version of the program."""

FORMS = ("png", "svg")
"""What the figures of tables are written as."""


def drawn(figure: Figure) -> Drawing:
    """Return a figure drawn and laid out."""
    return drawn_by(figure.draw)


def drawn_by(draw: Callable[[], Drawing]) -> Drawing:
    """Return what a function draws in our style, laid out."""
    with figure_style():
        drawing = draw()
        settle(drawing)
    return drawing


def file_of(drawing: Drawing, form: str) -> bytes:
    """Return a drawing as a file; what is marked as rasterized is a picture in SVG."""
    content = io.BytesIO()
    with figure_style():
        drawing.savefig(content, format=form, dpi=DOTS_PER_INCH, metadata=METADATA[form])
    return content.getvalue()


def figure_files(figure: Figure) -> dict[str, bytes]:
    """Return a figure as PNG and SVG by file name."""
    drawing = drawn(figure)
    return {f"{figure.stem}.{form}": file_of(drawing, form) for form in FORMS}


def write_figures(
    out: Path, figures: Sequence[tuple[PurePath, Figure]], executor: Executor | None = None
) -> list[Path]:
    """Write figures as PNG and SVG.

    Parameters
    ----------
    out
        Result folder.
    figures
        Each with its folder, relative to the result folder.
    executor
        What draws them, in this process if None.

    Returns
    -------
    list of Path
        The files written, in the order of the figures.
    """
    run = map if executor is None else executor.map
    written = run(write_figure, [out / folder for folder, _ in figures], [figure for _, figure in figures])
    return [path for paths in written for path in paths]


def write_figure(folder: Path, figure: Figure) -> list[Path]:
    """Write one figure and return its files."""
    files = figure_files(figure)
    for name, content in files.items():
        write_atomically(folder / name, content)
    return [folder / name for name in files]
