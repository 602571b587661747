"""Processes that make maps: one that is killed takes no other map with it than those at work beside it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from geneboard.benchmark.tasks.embedding.maps import make_layouts
from geneboard.benchmark.tasks.embedding.maps.make_layouts import LayoutJob


def jobs_named(*labels: str) -> list[LayoutJob]:
    return [LayoutJob(label, label, Path("none"), Path("none"), None) for label in labels]


def make_or_die(job: LayoutJob, out: Path) -> float:
    """Stands for the making of a map; a label says how it ends."""
    if job.label.startswith("killed"):
        os.kill(os.getpid(), signal.SIGKILL)
    if job.label.startswith("wrong"):
        raise ValueError("no such map")
    (out / job.label).touch()
    time.sleep(0.02)
    return 0.0


def start_nothing(threads: int, log: Path) -> None:
    """Stands for loading what makes maps."""


def die_at_start(threads: int, log: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(autouse=True)
def _no_real_maps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_layouts, "_make", make_or_die)
    monkeypatch.setattr(make_layouts, "_start_worker", start_nothing)
    # The server that forks would load torch and scanpy first.
    monkeypatch.setattr(make_layouts, "start_context", lambda: multiprocessing.get_context("spawn"))


def made_and_told(labels: list[str], out: Path, processes: int) -> tuple[list[str], list[str]]:
    told: list[str] = []
    make_layouts.make_layouts(
        jobs_named(*labels), out, processes=processes, threads=1, quiet=True, warn=told.append
    )
    return sorted(path.name for path in out.iterdir()), told


def test_a_killed_process_fails_its_own_map_and_the_rest_are_made(tmp_path: Path) -> None:
    made, told = made_and_told(["a", "killed 1", "b", "wrong", "killed 2", "c"], tmp_path, 1)
    assert made == ["a", "b", "c"]
    assert [text.split(":")[0] for text in told] == [
        "no map of killed 1", "no map of wrong", "no map of killed 2",
    ]  # fmt: skip
    assert "BrokenProcessPool" in told[0]
    assert told[1] == "no map of wrong: ValueError: no such map"


def test_of_two_processes_at_most_the_one_beside_it_is_lost(tmp_path: Path) -> None:
    labels = ["a", "killed", "b", "c", "d", "e", "f"]
    made, told = made_and_told(labels, tmp_path, 2)
    failed = {text.split(":")[0].removeprefix("no map of ") for text in told}
    assert len(failed) == len(told) <= 2
    assert "killed" in failed
    assert {*made, *failed} == set(labels)
    assert {"c", "d", "e", "f"} <= set(made)


def test_where_every_process_is_killed_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, told = made_and_told(["killed 1", "killed 2", "killed 3"], tmp_path, 2)
    assert (made, len(told)) == ([], 3)
    monkeypatch.setattr(make_layouts, "_start_worker", die_at_start)
    made, told = made_and_told(["a", "b", "c"], tmp_path, 2)
    assert (made, len(told)) == ([], 3)


def test_without_jobs_nothing_starts(tmp_path: Path) -> None:
    assert made_and_told([], tmp_path, 2) == ([], [])
