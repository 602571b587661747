"""Runs at the same time on one result folder: every cell once, all records with each of them."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from counted_cells import counted_cells

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine import run as engine_run
from geneboard.benchmark.engine.cell_record import record_of
from geneboard.benchmark.engine.child import Scoring, Training, score
from geneboard.benchmark.engine.claims import CLAIMS, Claims
from geneboard.benchmark.engine.shared_folder import SharedFolder
from geneboard.benchmark.records import store

PROGRAM = Path(__file__).with_name("counted_cells.py")
IMPORTS = os.pathsep.join([os.environ["PYTHONPATH"], str(PROGRAM.parents[1]), str(PROGRAM.parent)])


def started(folder: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, PROGRAM, folder, folder / "out", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": IMPORTS},
    )


def ended(process: subprocess.Popen[str]) -> tuple[dict[str, Any], str]:
    output, told = process.communicate(timeout=250)
    assert process.returncode == 0, told
    return json.loads(output), told


def done(folder: Path) -> Counter[str]:
    path = folder / "data" / "done.txt"
    return Counter(path.read_text().splitlines() if path.exists() else ())


def once(folder: Path) -> Counter[str]:
    cells = [cell for cell in counted_cells(folder) if cell.entry.name != "nothing"]
    trained = [f"train {cell.key}" for cell in cells if cell.input is None]
    return Counter([*trained, *(f"score {cell.key}" for cell in cells)])


def records(folder: Path) -> list[dict[str, Any]]:
    """All but what it cost, and where the data lay."""
    left_out = ("cost", "checksum")
    found = store.read_records(folder / "out", pytest.fail)
    return [{name: value for name, value in one.items() if name not in left_out} for one in found]


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_two_runs_share_the_work_a_third_is_killed_and_nothing_is_done_twice(tmp_path: Path) -> None:
    alone, together = tmp_path / "alone", tmp_path / "together"
    ended(started(alone))
    killed, *others = [started(together) for _ in range(3)]
    wait_until(lambda: any(f'"pid": {killed.pid},' in text for text in claimed(together)))
    killed.kill()
    killed.communicate()
    told = [ended(process) for process in others]
    assert records(together) == records(alone)
    assert all(summary["statuses"] == ["ok"] * 8 + ["skipped"] * 2 for summary, _ in told)
    assert done(alone) == once(alone)
    # of the one that was killed, at most two calls had begun and are done again
    again = done(together) - once(together)
    assert once(together) - done(together) == Counter()
    assert again.total() <= 2
    assert not (together / "out" / CLAIMS).exists()


def claimed(folder: Path) -> list[str]:
    found = []
    for path in (folder / "out" / CLAIMS).glob("*"):
        try:
            found.append(path.read_text())
        except FileNotFoundError:  # it has ended
            continue
    return found


def test_two_runs_do_every_cell_once(tmp_path: Path) -> None:
    ours, theirs = (ended(process) for process in [started(tmp_path), started(tmp_path)])
    assert done(tmp_path) == once(tmp_path)
    assert ours[0]["ran"] + theirs[0]["ran"] == len(counted_cells(tmp_path))
    assert min(ours[0]["ran"], theirs[0]["ran"]) > 0
    assert "by another run" in ours[1] + theirs[1]


def left(folder: Path, cell: Cell, **changes: Any) -> None:
    """Leave what a run writes of a cell that is ok."""
    training = Training("ok", "", sha256=hashlib.sha256(b"2").hexdigest())
    out = folder / "out"
    place = store.run_folder(out, cell.key)
    if cell.input is None:
        store.write_training(place, cell.training_key, vars(training))
        (place / "guess.json").write_bytes(b"2")
    store.write_record(out, {**record_of(cell, training, Scoring({}, 1.0)), **changes})  # type: ignore[typeddict-item]


@pytest.mark.parametrize("status", ["ok", "failed"])
def test_what_another_has_written_counts_however_it_ended(tmp_path: Path, status: str) -> None:
    cell, part = counted_cells(tmp_path)[:2]
    left(tmp_path, cell, status="failed", reason="of an earlier run")
    shared = SharedFolder(tmp_path / "out", [cell, part])
    assert shared.record_of_another(cell) is None
    left(tmp_path, cell, status=status, reason="of another run")
    assert shared.record_of_another(cell)["reason"] == "of another run"  # type: ignore[index]
    assert shared.record_of_another(part) is None
    left(tmp_path, cell, metric_versions={"error": 0})  # a run of an older version: it is to be scored again
    assert shared.record_of_another(cell) is None


def test_force_begins_anew_unless_another_has_trained_meanwhile(tmp_path: Path) -> None:
    cell, part = counted_cells(tmp_path)[:2]
    left(tmp_path, cell)
    place = store.run_folder(tmp_path / "out", cell.key)
    for force in (False, True):
        shared = SharedFolder(tmp_path / "out", [cell, part], force=force)
        shared.forget_former_training(part)
        assert (place / store.TRAINING).exists() is not force
        assert (shared.training(part) is None) is force
    left(tmp_path, cell)
    assert shared.training(part) is not None
    shared.forget_former_training(part)
    assert (place / store.TRAINING).exists()


def test_a_run_waits_for_another_and_goes_on_where_that_gives_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the other is at work on is waited for; what it has given back is run."""
    cells = counted_cells(tmp_path)[:2]
    told: list[str] = []
    monkeypatch.setattr(engine_run, "POLL_SECONDS", 0.01)
    progress = Mock()
    with Claims(tmp_path / "out") as other, SharedFolder(tmp_path / "out", cells) as shared:
        assert other.take(cells[0].key)

        def waits(text: str) -> None:
            if text not in ("", *told):
                told.append(text)
            elif text:  # it has been told twice
                left(tmp_path, cells[0])
                other.release(cells[0].key)

        progress.waits = waits
        executor = Mock()
        executor.messages.empty.return_value = True
        scoring: Future[Scoring] = Future()
        scoring.set_result(Scoring({}, 1.0))
        executor.submit.return_value = scoring
        ends = list(engine_run._ends(cells, tmp_path / "out", executor, 1, progress, shared))
    assert told == [f"waits for another run ({os.uname().nodename}, pid {os.getpid()})"]
    assert [end[0] for end in ends] == cells
    assert ends[0][1]["status"] == "ok"  # type: ignore[index]
    assert executor.submit.call_count == 1  # the part is scored here


