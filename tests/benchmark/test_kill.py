"""A run that is killed, again and again, and then finished gives the tables of one that was left alone."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil
import pytest

from geneboard.benchmark import cli, registry
from geneboard.benchmark.engine import child as runner
from geneboard.benchmark.records import store

PLUGINS = Path(__file__).parent / "plugins.py"
COST_COLUMNS = r"_seconds$|_mb$"


def arguments(data: Path, out: Path, methods: str = "tiny,pca") -> list[str]:
    return [
        *("--tissue", "lung", "--data", str(data), "--out", str(out), "--plugin", str(PLUGINS)),
        *("--methods", methods, "--seeds", "3", "--set", "tiny.pause=0.2", "--jobs", "2", "--no-pictures"),
    ]


def started(data: Path, out: Path, methods: str = "tiny,pca") -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, str(registry.ROOT / "run_all.py"), *arguments(data, out, methods)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
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


@pytest.mark.slow
def test_killed_runs_end_in_the_same_table(graph_folder: Path, tmp_path: Path) -> None:
    calm, killed = tmp_path / "calm", tmp_path / "killed"
    assert cli.main(arguments(graph_folder, calm)) == 0

    def files(name: str) -> int:
        return len(list(killed.glob(f"runs/*/{name}")))

    process = started(graph_folder, killed, "hangs,tiny")
    wait_until(lambda: files(runner.LOG) > 0)  # it trains
    assert len(processes_of(process.pid)) >= 3  # the run, the server, the cell
    process.kill()  # the parent alone, as the out-of-memory killer does
    process.wait()
    wait_until(lambda: not processes_of(process.pid))

    for written in (store.EMBEDDING, store.RECORD):  # while it scores, goes on
        before = files(written)
        process = started(graph_folder, killed)
        wait_until(lambda written=written, before=before: files(written) > before)  # type: ignore[misc]
        os.killpg(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        for path in killed.glob("runs/*/result.json"):
            store.read_record(killed, path.parent.name)  # raises if it were half a record
    assert cli.main(arguments(graph_folder, killed)) == 0
    pd.testing.assert_frame_equal(board(killed), board(calm))
    assert len(store.read_records(killed)) == 4
