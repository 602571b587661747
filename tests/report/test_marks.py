"""Which cells are the best and the second best, and how numbers carry their sign."""

from __future__ import annotations

import pytest

from geneboard.benchmark.report.best import best_and_second
from geneboard.benchmark.report.number_text import signed
from geneboard.benchmark.report.table import Column, Part, Table


@pytest.mark.parametrize(
    ("values", "marks"),
    [
        ([0.3, 0.2, 0.1], ["best", "second", ""]),
        ([0.1, 0.3, 0.3], ["", "best", "best"]),
        ([0.3, 0.2, 0.2], ["best", "second", "second"]),
        ([None, 0.2, 0.1], ["", "best", "second"]),
        ([0.2, None, None], ["best", "", ""]),
        ([None, None], ["", ""]),
        ([], []),
    ],
)
def test_best_and_second(values: list[float | None], marks: list[str]) -> None:
    assert best_and_second(values) == marks
    negated = [None if value is None else -value for value in values]
    assert best_and_second(negated, lower_is_better=True) == marks


def test_what_looks_equal_is_marked_alike() -> None:
    lines = tuple({"title": name, "x": x} for name, x in (("a", 0.701), ("b", 0.704), ("c", 0.1)))
    table = Table("t", "T", (Column("x", digits=2, better="higher"),), parts=(Part("", lines),))
    assert [row[0].mark for row in table.cells(table.parts[0], "tex")] == ["best", "best", ""]


def test_signs() -> None:
    shown = [signed(value, 3) for value in (0.25, -0.25, 0.0, -0.0001, None)]
    assert shown == ["+0.250", "-0.250", "+0.000", "+0.000", "–"]
