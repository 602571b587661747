"""What a task gives the report to draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True)
class Figure:
    """A figure that is yet to be drawn.

    Attributes
    ----------
    stem
        Name of its files without ending.
    draw
        Returns it drawn. It can be sent to another process: a `functools.partial` of a function of a module.
    alt
        What it shows, in words, for those who do not see it.
    caption
        What stands below it in the page.
    wide
        Whether it has many panels, which would be too small beside another figure.
    """

    stem: str
    draw: Callable[[], Drawing]
    alt: str
    caption: str = ""
    wide: bool = False