def test_what_another_has_trained_meanwhile_is_only_scored(tmp_path: Path) -> None:
    """It was interrupted before it had scored, after this run was planned."""
    (cell, *_), executor = counted_cells(tmp_path), Mock()
    executor.messages.empty.return_value = True
    scoring: Future[Scoring] = Future()
    scoring.set_result(Scoring({}, 1.0))
    executor.submit.return_value = scoring
    first = engine_run._first_of_each_artifact

    def then_trained(*arguments: Any) -> Any:
        found = first(*arguments)
        left(tmp_path, cell)
        (store.run_folder(tmp_path / "out", cell.key) / store.RECORD).unlink()
        return found

    with pytest.MonkeyPatch.context() as patch, SharedFolder(tmp_path / "out", [cell]) as shared:
        patch.setattr(engine_run, "_first_of_each_artifact", then_trained)
        (end,) = engine_run._ends([cell], tmp_path / "out", executor, 1, Mock(), shared)
    assert end[2] == Scoring({}, 1.0)
    assert [call.args[0] for call in executor.submit.call_args_list] == [score]


def test_the_result_of_a_cell_that_was_taken_over_does_not_count(tmp_path: Path) -> None:
    """Its run was halted for so long that it was believed to be dead."""
    (cell, *_), out = counted_cells(tmp_path), tmp_path / "out"
    executor, progress = Mock(), Mock()
    executor.messages.empty.return_value = True
    with SharedFolder(out, [cell]) as shared, Claims(out) as other:

        def halted(*_: Any) -> Future[Training]:
            (out / CLAIMS / cell.key).unlink()  # where a file system forgets what it was told
            assert other.take(cell.key)
            result: Future[Training] = Future()
            result.set_result(Training("failed", "of the one that was halted"))
            return result

        def waits(text: str) -> None:
            if text:
                left(tmp_path, cell, reason="of the other")
                other.release(cell.key)

        executor.submit.side_effect, progress.waits = halted, waits
        (end,) = engine_run._ends([cell], out, executor, 1, progress, shared)
    assert end[1]["reason"] == "of the other"  # type: ignore[index]
