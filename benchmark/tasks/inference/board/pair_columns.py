"""The columns of the paired tests of a leaderboard, each stated once."""

from __future__ import annotations

from typing import Any, Literal

from geneboard.benchmark.report.number_text import MISSING, number, number_or_none
from geneboard.benchmark.report.table import Cell, Column, Format, Line
from geneboard.benchmark.tasks.inference.board.columns import DIGITS, small_print

_P_DIGITS = 3
_HTML: frozenset[Format] = frozenset({"html"})


def _difference(line: Line, _: Format) -> Cell:
    difference = line["difference"]
    return Cell(number(difference, DIGITS), number_or_none(difference), lines=small_print(line, "difference"))


def _seeds_better(line: Line, _: Format) -> Cell:
    better = number_or_none(line["seeds_better"])
    return Cell(MISSING if better is None else f"{better:.0f} of {line['n_seeds']}", better)


def _verdict(line: Line, _: Format) -> Cell:
    return Cell(str(line["verdict"] or line["no_test"]))


def _column(key: str, head: str = "", **how: Any) -> Column:
    return Column(key, head, **{"formats": _HTML, "place": 1, **how}, value=lambda line: line.get(key))


def _csv(key: str, kind: Literal["text", "integer", "number"]) -> Column:
    """Return a column that only the file has."""
    return _column(key, kind=kind, formats=frozenset())


def _p(key: str, head: str, explained: str) -> Column:
    def show(line: Line, _: Format) -> Cell:
        p = number_or_none(line[key])
        if p is None:
            return Cell(MISSING)
        return Cell(f"{p:.{_P_DIGITS}f}" if p >= 10**-_P_DIGITS else f"{p:.0e}", p)

    return _column(key, head, explained=explained, show=show)


COLUMNS = (
    _csv("method", "text"),
    _column("title", "method", kind="name", place=0),
    _csv("kind", "text"),
    _csv("baseline", "text"),
    _column("over", kind="text"),
    _column("metric", kind="text", place=0),
    _column("n", kind="integer", explained="genes or patients"),
    _csv("n_seeds", "integer"),
    _column(
        "difference",
        explained="row minus baseline; in small print its interval over seeds",
        show=_difference,
    ),
    _csv("difference_low", "number"),
    _csv("difference_high", "number"),
    _column(
        "seeds_better",
        "seeds better",
        kind="integer",
        explained="of those that both have",
        show=_seeds_better,
    ),
    _csv("seeds_worse", "integer"),
    _column("median_difference", "median difference", digits=DIGITS, explained="over genes or patients"),
    _column("share_better", "share better", digits=2, explained="of genes or patients"),
    _csv("share_worse", "number"),
    _p("p", "p", "Wilcoxon's signed-rank test"),
    _p("p_holm", "p (Holm)", "corrected for the methods of this table"),
    _column("verdict", kind="text", show=_verdict),
    _csv("no_test", "text"),
)
"""In the order of pairs.csv, which has one row per method and family of tests.

Differences are the row minus the baseline. ``difference`` is that of the scores, the mean over the seeds that
both have (``n_seeds``), ``difference_low`` and ``_high`` its interval over these seeds, ``seeds_better`` and
``seeds_worse`` in how many of them the row is so. ``median_difference``, ``share_better`` and ``share_worse``
are over the ``n`` genes or patients, and ``p`` is that of Wilcoxon's signed-rank test of these. ``verdict``
is "better" or "worse" where ``p_holm`` is at most 0.05 and the differences of all seeds and the median have
one sign; ``no_test`` says why there is none.
"""
