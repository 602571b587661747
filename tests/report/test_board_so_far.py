from __future__ import annotations

from pathlib import Path

import pytest
from report_cells import three_methods

from geneboard.benchmark.commands.board_so_far import BoardSoFar
from geneboard.benchmark.records.store import write_record


def test_boards_of_a_run_that_goes_on_are_shown_and_written_but_not_too_often(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = [write_record(tmp_path, record) for record in three_methods()]
    show = BoardSoFar(tmp_path)
    show({**first, "status": "failed"})
    show({**first, "seed": 1})
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "files-data").exists()
    show(first)
    shown = capsys.readouterr().err
    assert all(record["title"] in shown for record in (first, *others))
    board = tmp_path / "files-data" / "quick" / "lung"
    assert {path.name for path in board.iterdir()} == {
        "leaderboard.csv",
        "leaderboard.md",
        "leaderboard.tex",
        "pairs.csv",
    }
    show(others[0])
    assert capsys.readouterr().err == ""
