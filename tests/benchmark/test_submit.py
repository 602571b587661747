"""A method that was run here is submitted, and stands beside the rows of others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from control_rows import control_rows

from geneboard.benchmark.cli import main
from geneboard.benchmark.commands import reference
from geneboard.benchmark.records import store
from geneboard.benchmark.records.submissions import SUBMISSIONS
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.stored.submission_card import AUTHORS
from geneboard.datasets.files import Files

PLUGINS = Path(__file__).parent / "plugins.py"

pytestmark = pytest.mark.slow


def test_from_a_run_to_the_board_of_the_reference(
    graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there = tmp_path / "reference"
    store.pack_records(control_rows(Files(graph_folder).load("lung")), there / store.PACKED)
    monkeypatch.setattr(reference, "REFERENCE", there)
    monkeypatch.chdir(tmp_path)
    # the same graphs in a folder of another name, and a method beside it that always fails
    shutil.copytree(graph_folder, tmp_path / "elsewhere")
    run = ["--tissue", "lung", "--data", "elsewhere", "--methods", "tiny,raises", "--plugin", str(PLUGINS)]
    assert main([*run, "--no-pictures", "--quiet"]) == 1
    assert main(["submit", "tiny"]) == 0
    assert main(["check", "tiny.jsonl.gz"]) == 1
    assert capsys.readouterr().out.count("FAIL") == 1  # the authors have written nothing yet
    card = Path("tiny.md")
    (digest,) = [store.file_sha256(path) for path in Path("results", "runs").glob(f"*/{store.EMBEDDING}")]
    assert digest in card.read_text()
    text = card.read_text()
    for name in AUTHORS:
        text = text.replace(f"\n{name}:\n", f"\n{name}: known\n")
    card.write_text(text)
    assert main(["check", "tiny.jsonl.gz"]) == 0, capsys.readouterr().out
    assert main(["submit", "raises"]) == 0
    capsys.readouterr()
    assert main(["check", "raises.jsonl.gz"]) == 1
    assert "no seed of lung (quick) has ended well" in capsys.readouterr().out

    (there / SUBMISSIONS).mkdir()
    shutil.copy("tiny.jsonl.gz", there / SUBMISSIONS)
    (board,) = leaderboards(store.read_records(there, pytest.fail))
    assert board.group.source == "files:small"
    assert {"tiny", "random", "shared_random", "degree", "collapsed"} <= set(board.frame["method"])
    assert board.frame["method"].iloc[0] == "tiny"  # the others are controls
