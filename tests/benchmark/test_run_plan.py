"""What a run has to do, and in which order, on cells of the toy task."""

from __future__ import annotations

import errno
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from toy_task.problems import cells_of
from toy_task.task import ToyTask

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.settings import Settings
from geneboard.benchmark.engine import run as engine_run
from geneboard.benchmark.engine.cell_record import record_of
from geneboard.benchmark.engine.child import Scoring, Training
from geneboard.benchmark.engine.plan import Planned, cheap_first, plan_of
from geneboard.benchmark.engine.run import run_cells
from geneboard.benchmark.records import store
from geneboard.benchmark.task import TASKS


@pytest.fixture
def cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Cell]:
    monkeypatch.setitem(TASKS, ToyTask.name, "toy_task.task:ToyTask")
    found = cells_of(tmp_path, [1.0, 2.0], [3.0, 20.0])
    return {f"{cell.problem.name} {cell.entry.name} {cell.seed}": cell for cell in found}


def finish(out: Path, cell: Cell, *, wall: float = 2.0, scoring: float = 1.0, **training: Any) -> None:
    """Write the record of a cell, and what its training leaves."""
    trained = Training(**{"status": "ok", "reason": "", "cost": {"wall_seconds": wall}, **training})
    scored = Scoring({"error": {"value": 1.0, "status": "ok", "reason": ""}}, scoring)
    store.write_record(out, record_of(cell, trained, scored if trained.status == "ok" else None))


def leave_artifact(out: Path, cell: Cell) -> None:
    folder = store.run_folder(out, cell.training_key)
    store.write_json(folder / ToyTask.artifact, 2.0)
    sha256 = store.file_sha256(folder / ToyTask.artifact)
    store.write_training(folder, cell.training_key, vars(Training("ok", "", sha256=sha256)))


def todo(plan: list[Planned]) -> list[str]:
    return [planned.todo for planned in plan]


def test_nothing_is_there(cells: dict[str, Cell], tmp_path: Path) -> None:
    pair = [cells["numbers median 0"], cells["large median 0"]]
    assert todo(plan_of(pair, tmp_path)) == ["train", "score"]
    assert todo(plan_of(pair[::-1], tmp_path)) == ["train", "score"]  # whichever comes first
    assert [planned.seconds for planned in plan_of(pair, tmp_path)] == [None, None]


@pytest.mark.parametrize(
    ("status", "artifact", "expected"),
    [
        ("ok", True, ""),
        ("ok", False, ""),
        ("skipped", False, ""),
        ("failed", False, "train"),
        ("failed", True, "score"),  # as where a metric raised
        ("timeout", False, "train"),
        ("oom", False, "train"),
    ],
)
def test_what_is_there(
    cells: dict[str, Cell], tmp_path: Path, status: str, artifact: bool, expected: str
) -> None:
    cell = cells["numbers median 0"]
    finish(tmp_path, cell, status=status)
    if artifact:
        leave_artifact(tmp_path, cell)
    (planned,) = plan_of([cell], tmp_path)
    assert planned.todo == expected
    assert (planned.record is None) is bool(expected)
    assert todo(plan_of([cell], tmp_path, force=True)) == ["train"]


@pytest.mark.parametrize(("artifact", "expected"), [(True, "score"), (False, "train")])
def test_other_versions_of_metrics(
    cells: dict[str, Cell], tmp_path: Path, artifact: bool, expected: str
) -> None:
    cell = cells["numbers median 0"]
    finish(tmp_path, cell)
    if artifact:
        leave_artifact(tmp_path, cell)
    assert todo(plan_of([replace(cell, metric_versions={"error": 2})], tmp_path)) == [expected]


