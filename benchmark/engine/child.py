"""One cell: training in a child process of its own, scoring in a long-lived one.

What is trained and scored is the affair of the task. The functions here run in children. A child is forked
from a server that has done imports and nothing else (torch and numba keep thread pools that do not survive a
fork), so it starts in milliseconds.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import psutil

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.compiled_code import keep_compiled
from geneboard.benchmark.external.scratch import remove_scratch
from geneboard.benchmark.records.record import Parts, Scores, Status
from geneboard.benchmark.records.store import TRAINING, write_json
from geneboard.benchmark.registry import Entry

if TYPE_CHECKING:
    from geneboard.methods.base import Progress
    from geneboard.metrics.base import Score

LOG = "log.txt"
PROGRESS_SECONDS = 0.2
MEGABYTE = 1024.0 * 1024.0


@dataclass(frozen=True)
class Training:
    """How the training of a cell ended.

    Attributes
    ----------
    status, reason, traceback
        As in the record.
    dim
        Dimensions of the embedding.
    history
        Training curves.
    cost
        Wall and CPU seconds, peak MB and the time of the start.
    chosen
        What training has chosen, for example a penalty.
    """

    status: Status
    reason: str
    traceback: str
    dim: int | None
    history: Mapping[str, Sequence[float]]
    cost: Mapping[str, Any]
    chosen: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Trained:
    """What a training gives to the record: dimensions, training curves, what has been chosen."""

    dim: int | None
    history: Mapping[str, Sequence[float]]
    chosen: Mapping[str, float] = field(default_factory=dict)


class TrainingJob(Protocol):
    """The training of one cell, with its data read."""

    def skip(self) -> str | None:
        """Return why the method cannot run on these data, None if it can."""

    def fit(self, progress: Progress) -> None:
        """Train; this is what time and memory are measured of."""

    def keep(self, folder: Path) -> Trained:
        """Check the result and write it into the folder of the cell."""


@dataclass(frozen=True)
class ScoringJob:
    """A cell to score, and the folder that its training has filled."""

    cell: Cell
    folder: Path


@dataclass(frozen=True)
class JobTaken:
    """What a scoring process answers at once when it gets a job."""


@dataclass(frozen=True)
class Scoring:
    """Scores of a cell, or why there are none."""

    scores: Scores
    leave_one_out: dict[str, Scores]
    seconds: float
    error: str = ""
    traceback: str = ""
    parts: Parts | None = None


def now() -> str:
    """Return the time in UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def die_with_parent() -> None:
    """Have this process end when the benchmark's main process is gone, however that ended."""
    parent = parent_process()
    assert parent is not None, "runs in a child process only"
    sentinel = parent.sentinel

    def watch() -> None:
        connection.wait([sentinel])
        for process in psutil.Process().children(recursive=True):  # the command of an external method
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        remove_scratch(os.getpid())
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C reaches the whole group; the parent decides what ends


def limit_threads(threads: int) -> None:
    """Have torch and the libraries of numpy use this many threads in this process."""
    import threadpoolctl
    import torch

    torch.set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)


def send_output_to(path: Path) -> None:
    """Send what the process prints from now on, C code included, to a file; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)


def check_source(planned: str, found: str) -> None:
    """Refuse to work with other sources than those that a run was planned with.

    Raises
    ------
    RuntimeError
        If the two hashes differ.
    """
    # A child imports methods when it needs them: an edit since the planning would run under the old hash.
    if planned != found:
        raise RuntimeError("the source changed since the run was planned; start the same command again")


def one_line(error: BaseException) -> str:
    """Return type and message of an error in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _is_out_of_memory(error: BaseException) -> bool:
    import torch

    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and "can't allocate memory" in str(error)  # torch on the CPU


def _peak_mb() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset / MEGABYTE)
    import resource

    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    peak = max(usage.ru_maxrss for usage in usages)  # of the children the largest, a command for example
    return peak / MEGABYTE if sys.platform == "darwin" else peak / 1024.0


