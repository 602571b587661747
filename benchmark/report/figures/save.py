"""Figures as files, with the same bytes whenever the same figure is saved."""

from __future__ import annotations

import io
from collections.abc import Sequence
from concurrent.futures import Executor
from pathlib import Path, PurePath

from matplotlib.figure import Figure as Drawing

from geneboard.benchmark.report.figures.style import figure_style, settle
from geneboard.benchmark.report.section import Figure
from geneboard.datasets.atomic import write_atomically

DOTS_PER_INCH = 110

METADATA = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
"""Neither format holds a date or the version of the program."""


def drawn(figure: Figure) -> Drawing:
    """Return a figure drawn and laid out."""
    with figure_style():
        drawing = figure.draw()
        settle(drawing)
    return drawing


def figure_files(figure: Figure) -> dict[str, bytes]:
    """Return a figure as PNG and SVG by file name; what is marked as rasterized is a picture in the SVG."""
    drawing = drawn(figure)
    files = {}
    for form, metadata in METADATA.items():
        content = io.BytesIO()
        with figure_style():
            drawing.savefig(content, format=form, dpi=DOTS_PER_INCH, metadata=metadata)
        files[f"{figure.stem}.{form}"] = content.getvalue()
    return files


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
