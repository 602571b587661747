"""Figures in the page: PNG files that become part of it."""

from __future__ import annotations

import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneboard.benchmark.report.figures.figure import Figure


@dataclass(frozen=True)
class Picture:
    """A picture that is part of the page; its size is in pixels, a wide one has a line of its own."""

    caption: str
    alt: str
    uri: str
    width: int
    height: int
    wide: bool


def pictures_of(folder: Path, figures: Sequence[Figure]) -> tuple[Picture, ...]:
    """Return those figures whose PNG is in a folder."""
    paths = {figure.stem: folder / f"{figure.stem}.png" for figure in figures}
    return tuple(
        picture(figure, paths[figure.stem].read_bytes()) for figure in figures if paths[figure.stem].exists()
    )


def picture(figure: Figure, png: bytes) -> Picture:
    """Return a figure as part of the page."""
    width, height = struct.unpack(">II", png[16:24])  # the first chunk of a PNG is its size
    uri = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    return Picture(figure.caption, figure.alt, uri, width, height, figure.wide)
