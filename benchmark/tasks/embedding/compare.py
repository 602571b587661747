"""How leaderboards of gene embeddings are compared: the average score has a scale that other rows set."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.benchmark.report.compare import Compared, Rows
from geneboard.benchmark.report.differences import RowName
from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.tasks.embedding.board.board import leaderboard
from geneboard.benchmark.tasks.embedding.board.metrics import AVERAGE, METRICS, SCORED
from geneboard.benchmark.tasks.embedding.board.scale import MIN_ROWS
from geneboard.benchmark.tasks.embedding.board.words import warning


def scale_sentences(ours: Rows, theirs: Rows, common: Sequence[RowName], moved: bool) -> list[str]:
    """Return what the average scores are scaled by, where it is not what the leaderboards are scaled by.

    `moved` adds which rows moved the scale.
    """
    rows = make_rows(record for name in common for record in ours[name].records)  # a variant may stand in
    names = {(row.name, row.first["kind"]) for row in rows if row.sets_range}
    scaling = [(ours[name], theirs[name]) for name in common if name in names]
    if len(scaling) < MIN_ROWS:
        return [f"No average score: fewer than {MIN_ROWS} published methods have scores in both."]
    alone = [{name for name, row in rows.items() if row.sets_range} for rows in (ours, theirs)]
    sentences = []
    if not names == alone[0] == alone[1]:
        sentences.append(
            "The published methods with scores are not the same in both. The average scores here are scaled "
            f"by those that are in both ({', '.join(row.title for row, _ in scaling)}) and are not those of "
            "the leaderboards."
        )
    return [*sentences, *(_what_moved(scaling) if moved else ())]


def _what_moved(rows: Sequence[tuple[Row, Row]]) -> list[str]:
    """Return which rows moved the scale of the average score, and in which metrics.

    Parameters
    ----------
    rows
        The rows that set the scale, of the first leaderboard and of the second.
    """
    moved: dict[str, list[str]] = {}
    for metric in METRICS:
        for title in _moved_ends(
            [(row.title, row.means[metric], other.means[metric]) for row, other in rows]
        ):
            moved.setdefault(title, []).append(metric)
    if not moved:
        return [
            "The scale of the average score moved by rounding alone, which it enlarges: it divides by the "
            "range of the published rows."
        ]
    names = ", ".join(f"{title} ({', '.join(metrics)})" for title, metrics in sorted(moved.items()))
    return [f"The scale of the average score moved, because published rows that set it differ: {names}."]


def _moved_ends(values: Sequence[tuple[str, float | None, float | None]]) -> list[str]:
    """Return the titles of the rows that moved an end of the range, which they are in 1 or in 2."""
    ours, theirs = _range([one for _, one, _ in values]), _range([two for _, _, two in values])
    changed = [(one, two) for one, two in zip(ours, theirs, strict=True) if _differ(one, two)]
    return [
        title
        for title, one, two in values
        if _differ(one, two) and any(one == end or two == other for end, other in changed)
    ]


def _range(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    defined = [value for value in values if value is not None]
    return min(defined, default=None), max(defined, default=None)


def _differ(one: float | None, two: float | None) -> bool:
    if one is None or two is None:
        return one is not two
    return abs(one - two) > ROUNDING


COMPARED = Compared(SCORED, leaderboard, warning, AVERAGE, scale_sentences)
