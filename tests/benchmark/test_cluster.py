"""Cells on the workers of a real Dask scheduler on loopback: the records of a local run, whatever dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import counted_cells
import distributed
import psutil
import pytest
from plugin_ends import ENDS, processes_left

import geneboard
from geneboard.benchmark.engine.cluster import executor
from geneboard.benchmark.engine.cluster.identity import difference, identity
from geneboard.benchmark.engine.cluster.on_worker import Plan, _guarded
from geneboard.benchmark.engine.processes import Limits
from geneboard.benchmark.engine.run import run_cells
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.registry import ROOT
from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.errors import InputError

SERVER = """
import distributed, sys
cluster = distributed.LocalCluster(
    n_workers=int(sys.argv[2]),
    threads_per_worker=1,
    host="127.0.0.1",
    dashboard_address=None,
    local_directory=sys.argv[1],
)
print(cluster.scheduler_address, flush=True)
sys.stdin.read()
"""


def started(folder: Path, workers: int) -> tuple[subprocess.Popen[str], str]:
    """Start a scheduler with workers; they import what this process can."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(folder), str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def ended(process: subprocess.Popen[str]) -> None:
    for child in psutil.Process(process.pid).children(recursive=True):
        child.kill()
    process.kill()
    process.communicate()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, found = started(tmp_path_factory.mktemp("workers"), 2)
    with distributed.Client(found, set_as_default=False) as client:
        client.run(__import__, "counted_cells")  # which adds its task to the list
    yield found
    ended(process)


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    folder = tmp_path_factory.mktemp("local")
    return run_cells(counted_cells.counted_cells(folder), folder / "out", jobs=2, quiet=True).records


def told(records: list[Record]) -> list[dict[str, Any]]:
    """Return what of records may not depend on where they were made."""
    return [
        {name: value for name, value in one.items() if name not in ("cost", "checksum")} for one in records
    ]


def touch_and_sleep(file: Path) -> None:
    write_atomically(file, str(os.getpid()).encode())
    time.sleep(600)


