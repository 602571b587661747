"""Pictures as files, with the same bytes whenever the same figure is saved."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from geneboard.benchmark.report.pictures.style import picture_style

DOTS_PER_INCH = 110


def picture_files(name: str, figure: Figure) -> dict[str, bytes]:
    """Return a figure as PNG and SVG by file name.

    Neither holds a date or the version of the program.
    """
    return {f"{name}.png": png(figure), f"{name}.svg": svg(figure)}


def png(figure: Figure) -> bytes:
    """Return a figure as PNG."""
    image = io.BytesIO()
    with picture_style():
        figure.savefig(image, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return image.getvalue()


def svg(figure: Figure) -> bytes:
    """Return a figure as SVG; what is marked as rasterized is a picture inside it."""
    image = io.BytesIO()
    with picture_style():
        figure.savefig(image, format="svg", dpi=DOTS_PER_INCH, metadata={"Date": None, "Creator": None})
    return image.getvalue()
