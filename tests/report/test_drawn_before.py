"""Pictures are drawn again when what they show, or their files, have changed, and only then."""

from __future__ import annotations

from functools import partial
from pathlib import Path, PurePath

import pandas as pd
import pytest
from matplotlib.figure import Figure as Drawing

from geneboard.benchmark.commands import drawn_before
from geneboard.benchmark.commands.drawn_before import NAME, DrawnBefore, Placed
from geneboard.benchmark.report.figures.save import write_figures
from geneboard.benchmark.report.section import Figure


def bars(frame: pd.DataFrame) -> Drawing:
    drawing = Drawing(figsize=(1, 1))
    drawing.subplots().bar(frame.index, frame["value"])
    return drawing


def placed(stem: str, *values: float) -> Placed:
    frame = pd.DataFrame({"value": values})
    return PurePath("lung"), Figure(stem, partial(bars, frame), "bars")


def missing(out: Path, figures: list[Placed], *forms: str) -> list[str]:
    return [figure.stem for _, figure in DrawnBefore(out).missing(figures, forms or ["png"])]


def test_only_what_has_changed_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = [placed("one", 1, 2), placed("two", 3, 4)]
    drawn = DrawnBefore(tmp_path)
    assert drawn.missing(figures[:1], ["png"]) + drawn.missing(figures[1:], ["png"]) == figures
    files = list(write_figures(tmp_path, figures, forms=["png"]))
    assert drawn.keep() == files == [tmp_path / "lung" / "one.png", tmp_path / "lung" / "two.png"]
    again = [placed("one", 1, 2), placed("two", 3, 4)]
    assert missing(tmp_path, again) == []
    assert missing(tmp_path, [placed("one", 1, 2), placed("two", 3, 5)]) == ["two"]
    assert missing(tmp_path, [*again, placed("three", 1)]) == ["three"]
    assert missing(tmp_path, again, "png", "pdf") == ["one", "two"]
    assert not DrawnBefore(tmp_path).has_pdf
    (tmp_path / "lung" / "one.png").write_bytes(b"edited")
    assert missing(tmp_path, again) == ["one"]
    (tmp_path / "lung" / "one.png").unlink()
    assert missing(tmp_path, again) == ["one"]
    monkeypatch.setattr(drawn_before, "identity", lambda: {"geneboard": "another"})
    assert missing(tmp_path, again) == ["one", "two"]


def test_which_equal_texts_are_one_object_does_not_matter_and_cycles_do_not_either(tmp_path: Path) -> None:
    def figure(one: str, other: str) -> list[Placed]:
        cyclic: dict[str, object] = {}
        cyclic["itself"] = cyclic
        frame = pd.DataFrame({one: [1]})
        frame.attrs["cyclic"] = cyclic
        return [(PurePath("lung"), Figure("one", partial(bars, frame), other))]

    text, same = "value", "".join(["val", "ue"])
    assert text is not same
    drawn = DrawnBefore(tmp_path)
    list(write_figures(tmp_path, drawn.missing(figure(text, text), ["png"]), forms=["png"]))
    drawn.keep()
    assert missing(tmp_path, figure(text, same)) == []
    assert missing(tmp_path, figure(text, "values")) == ["one"]


@pytest.mark.parametrize("content", [b"", b"[1]", b"{half", b"\xff", b'{"lung/one": 1, "x": {"files": 2}}'])
def test_an_account_that_cannot_be_read_has_nothing_drawn(tmp_path: Path, content: bytes) -> None:
    (tmp_path / NAME).write_bytes(content)
    assert missing(tmp_path, [placed("one", 1)]) == ["one"]
    assert not DrawnBefore(tmp_path).has_pdf
