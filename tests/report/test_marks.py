"""Which cells are the best and the second best, and how numbers carry their sign."""

from __future__ import annotations

import pytest

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
        ([0.701, 0.704, 0.1], ["best", "best", ""]),  # what looks equal is marked alike
    ],
)
def test_best_and_second(values: list[float | None], marks: list[str]) -> None:
    columns = (Column("x", digits=2, better="higher"), Column("minus_x", digits=2, better="lower"))
    lines = tuple({"x": value, "minus_x": None if value is None else -value} for value in values)
    table = Table("t", "T", columns, parts=(Part("", lines),))
    found = [[cell.mark for cell in row] for row in table.cells(table.parts[0], "tex")]
    assert found == [[mark, mark] for mark in marks]


def test_signs() -> None:
    shown = [signed(value, 3) for value in (0.25, -0.25, 0.0, -0.0001, None)]
    assert shown == ["+0.250", "-0.250", "+0.000", "+0.000", "–"]
