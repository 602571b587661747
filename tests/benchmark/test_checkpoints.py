"""The file that an interrupted training goes on from, and what its cell then says."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from geneboard.benchmark.engine import child
from geneboard.benchmark.engine.checkpoints import CheckpointFile
from geneboard.benchmark.records import store
from geneboard.benchmark.task import Trained


def kept(folder: Path, state: bytes = b"state\nof two lines", key: str = "k") -> Path:
    path = folder / store.CHECKPOINT
    CheckpointFile(path, key).write(state)
    return path


def test_what_was_written_last_is_read(tmp_path: Path) -> None:
    kept(tmp_path, b"before")
    path = kept(tmp_path)
    assert CheckpointFile(path, "k").read() == b"state\nof two lines"
    assert CheckpointFile(tmp_path / "none", "k").read() is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-1],
        lambda content: content[:10],
        lambda _: b"",
        lambda content: content.replace(b"state", b"stale"),
        lambda content: content.replace(b'"k"', b'"other"'),
        lambda _: b"[]\nstate",
    ],
)
def test_one_that_does_not_fit_is_named_and_removed(tmp_path: Path, damage: Any, capsys: Any) -> None:
    path = kept(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    assert CheckpointFile(path, "k").read() is None
    assert f"{path}: is damaged or of another training" in capsys.readouterr().out
    assert not path.exists()


def test_it_is_due_when_the_last_one_is_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    file = CheckpointFile(tmp_path / "c", "k", seconds=60)
    told = []
    for clock[0] in (159.0, 160.0, 200.0, 219.0, 221.0):
        told.append(file.due())
        if told[-1]:
            file.write(b"")
    assert told == [False, True, False, False, True]
    again = CheckpointFile(tmp_path / "c", "k")
    again.read()
    assert again.earlier["wall_seconds"] == 121.0
    clock[0] = 230.0
    again.write(b"")
    assert json.loads((tmp_path / "c").read_bytes().partition(b"\n")[0])["wall_seconds"] == 130.0


@dataclass
class Counts:
    """A training of four steps, which is kept after each, and ends early once."""

    stops_after: int
    done: list[int] = field(default_factory=list)

    def train(self, _: object) -> Counts:
        return self

    artifact = "counted.txt"

    def skip(self) -> None:
        return None

    def fit(self, progress: Any) -> None:
        for step in range(int(progress.checkpoints.read() or 0), 4):
            if step == self.stops_after:
                raise KeyboardInterrupt
            self.done.append(step)
            progress(step + 1, 4)
            progress.checkpoints.write(b"%d" % (step + 1))

    def keep(self, folder: Path) -> Trained:
        (folder / self.artifact).write_text(str(self.done))
        return Trained(None, {})


def test_a_cell_goes_on_and_its_cost_is_that_of_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "send_output_to", lambda _: None)
    cell: Any = SimpleNamespace(training_key="k", label="counts", device="cpu", trained=None)
    first, second = Counts(stops_after=3), Counts(stops_after=9)
    assert child.train(first, cell, tmp_path).status == "failed"  # type: ignore[arg-type]
    path = tmp_path / store.CHECKPOINT
    head, _, state = path.read_bytes().partition(b"\n")
    path.write_bytes(json.dumps({**json.loads(head), "wall_seconds": 50.0}).encode() + b"\n" + state)
    training = child.train(second, cell, tmp_path)  # type: ignore[arg-type]
    assert (first.done, second.done, training.status) == ([0, 1, 2], [3], "ok")
    assert 50 <= training.cost["wall_seconds"] < 60
    assert not path.exists()


def test_force_begins_anew(tmp_path: Path) -> None:
    path = kept(store.run_folder(tmp_path, "k"))
    store.forget_training(tmp_path, "k")
    assert not path.exists()