def _cpu_seconds() -> float:
    """CPU time of this process and of the processes it has started and waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_device_mb(device: str) -> float | None:
    import torch

    return torch.cuda.max_memory_allocated(device) / MEGABYTE if device.startswith("cuda") else None


def train(cell: Cell, folder: Path, channel: Connection) -> None:
    """Train one cell and write its embedding; report progress and the end through `channel`."""
    die_with_parent()
    folder.mkdir(parents=True, exist_ok=True)
    send_output_to(folder / LOG)
    limit_threads(cell.threads)
    channel.send(_trained(cell, folder, channel))
    channel.close()


def _training_job(cell: Cell) -> TrainingJob:
    if cell.problem is not None:
        from geneboard.benchmark.tasks.inference.task import InferenceTraining

        return InferenceTraining(cell)
    from geneboard.benchmark.tasks.embedding.child import EmbeddingTraining

    return EmbeddingTraining(cell)


def _trained(cell: Cell, folder: Path, channel: Connection) -> Training:
    sent = 0.0

    def progress(done: int, total: int, **values: float) -> None:
        nonlocal sent
        if time.monotonic() - sent >= PROGRESS_SECONDS:
            sent = time.monotonic()
            # floats, not a method's tensors: those would be shared, not copied
            plain = {name: float(value) for name, value in values.items()}
            channel.send((int(done), int(total), plain))

    started, wall, cpu = now(), time.perf_counter(), _cpu_seconds()
    cost: dict[str, Any] = {"started_at": started}
    try:
        job = _training_job(cell)
        reason = job.skip()
        if reason is not None:
            return Training("skipped", reason, "", None, {}, cost)
        wall, cpu = time.perf_counter(), _cpu_seconds()
        job.fit(progress)
        cost["wall_seconds"] = time.perf_counter() - wall
        cost["cpu_seconds"] = _cpu_seconds() - cpu
        cost["peak_mb"] = _peak_mb()
        cost["peak_device_mb"] = _peak_device_mb(cell.device)
        trained = job.keep(folder)
        curves = {name: [float(value) for value in curve] for name, curve in trained.history.items()}
        training = Training("ok", "", "", trained.dim, curves, cost, dict(trained.chosen))
        write_json(folder / TRAINING, vars(training))
    except Exception as error:  # noqa: BLE001 - whatever a method raises is the result of its cell
        cost.setdefault("wall_seconds", time.perf_counter() - wall)
        cost.setdefault("cpu_seconds", _cpu_seconds() - cpu)
        status: Status = "oom" if _is_out_of_memory(error) else "failed"
        return Training(status, one_line(error), traceback.format_exc(), None, {}, cost)
    return training


def score_forever(metric_entries: Sequence[Entry], threads: int, log: Path, channel: Connection) -> None:
    """Score the cells that come through `channel` until it is closed.

    It stays alive, since each new process loads and, the first time, compiles the neighbour graph's code.
    """
    die_with_parent()
    send_output_to(log)
    limit_threads(threads)
    keep_compiled()
    metrics = [entry.load()() for entry in metric_entries]
    while True:
        try:
            job: ScoringJob = channel.recv()
        except EOFError:
            return
        channel.send(JobTaken())
        channel.send(_scored(job, metrics))


def _scored(job: ScoringJob, metrics: Sequence[Any]) -> Scoring:
    started = time.perf_counter()
    try:
        if job.cell.problem is not None:
            from geneboard.benchmark.tasks.inference.task import scores_of_predictions

            scores, parts = scores_of_predictions(job.cell, job.folder)
            return Scoring(scores, {}, time.perf_counter() - started, parts=parts)
        from geneboard.benchmark.tasks.embedding.child import scores_of_embedding

        scores, without = scores_of_embedding(job.cell, job.folder, metrics)
        return Scoring(scores, without, time.perf_counter() - started)
    except Exception as error:  # noqa: BLE001 - a metric that raises fails its cell, not the run
        return Scoring({}, {}, time.perf_counter() - started, one_line(error), traceback.format_exc())


def plain_scores(scores: Mapping[str, Score]) -> Scores:
    """Return scores in the form that records have."""
    return {
        name: {"value": score.value, "status": score.status, "reason": score.reason}
        for name, score in scores.items()
    }
