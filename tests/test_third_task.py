"""A third task is a folder and one line: it goes through plan, run, records, tables and report."""

from __future__ import annotations

import ast
import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_task.problems import cells_of

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cli import main
from geneboard.benchmark.commands.build_report import build_report
from geneboard.benchmark.commands.terminal import show_outcome
from geneboard.benchmark.engine.plan import plan_of
from geneboard.benchmark.engine.run import Outcome, run_cells
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import ROOT
from geneboard.benchmark.task import TASKS

SEEN, NEW = [1.0, 2.0, 30.0], [2.0, 11.0, 20.0]
ERRORS = {"numbers": {"median": 9.0, "zero": 11.0}, "large": {"median": 13.5, "zero": 15.5}}
"""Of the guesses 2 and 0, by hand."""


@pytest.fixture(scope="module", autouse=True)
def _third_task() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TASKS, "toy", "toy_task.task:ToyTask")
        yield


def by_key(record: Record) -> str:
    return record["key"]


def without_cost(record: Record) -> dict[str, object]:
    return {name: value for name, value in record.items() if name not in ("cost", "checksum")}


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> list[Cell]:
    return cells_of(tmp_path_factory.mktemp("data"), SEEN, NEW)


@pytest.fixture(scope="module")
def run(cells: list[Cell], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    out = tmp_path_factory.mktemp("out")
    assert [planned.todo for planned in plan_of(cells, out)] == ["train", "score"] * 5
    outcome = run_cells(cells, out, jobs=2, quiet=True)
    build_report(out, store.read_records(out))
    return out, outcome


def test_records_are_those_of_the_run(cells: list[Cell], run: tuple[Path, Outcome]) -> None:
    out, outcome = run
    read = store.read_records(out)  # which verifies the checksums
    assert read == sorted(outcome.records, key=by_key)
    assert {record["task"] for record in read} == {"toy"}
    assert {(record["method"], record["status"]) for record in read} == {
        *(("median", "ok"), ("any", "ok"), ("zero", "ok"), ("nothing", "skipped"))
    }
    for record in read:
        expected = ERRORS[record["tissue"]].get(record["method"])
        if expected is not None:
            assert record["scores"]["error"]["value"] == expected
    large = next(one for one in read if (one["tissue"], one["method"]) == ("large", "median"))
    assert (large["above"], large["scored"], large["guess"]) == (10, 2, 2.0)  # type: ignore[typeddict-item]
    assert large["history"] == {"loss": [0.5]}


def test_a_problem_with_an_input_trains_nothing(cells: list[Cell], run: tuple[Path, Outcome]) -> None:
    out, _ = run
    for cell in cells:
        folder = store.run_folder(out, cell.key)
        trained = cell.input is None and cell.entry.name != "nothing"
        assert (folder / "guess.json").exists() is trained


def test_finished_cells_stay(cells: list[Cell], run: tuple[Path, Outcome]) -> None:
    again = run_cells(cells, run[0], quiet=True)
    assert again.ran == 0
    assert again.records == run[1].records


def test_order_and_jobs_change_no_number(
    cells: list[Cell], run: tuple[Path, Outcome], tmp_path: Path
) -> None:
    seen: list[Record] = []
    lefts: list[int] = []

    def on_record(record: Record, left: int) -> None:
        assert store.read_record(tmp_path, record["key"]) == record  # it is written before it is shown
        seen.append(record)
        lefts.append(left)

    again = run_cells(cells[::-1], tmp_path, jobs=1, quiet=True, on_record=on_record)
    assert lefts == list(range(len(cells)))[::-1]
    assert sorted(seen, key=by_key) == sorted(again.records, key=by_key)
    assert [record["seed"] for record in seen] == sorted(record["seed"] for record in seen)
    assert list(map(without_cost, again.records[::-1])) == list(map(without_cost, run[1].records))


def test_all_formats(run: tuple[Path, Outcome], capsys: pytest.CaptureFixture[str]) -> None:
    out, outcome = run
    board = out / "toy/quick/large"
    with (board / "leaderboard.csv").open() as file:
        errors = {line["method"]: line["error"] for line in csv.DictReader(file)}
    assert (errors["median"], errors["zero"], errors["nothing"]) == ("13.5", "15.5", "")
    assert "| Median | 13.500 |" in (board / "leaderboard.md").read_text()
    assert "Median & " in (board / "leaderboard.tex").read_text()
    assert "Guesses of large" in (board / "leaderboard.html").read_text()
    report = (out / "report.html").read_text()
    assert all(words in report for words in ("Guess a number.", "large", "numbers", "13.500", "has no idea"))
    with (out / "results.csv").open() as file:
        lines = [line for line in csv.DictReader(file) if line["method"] == "median"]
    assert {line["tissue"]: line["value"] for line in lines} == {"numbers": "9.0", "large": "13.5"}
    assert show_outcome(outcome, out, pictures=True) == 0
    printed = capsys.readouterr().out
    assert "Guesses of numbers" in printed
    assert "Median" in printed
    assert "-- controls" in printed


def test_commands_of_a_result_folder(
    run: tuple[Path, Outcome], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, _ = run
    assert main(["tables", "--out", str(out), "--pack", str(tmp_path)]) == 0
    for name in ("results.csv", "toy/quick/large/leaderboard.tex"):
        assert (tmp_path / name).read_bytes() == (out / name).read_bytes()
    assert main(["tables", "--compare", str(out), str(tmp_path)]) == 2
    assert "cannot be compared: neither has leaderboards that are compared" in capsys.readouterr().err


def test_engine_and_report_know_no_task() -> None:
    """No text in their code is the name of a task; docstrings may speak of one."""
    found = {
        (path.relative_to(ROOT).as_posix(), node.value)
        for room in ("engine", "report")
        for path in (ROOT / "benchmark" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Constant) and node.value in (*TASKS, "l1000", "L1000")
    }
    assert not found
