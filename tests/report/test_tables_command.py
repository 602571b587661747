"""`tables --add` and `tables --compare` on the command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from report_cells import cell, digests, three_methods

from geneboard import benchmark
from geneboard.benchmark.cli import main
from geneboard.benchmark.commands import build_report
from geneboard.benchmark.records.store import PACKED, pack_records, read_packed


def folder(path: Path, **changes: str) -> Path:
    pack_records([{**record, **changes} for record in three_methods()], path / PACKED)  # type: ignore[typeddict-item]
    return path


SCRIPT = """
import shutil, sys
import geneboard

out, table, first = sys.argv[1:]
geneboard.tables(out)
shutil.copytree(out, first)
geneboard.tables(out, add=[f"Theirs={table}"])
geneboard.compare(out, out)
assert not {"torch", "scanpy"} & set(sys.modules)
"""


def test_added_numbers_reach_all_tables_and_leave_with_the_next(tmp_path: Path) -> None:
    """Built by a plain script without a guard, in a process of its own, and here: the bytes are the same."""
    out, table, script = tmp_path / "out", tmp_path / "paper.csv", tmp_path / "script.py"
    records = [
        *three_methods(),
        *(record | {"tissue": "heart", "key": "h" + record["key"]} for record in three_methods()),
    ]
    pack_records(records, out / PACKED)  # type: ignore[arg-type]
    table.write_text("method,lung\nA,0.9\n")
    script.write_text(SCRIPT)
    subprocess.run([sys.executable, *map(str, (script, out, table, tmp_path / "first"))], check=True)
    assert len(list(out.glob("*/quick/*/heatmap.png"))) == 2
    board = out / "files-data/quick/lung"
    for name in ("leaderboard.csv", "leaderboard.md"):
        assert "Theirs (other data, not comparable)" in (board / name).read_text()
    assert "Theirs" in (board / "leaderboard.tex").read_text()
    assert main(["tables", "--out", str(out)]) == 0  # in as many processes as there are cores
    assert digests(out) == digests(tmp_path / "first")


def test_compare_prints_and_writes_only_where_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, two = folder(tmp_path / "one"), folder(tmp_path / "two", device="cuda:0")
    before = digests(tmp_path)
    assert main(["tables", "--compare", str(one), str(two)]) == 0
    printed = capsys.readouterr().out
    assert "27 scores compared: 27 same." in printed
    assert "Other device: cpu in 1, cuda:0 in 2." in printed
    assert digests(tmp_path) == before
    assert benchmark.compare(one, two).counts == {"same": 27}
    assert main(["tables", "--compare", str(one), str(two), "--out", str(tmp_path / "there")]) == 0
    new = set(digests(tmp_path)) - set(before)
    assert new == {f"there/comparison.{ending}" for ending in ("csv", "md", "tex")}
    assert {name: digest for name, digest in digests(tmp_path).items() if name not in new} == before


def test_steps_of_a_degradation_run_are_packed_and_in_no_table(tmp_path: Path) -> None:
    step = {**cell("a", 9, 0.1), "task": "sensitivity", "degradation": {"name": "noise", "level": 1.0}}
    alone, both = folder(tmp_path / "alone"), tmp_path / "both"
    pack_records([*three_methods(), step], both / PACKED)  # type: ignore[list-item]
    for out in (alone, both):
        assert main(["tables", "--out", str(out), "--pack", str(out / "packed")]) == 0
    packed = [digests(out / "packed") for out in (alone, both)]
    assert packed[0].pop(PACKED) != packed[1].pop(PACKED)
    assert packed[0] == packed[1]
    assert step["key"] in {record["key"] for record in read_packed(both / "packed" / PACKED)}
    assert benchmark.compare(alone, both).counts == {"same": 27}


def test_a_damaged_file_is_told_before_any_picture_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []
    monkeypatch.setattr(build_report, "write_figures", lambda *given, **_: drawn.append(given) or iter(()))
    out = folder(tmp_path / "out")
    damaged = out / "techniques/files-data/lung/techniques.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{")
    before = digests(out)
    assert main(["tables", "--out", str(out)]) == 2
    assert str(damaged) in capsys.readouterr().err
    assert drawn == []
    assert digests(out) == before
    damaged.unlink()
    assert main(["tables", "--out", str(out)]) == 0
    assert drawn


def test_a_folder_with_pictures_as_pdf_gets_further_ones_so_too(tmp_path: Path) -> None:
    out = folder(tmp_path / "out")
    assert main(["tables", "--out", str(out), "--pdf"]) == 0
    heart = [{**record, "tissue": "heart", "key": f"h{record['key']}"} for record in three_methods()]
    pack_records([*three_methods(), *heart], out / PACKED)  # type: ignore[list-item]
    assert main(["tables", "--out", str(out)]) == 0
    of_heart = {path.name for path in out.glob("*/quick/heart/*.pdf")}
    assert of_heart == {path.name for path in out.glob("*/quick/lung/*.pdf")} != set()


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (["--out", "OUT", "--add", "BAD"], "'high' is not a number"),
        (["--compare", "OUT", "/nowhere"], "/nowhere: there is no such result folder"),
        (["--compare", "OUT", "OTHER"], "cannot be compared: lung (files:data, quick) not compared: preset"),
        (["--compare", "OUT"], "--compare: expected 2 arguments"),
        (["--compare", "OUT", "OUT", "--add", "GOOD"], "--compare: goes with --out only"),
        (["--compare", "OUT", "OUT", "--pack", "OTHER"], "--compare: goes with --out only"),
        (["--compare", "OUT", "OUT", "--no-pictures"], "--compare: goes with --out only"),
        (["--out", "OUT", "--pdf", "--no-pictures"], "--pdf: goes without --no-pictures"),
    ],
)
def test_faults_are_one_sentence_and_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], fault: str
) -> None:
    folder(tmp_path / "OUT")
    folder(tmp_path / "OTHER", preset="paper")
    (tmp_path / "GOOD").write_text("method,lung\nA,0.9\n")
    (tmp_path / "GOOD").rename(tmp_path / "good.csv")
    (tmp_path / "bad.csv").write_text("method,lung\nA,high\n")
    names = {"OUT": "OUT", "OTHER": "OTHER", "GOOD": "good.csv", "BAD": "bad.csv"}
    given = [str(tmp_path / names[option]) if option in names else option for option in options]
    before = digests(tmp_path)
    try:
        status = main(["tables", *given])
    except SystemExit as left:  # argparse
        status = int(str(left.code))
    assert status == 2
    error = capsys.readouterr().err
    assert fault in error
    assert error.count("\n") == 1
    assert digests(tmp_path) == before
