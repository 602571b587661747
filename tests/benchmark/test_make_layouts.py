"""Maps that are made in processes of their own: one that is killed takes no other with it."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from geneboard.benchmark.engine.processes import Processes
from geneboard.benchmark.tasks.embedding.maps import make_layouts


@dataclass(frozen=True)
class Labelled:
    """Stands for a cell; its label says how its map ends."""

    label: str


def make_or_die(cell: Labelled, out: Path) -> None:
    if cell.label.startswith("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    if cell.label.startswith("wrong"):
        raise ValueError("no such map")
    (out / cell.label).touch()


def test_a_killed_process_fails_its_own_map_and_the_rest_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(make_layouts, "lay_out", make_or_die)
    told: list[str] = []
    labels = ["a", "killed 1", "b", "wrong", "killed 2", "c"]
    with Processes(2) as executor:
        make_layouts.make_layouts(
            [Labelled(label) for label in labels], tmp_path, executor, quiet=True, warn=told.append
        )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "c"]
    died = "DeadProcessError: the process was ended by signal 9, which the system sends when memory runs out"
    assert sorted(told) == [
        f"no map of killed 1: {died}",
        f"no map of killed 2: {died}",
        "no map of wrong: ValueError: no such map",
    ]