def test_expected_seconds(cells: dict[str, Cell], tmp_path: Path) -> None:
    first, second, large = (cells[name] for name in ("numbers any 0", "numbers any 1", "large any 1"))
    for seed, wall in ((5, 4.0), (6, 10.0), (7, 6.0)):
        finish(tmp_path, replace(first, seed=seed), wall=wall, scoring=1.0)
    finish(tmp_path, replace(first, seed=8), wall=1000.0, status="timeout", reason="too long")
    finish(tmp_path, replace(first, seed=9, preset="paper"), wall=1000.0)
    finish(tmp_path, replace(first, seed=9, settings=Settings({"n": 1}, {"n": 1})), wall=1000.0)
    finish(tmp_path, replace(first, problem=replace(first.problem, task="embedding")), wall=1000.0)
    finish(tmp_path, cells["numbers median 0"], wall=1000.0)
    elsewhere = replace(second, problem=replace(second.problem, name="elsewhere"))
    plan = plan_of([second, large, elsewhere, cells["numbers zero 0"]], tmp_path)
    assert [planned.seconds for planned in plan] == [7.0, 1.0, 7.0, None]  # the second is scored only
    finish(tmp_path, replace(elsewhere, seed=9), wall=19.0)
    assert [planned.seconds for planned in plan_of([elsewhere, first], tmp_path)] == [20.0, 7.0]
    finish(tmp_path, second)
    assert [planned.seconds for planned in plan_of([second], tmp_path)] == [0.0]


def test_a_training_of_another_task_is_expected_to_last_as_long_as_there(
    cells: dict[str, Cell], tmp_path: Path
) -> None:
    """As an embedding that is asked about genes: to ask it takes seconds, to train it hours."""
    trained = cells["numbers any 0"]
    trained = replace(trained, problem=replace(trained.problem, task="embedding"))
    asking = replace(cells["large any 0"], input=trained)
    earlier = replace(asking, seed=5, input=replace(trained, seed=5))
    finish(tmp_path, earlier, wall=3.0, scoring=2.0)
    assert [planned.seconds for planned in plan_of([asking], tmp_path)] == [None]
    finish(tmp_path, replace(trained, seed=6), wall=500.0, scoring=7.0)
    assert [planned.seconds for planned in plan_of([asking], tmp_path)] == [502.0]


def test_a_dry_run_only_plans(cells: dict[str, Cell], tmp_path: Path) -> None:
    finish(tmp_path, cells["numbers median 0"])
    before = sorted(tmp_path.rglob("*"))
    outcome = run_cells(list(cells.values()), tmp_path, dry_run=True)
    assert [record["method"] for record in outcome.records] == ["median"]
    assert (outcome.ran, len(outcome.plan)) == (0, len(cells))
    assert sorted(tmp_path.rglob("*")) == before


def test_cheap_cells_come_first(cells: dict[str, Cell]) -> None:
    cell = cells["numbers median 0"]

    def planned(name: str, seconds: float | None, *, seed: int = 0, **attributes: object) -> Planned:
        entry = replace(cell.entry, name=name, attributes={**cell.entry.attributes, **attributes})
        return Planned(replace(cell, entry=entry, seed=seed), "train", None, seconds)

    long = {"quick": {"epochs": 5}}
    plan = [
        planned("second seed", 1.0, seed=1),
        planned("shortened, never timed", None, **long),
        planned("shortened, timed", 9.0, **long),
        planned("slow", 60.0),
        planned("fast", 2.0),
        planned("never timed", None),
        planned("control", 3.0, kind="control", **long),
    ]
    ordered = cheap_first(plan)
    assert [one.cell.entry.name for one in ordered] == [
        "never timed",
        "fast",
        "control",
        "slow",
        "shortened, never timed",
        "shortened, timed",
        "second seed",
    ]
    assert {one.cell.key for one in ordered} == {one.cell.key for one in plan}


@pytest.mark.parametrize("fault", ["folder", "disk"])
def test_a_record_that_cannot_be_written_costs_its_cell_alone(
    cells: dict[str, Cell], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """A full disk concerns all cells: then no other is trained in vain."""
    first, second = list(cells.values())[:2]
    ends = [(cell, Training("ok", ""), Scoring({}, 1.0)) for cell in (first, second)]
    monkeypatch.setattr(engine_run, "Processes", lambda *_, **__: nullcontext())
    monkeypatch.setattr(engine_run, "_ends", lambda *_: iter(ends))
    out = tmp_path / "out"
    if fault == "disk":
        full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
        monkeypatch.setattr(store, "write_atomically", full)
        with pytest.raises(OSError, match="No space left"):
            run_cells([first, second], out, jobs=1, quiet=True)
        return
    (out / "runs").mkdir(parents=True)
    store.run_folder(out, first.key).write_text("no folder")
    outcome = run_cells([first, second], out, jobs=1, quiet=True)
    assert [record["status"] for record in outcome.records] == ["failed", "ok"]
    assert outcome.failed[0]["reason"] == "its record cannot be written (File exists)"
    assert store.read_record(out, second.key) == outcome.records[1]