def done(folder: Path) -> list[str]:
    path = folder / "data" / "done.txt"
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("shared", [True, False])
def test_records_are_those_of_a_local_run(
    tmp_path: Path, address: str, local: list[Record], shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not shared:
        monkeypatch.setattr(executor, "sees", lambda _: False)
    out = tmp_path / "out"
    cells = counted_cells.counted_cells(tmp_path)
    found = run_cells(cells, out, scheduler=address, quiet=True)
    assert found.ran == len(cells)
    assert told(found.records) == told(local)
    assert {one["status"] for one in found.records} == {"ok", "skipped"}
    if shared:  # elsewhere the file is written beside the manifest of the worker
        assert len(done(tmp_path)) == len(set(done(tmp_path))) > 0
    else:
        assert not done(tmp_path)
        assert all(
            (out / "runs" / cell.training_key / "training.json").exists()
            for cell in cells
            if not cell.input and cell.entry.name != "nothing"
        )
    assert run_cells(cells, out, scheduler=address, quiet=True).ran == 0


def test_a_worker_that_dies_loses_nothing(tmp_path: Path, address: str, local: list[Record]) -> None:
    def kill() -> None:
        while len(done(tmp_path)) < 2:
            time.sleep(0.02)
        with distributed.Client(address, set_as_default=False) as client:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    found = run_cells(counted_cells.counted_cells(tmp_path), tmp_path / "out", scheduler=address, quiet=True)
    killer.join()
    assert told(found.records) == told(local)


def test_without_its_scheduler_a_run_ends_in_a_sentence_and_goes_on_elsewhere(
    tmp_path: Path, local: list[Record]
) -> None:
    process, own = started(tmp_path / "workers", 1)

    def kill() -> None:
        while len(done(tmp_path)) < 3:
            time.sleep(0.02)
        process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    cells = counted_cells.counted_cells(tmp_path)
    with pytest.raises(InputError, match="the scheduler is gone; what has ended is kept"):
        run_cells(cells, tmp_path / "out", scheduler=own, quiet=True)
    killer.join()
    ended(process)
    found = run_cells(cells, tmp_path / "out", jobs=2, quiet=True)
    assert told(found.records) == told(local)


@pytest.mark.parametrize(
    ("status", "state"), [("closing", "executing"), ("closed", "executing"), ("running", "cancelled")]
)
def test_a_call_that_nobody_waits_for_ends(tmp_path: Path, status: str, state: str) -> None:
    task = SimpleNamespace(state="executing")
    worker = SimpleNamespace(
        status=SimpleNamespace(name="running"),
        state=SimpleNamespace(tasks={"call": task}),
        get_current_task=lambda: "call",
    )
    started = tmp_path / "started"

    def lose() -> None:
        while not started.exists():
            time.sleep(0.02)
        worker.status.name, task.state = status, state

    loser = threading.Thread(target=lose, daemon=True)
    loser.start()
    plan = Plan("topic", ROOT, {}, None, 1, Limits(), ())
    with pytest.raises(RuntimeError, match="nobody waits for this cell any more"):
        _guarded(plan, worker, touch_and_sleep, started)
    number = int(started.read_text())
    assert not psutil.pid_exists(number) or psutil.Process(number).status() == psutil.STATUS_ZOMBIE


def test_limits_hold_on_workers_too(tmp_path: Path, address: str) -> None:
    cells = counted_cells.counted_cells(tmp_path)
    limits = Limits(memory_mb=1.0)
    found = run_cells(cells, tmp_path / "out", scheduler=address, quiet=True, limits=limits)
    trained = [one for one in found.records if one["method"] != "nothing"]
    assert {one["status"] for one in trained} == {"oom"}
    assert all("more than the memory limit of 1 MB" in one["reason"] for one in trained)


@pytest.mark.usefixtures("controls_there")
def test_whatever_a_method_does_ends_on_a_worker_as_it_does_here(
    tmp_path: Path, address: str, graph_folder: Path
) -> None:
    found = geneboard.run(
        ["lung"],
        data=graph_folder,
        out=tmp_path / "out",
        methods=[*ENDS],
        plugins=[Path(__file__).with_name("plugins.py")],
        seeds=1,
        time_limit=10,
        memory_limit=1000,
        device="cpu",
        pictures=False,
        quiet=True,
        scheduler=address,
    )
    ends = {record["method"]: (record["status"], record["reason"]) for record in found.records}
    for method, (status, reason) in ENDS.items():
        assert ends[method][0] == status, method
        assert reason in ends[method][1], method
    assert not processes_left()


def test_a_worker_of_other_versions_is_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = identity()
    monkeypatch.setattr(
        executor, "difference", lambda here, there: difference({**here, "numpy": "1.0"}, there)
    )
    with pytest.raises(
        InputError, match=rf"the worker tcp://.* has numpy {ours['numpy']}, this machine 1\.0"
    ):
        run_cells(counted_cells.counted_cells(tmp_path), tmp_path / "out", scheduler=address, quiet=True)
    assert "another source of geneboard (b) than this machine (a)" in difference(
        {"geneboard": "a"}, {"geneboard": "b"}
    )
    assert not difference(ours, {**ours, "more": "1"})


def test_no_scheduler_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "CONNECT_SECONDS", 1)
    cells = counted_cells.counted_cells(tmp_path)
    told = {"tcp://127.0.0.1:9": "cannot be reached", "nonsense://a:1": "cannot be reached"}
    for wrong, fault in {**told, "nonsense": "expected an address as tcp://HOST:PORT"}.items():
        with pytest.raises(InputError, match=rf"--scheduler {wrong}: {fault}"):
            run_cells(cells, tmp_path / "out", scheduler=wrong, quiet=True)


SBATCH = """#!/bin/sh
cp "$1" job.sh  # which is removed when this has ended
setsid bash job.sh > job.log 2>&1 &
echo "Submitted batch job $!"
"""


@pytest.mark.slow
def test_the_example_of_slurm_runs_on_the_jobs_that_it_submits(
    tmp_path: Path, local: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of SLURM itself two commands are replaced."""
    text = (ROOT / "benchmark" / "engine" / "cluster" / "README.md").read_text()
    example = text.partition("```python\n")[2].partition("```")[0]
    assert example.count("_jobs=20") == 2
    for name, content in {"sbatch": SBATCH, "scancel": '#!/bin/sh\nkill -- "-$1"\n'}.items():
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(content)
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "activate").touch()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=os.pathsep)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.chdir(tmp_path)
    runs: list[tuple[str, str, distributed.Client]] = []
    monkeypatch.setattr(
        geneboard.benchmark, "run", lambda tissue, preset, scheduler: runs.append((tissue, preset, scheduler))
    )
    names: dict[str, Any] = {}
    exec(example.replace("_jobs=20", "_jobs=1"), names)
    ((_, _, client),) = runs
    with names["cluster"], client:
        client.wait_for_workers(1)
        client.run(__import__, "counted_cells")
        cells = counted_cells.counted_cells(tmp_path)
        found = run_cells(cells, tmp_path / "out", scheduler=client, quiet=True)
    assert told(found.records) == told(local)
    assert "#SBATCH" in names["cluster"].job_script()
