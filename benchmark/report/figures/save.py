"""Figures as files, with the same bytes whenever the same figure is saved."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import chain
from pathlib import Path, PurePath

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Drawing
from PIL import Image

from geneboard.benchmark.report.figures.style import figure_style, settle
from geneboard.benchmark.report.section import Figure
from geneboard.datasets.atomic import write_atomically

DOTS_PER_INCH = 300
"""Of PNG files, and of the points that SVG and PDF hold as a picture."""

SHOWN_AT = 110
"""Dots per inch of a screen: what a picture measures in the report."""

COLOURS = 256
"""Of a PNG, which makes it a quarter of the size, and no slower to write than a third of its resolution."""

NEAR_WHITE = 250
"""Colours at least this light are white: the mean of the paper and the palest rim of letters is not quite."""

METADATA = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}
"""No format holds a date or the version of the program."""

FORMS = ("png", "svg")
"""What the figures of tables are written as; PDF, which takes a quarter longer, where it is asked for."""


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
    if form == "png":
        return _png(drawing)
    content = io.BytesIO()
    with figure_style():
        drawing.savefig(content, format=form, dpi=DOTS_PER_INCH, metadata=METADATA[form])
    return content.getvalue()


def _png(drawing: Drawing) -> bytes:
    content, usual = io.BytesIO(), drawing.dpi
    canvas = FigureCanvasAgg(drawing)
    drawing.set_dpi(DOTS_PER_INCH)
    with figure_style():
        canvas.draw()
    drawing.set_dpi(usual)
    picture = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    picture = picture.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    palette = np.array(picture.getpalette())
    palette[(palette.reshape(-1, 3) >= NEAR_WHITE).all(axis=1).repeat(3)] = 255
    picture.putpalette(palette.tolist())
    picture.save(content, "png", dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return content.getvalue()


def figure_files(figure: Figure, forms: Sequence[str] = FORMS) -> dict[str, bytes]:
    """Return a figure in each of some formats by file name."""
    drawing = drawn(figure)
    return {f"{figure.stem}.{form}": file_of(drawing, form) for form in forms}


def write_figures(
    out: Path,
    figures: Sequence[tuple[PurePath, Figure]],
    executor: Executor | None = None,
    forms: Sequence[str] = FORMS,
) -> Iterator[Path]:
    """Write figures, in each format of `forms`.

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
    iterator of Path
        The files, in the order of the figures; each comes when it is written. An executor draws meanwhile.
    """
    run = map if executor is None else executor.map
    written = run(
        partial(write_figure, forms=forms),
        [out / folder for folder, _ in figures],
        [figure for _, figure in figures],
    )
    return chain.from_iterable(written)


def write_figure(folder: Path, figure: Figure, forms: Sequence[str] = FORMS) -> list[Path]:
    """Write one figure and return its files."""
    files = figure_files(figure, forms)
    for name, content in files.items():
        write_atomically(folder / name, content)
    return [folder / name for name in files]
