"""What a method tells of its progress is shown, whatever it is."""

from __future__ import annotations

import math
from typing import Any

import pytest

from geneboard.benchmark.engine.child import Step
from geneboard.benchmark.engine.progress import RunProgress


class Strange:
    def __float__(self) -> float:
        raise LookupError


def test_what_is_left_out_is_shown_and_again_while_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RunProgress(1) as progress:
        progress.doing("x", "scoring")
        progress.step(Step("x", 3, 10, {}, "scoring without group"))
        assert progress._running["x"][1] == "x scoring without group 3/10"
        for _ in range(2):  # a minute in which a child tells nothing
            monkeypatch.setattr(progress, "_line_at", progress._line_at - 31)
            progress.show()
    assert capsys.readouterr().err.count("running: x scoring without group 3/10") == 2


@pytest.mark.parametrize(
    ("done", "total", "shown"),
    [
        (1, 3, "x 1/3 loss 0.5"),
        (1234567, 2000000, "x 1234567/2000000 loss 0.5"),
        (10**400, 3, "x nan/3 loss 0.5"),
        (3, 10**400, "x 3/nan loss 0.5"),
        (1, 0, "x 1/0 loss 0.5"),
        (-1, 3, "x -1/3 loss 0.5"),
        (math.nan, math.inf, "x nan/inf loss 0.5"),
        (None, Strange(), "x nan/nan loss 0.5"),
    ],
)
def test_any_progress_is_shown(done: Any, total: Any, shown: str) -> None:
    values = {"loss": 0.5, "\x1b[31m": 1.0}  # no name: it would colour the terminal
    with RunProgress(1, quiet=True) as progress:
        progress.doing("x", "starts")
        progress.step(Step.told("x", done, total, values))
        share, text = progress._running["x"]
    assert text == shown
    assert 0 <= share <= 0.95
