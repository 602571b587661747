"""Where the names of points go, so that they cover each other as little as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CHARACTER_WIDTH = 0.62
"""Mean width of a character, as a share of the size of the font."""

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""


@dataclass(frozen=True)
class Point:
    """A mark and the name that goes beside it; place and radius in points."""

    x: float
    y: float
    radius: float
    text: str


@dataclass(frozen=True)
class Place:
    """Where a name begins (its left edge, half its height), in points."""

    x: float
    y: float


def place_labels(points: Sequence[Point], size: float, inside: Box) -> list[Place]:
    """Return a place for the name of each point.

    Each name in turn, from the top, takes the first place around its point that covers no mark and no name
    placed before, and lies inside; if there is none, the one that covers least.

    Parameters
    ----------
    points
        Marks with their names.
    size
        Size of the font in points.
    inside
        Where names may go.
    """
    taken: list[Box] = [_mark(point) for point in points]
    places: dict[int, Place] = {}
    order = sorted(range(len(points)), key=lambda number: (-points[number].y, points[number].x, number))
    for number in order:
        candidates = list(_candidates(points[number], size))
        best = min(
            candidates, key=lambda spot: sum(_common(_box(points[number], spot, size), b) for b in taken)
            + 10 * _outside(_box(points[number], spot, size), inside),
        )  # fmt: skip
        places[number] = best
        taken.append(_box(points[number], best, size))
    return [places[number] for number in range(len(points))]


def _candidates(point: Point, size: float) -> Iterator[Place]:
    width = CHARACTER_WIDTH * size * len(point.text)
    side = point.radius + 2
    for shift in (0.0, 0.8, -0.8, 1.6, -1.6, 2.4, -2.4, 3.2, -3.2):
        yield Place(point.x + side, point.y + shift * size)
        yield Place(point.x - side - width, point.y + shift * size)
        if abs(shift) > 1:
            yield Place(point.x - width / 2, point.y + shift * size)


def _mark(point: Point) -> Box:
    r = point.radius
    return point.x - r, point.y - r, point.x + r, point.y + r


def _box(point: Point, spot: Place, size: float) -> Box:
    width = CHARACTER_WIDTH * size * len(point.text)
    return spot.x, spot.y - 0.6 * size, spot.x + width, spot.y + 0.6 * size


def _common(one: Box, two: Box) -> float:
    """Return the area that two boxes share."""
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    return max(width, 0.0) * max(height, 0.0)


def _outside(box: Box, inside: Box) -> float:
    """Return the area of a box that lies outside another."""
    return (box[2] - box[0]) * (box[3] - box[1]) - _common(box, inside)
