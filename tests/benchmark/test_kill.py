"""Runs that are interrupted and killed, and then finished, give the tables of one that was left alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import psutil
import pytest
from external_methods import external_file, has_ended

from geneboard.benchmark import cli, registry
from geneboard.benchmark.records import store

PLUGINS = Path(__file__).parent / "plugins.py"
COST_COLUMNS = r"_seconds$|_mb$"


def arguments(data: Path, out: Path, methods: str = "tiny,pca") -> list[str]:
    return [
        *("--tissue", "lung", "--data", str(data), "--out", str(out), "--plugin", str(PLUGINS)),
        *("--methods", methods, "--seeds", "2", "--set", "tiny.pause=0.2", "--jobs", "2", "--no-pictures"),
        *("--beside", str(data.with_name("controls"))),
    ]


def started(data: Path, out: Path, *more: str | Path, methods: str = "tiny,pca") -> subprocess.Popen[bytes]:
    """Start a run in a group of its own, in bad surroundings; it writes what it tells beside its folder."""
    temporary = out.parent / ("t" * 200)  # too long for the address of a socket
    temporary.mkdir(parents=True, exist_ok=True)
    surroundings = {"LC_ALL": "C", "PYTHONIOENCODING": "latin-1", "HOME": "/dev/null/home"}
    with out.with_suffix(".txt").open("wb") as told:
        return subprocess.Popen(
            [sys.executable, registry.ROOT / "run_all.py", *arguments(data, Path(out.name), methods), *more],
            stdout=subprocess.DEVNULL,
            stderr=told,
            start_new_session=True,
            cwd=out.parent,
            env=os.environ | surroundings | {"TMPDIR": str(temporary)},
        )


def board(out: Path) -> pd.DataFrame:
    frame = pd.read_csv(out / "files-small" / "quick" / "lung" / "leaderboard.csv")
    return frame.loc[:, ~frame.columns.str.contains(COST_COLUMNS)]


def processes_of(group: int) -> list[int]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):  # it has just ended
            if os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def ctrl_c_works() -> Iterator[None]:
    """A process that was started in the background of a script ignores SIGINT, and so do its children."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.timeout(600)  # three runs start, which is slow on a machine that has other work
@pytest.mark.usefixtures("ctrl_c_works", "packed_controls")
def test_runs_that_end_early_end_in_the_same_table(graph_folder: Path, tmp_path: Path) -> None:
    calm, killed = tmp_path / "calm", tmp_path / "ein Büro" / "killed"
    assert cli.main(arguments(graph_folder, calm)) == 0

    def files(name: str) -> int:
        return len(list(killed.glob(f"runs/*/{name}")))

    # Ctrl-C, which a terminal sends to the whole group, while one cell is finished and another trains
    process = started(graph_folder, killed, methods="hangs,tiny")
    wait_until(lambda: files(store.RECORD) > 0)
    os.killpg(process.pid, signal.SIGINT)
    os.kill(process.pid, signal.SIGINT)  # a launcher may hand it on
    assert process.wait(30) == 130
    wait_until(lambda: not processes_of(process.pid))
    told = killed.with_suffix(".txt").read_text()
    assert told.endswith("interrupted: finished cells are kept; the same command goes on from here\n")
    assert not any(word in told for word in ("Traceback", "arning", "leaked"))
    assert [*killed.parent.glob("t*/geneboard-*"), *killed.parent.glob("t*/pymp-*")] == []

    # SIGKILL to the parent alone, as the out-of-memory killer does, while a command of somebody else works
    commands = external_file(tmp_path / "external", slow="hang")
    place = commands.parent / "folder"  # where the command notes which folder it was given
    one_seed = ("--seeds", "1", "--external", commands)
    process = started(graph_folder, killed, *one_seed, methods="hangs,slow,tiny")
    wait_until(lambda: (commands.parent / "pid").exists() and (commands.parent / "pid").read_text() != "")
    command = int((commands.parent / "pid").read_text())
    assert len(processes_of(process.pid)) >= 5  # the run, the server, two cells, the command
    process.kill()
    process.wait()
    wait_until(lambda: has_ended(command) and not processes_of(process.pid))
    assert not Path(place.read_text()).exists()

    # SIGKILL to all, while what has been trained is scored
    trained = files(store.EMBEDDING)
    process = started(graph_folder, killed)
    wait_until(lambda: files(store.EMBEDDING) > trained)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    for path in killed.glob("runs/*/result.json"):
        assert store.read_record(killed, path.parent.name) is not None  # no half record

    assert cli.main(arguments(graph_folder, killed)) == 0
    pd.testing.assert_frame_equal(board(killed), board(calm))
    assert len(store.read_records(killed)) == 3
