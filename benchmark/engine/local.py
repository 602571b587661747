"""Run cells on this machine: at most `jobs` processes work at once, training or scoring."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path

import psutil

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine import child as runner
from geneboard.benchmark.engine.child import MEGABYTE, JobTaken, Scoring, ScoringJob, Training
from geneboard.benchmark.engine.progress import RunProgress
from geneboard.benchmark.external.scratch import remove_scratch
from geneboard.benchmark.records.record import Status
from geneboard.benchmark.records.store import run_folder, training_of
from geneboard.benchmark.registry import IMPORTED_FROM, Entry

KEEP_FREED_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""Settings of glibc's allocator; other C libraries ignore them."""

POLL_SECONDS = 0.5
EXIT_SECONDS = 5.0

PRELOADED = (
    "anndata",
    "numpy",
    "pandas",
    "scanpy",
    "scipy.sparse.csgraph",
    "sklearn.metrics",
    "threadpoolctl",
    "torch",
)
"""What the server imports: libraries only, so that a child has the project's source as it is on disk."""

OnEnd = Callable[[Cell, Training, Scoring | None], list[Cell]]
"""Called once for each cell when it has ended, with its training and, if that went well, its scoring.

Returns cells that can run now that this one has ended.
"""


@dataclass(frozen=True)
class Limits:
    """Limits of one cell; None is no limit.

    Parameters
    ----------
    seconds
        Wall time of the training, and again of the scoring.
    memory_mb
        Resident memory of the process, in MB.
    """

    seconds: float | None = None
    memory_mb: float | None = None


@dataclass(eq=False)
class _Worker:
    """A child process at work on a cell, or a scoring process that waits for one.

    `unheard`: it was given a job after a wait and has not answered, so it may have been killed meanwhile.
    """

    process: BaseProcess
    channel: Connection
    cell: Cell | None
    training: Training | None = None
    started: float = 0.0
    unheard: bool = False

    def family(self) -> list[psutil.Process]:
        """Return the process and all that it has started."""
        try:
            process = psutil.Process(self.process.pid)
            return [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def memory_mb(self) -> float:
        """Return the resident memory of the family."""
        used = 0.0
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):  # it may end while it is being looked at
                used += process.memory_info().rss / MEGABYTE
        return used

    def stop(self) -> None:
        """End the family."""
        self.channel.close()
        for process in self.family():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self.process.join()
        if self.process.pid is not None:
            remove_scratch(self.process.pid)


def start_context() -> BaseContext:
    """Return the way child processes start.

    On Linux it is a server that has imported everything and forks; elsewhere a new interpreter per child.
    """
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


@contextlib.contextmanager
def children_environment(threads: int) -> Iterator[None]:
    """Set what children inherit, and put this process's environment back afterwards.

    Numerical libraries read their number of threads when they are loaded; the server that forks does not get
    our ``sys.path`` on every version of Python. glibc would give the large arrays of a training step back to
    the system and fetch them again in the next, which takes 5 to 10 % of a step; it is told to keep them.
    """
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
    before = os.environ.copy()
    os.environ.update(KEEP_FREED_MEMORY | before | dict.fromkeys(names, str(threads)))
    paths = [str(IMPORTED_FROM), *filter(None, [before.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class LocalExecutor:
    """Trains every cell in a child of its own and scores in long-lived processes.

    Parameters
    ----------
    out
        Result folder; each cell has ``runs/<key>/`` in it.
    metrics
        Metrics to compute.
    jobs
        Processes at work at once. It has no influence on any number.
    threads
        Threads of each process.
    limits
        Limits of each cell.
    """

    def __init__(
        self, out: Path, metrics: Sequence[Entry], *, jobs: int, threads: int, limits: Limits | None = None
    ) -> None:
        self._out = out
        self._metrics = list(metrics)
        self._jobs = jobs
        self._threads = threads
        self._limits = limits or Limits()
        self._context = start_context()
        self._trainers: list[_Worker] = []
        self._scorers: list[_Worker] = []
        self._to_score: deque[tuple[Cell, Training]] = deque()
        self._pending: deque[Cell] = deque()

    def run(self, cells: Sequence[Cell], progress: RunProgress, on_end: OnEnd) -> None:
        """Run cells until all have ended; trainings that are on disk are not repeated."""
        self._pending.extend(cells)

        def ended(cell: Cell, training: Training, scoring: Scoring | None) -> list[Cell]:
            followers = on_end(cell, training, scoring)
            self._pending.extendleft(reversed(followers))
            return followers

        with children_environment(self._threads):
            self._run(progress, ended)

    def _run(self, progress: RunProgress, on_end: OnEnd) -> None:
        try:
            while self._pending or self._to_score or self._busy():
                while len(self._busy()) < self._jobs and (self._to_score or self._pending):
                    if self._to_score:
                        self._start_scoring(*self._to_score.popleft(), progress)
                    else:
                        self._start_training(self._pending.popleft(), progress)
                for ready in wait([worker.channel for worker in self._busy()], timeout=POLL_SECONDS):
                    worker = next(worker for worker in self._busy() if worker.channel is ready)
                    self._receive(worker, progress, on_end)
                for worker in self._busy():
                    self._enforce_limits(worker, on_end)
        finally:
            for worker in [*self._trainers, *self._scorers]:
                worker.stop()
            self._trainers.clear()
            self._scorers.clear()
            self._pending.clear()

    def _busy(self) -> list[_Worker]:
        return self._trainers + [worker for worker in self._scorers if worker.cell is not None]

    def _start_training(self, cell: Cell, progress: RunProgress) -> None:
        earlier = training_of(self._out, cell.training_key, cell.result_file)
        if earlier is not None:
            self._to_score.append((cell, Training(**earlier)))
            return
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(  # type: ignore[attr-defined]
            target=runner.train,
            args=(cell, run_folder(self._out, cell.training_key), theirs),
            name=cell.label,
        )
        process.start()
        theirs.close()
        self._trainers.append(_Worker(process, ours, cell, started=time.monotonic()))
        progress.doing(cell.label, "starts")

    def _start_scoring(self, cell: Cell, training: Training, progress: RunProgress) -> None:
        idle = self._idle_scorer()
        worker = idle or self._new_scorer()
        worker.cell, worker.training, worker.started = cell, training, time.monotonic()
        worker.unheard = idle is not None
        job = ScoringJob(cell, run_folder(self._out, cell.training_key))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # `_receive` finds it dead
            worker.channel.send(job)
        progress.doing(cell.label, "scoring")

    def _idle_scorer(self) -> _Worker | None:
        for worker in [worker for worker in self._scorers if worker.cell is None]:
            if worker.process.is_alive():
                return worker
            worker.stop()  # it was killed from outside while it waited
            self._scorers.remove(worker)
        return None

    def _new_scorer(self) -> _Worker:
        ours, theirs = self._context.Pipe(duplex=True)
        log = self._out / "runs" / "scoring.log"
        process = self._context.Process(  # type: ignore[attr-defined]
            target=runner.score_forever,
            args=(self._metrics, self._threads, log, theirs),
            name="scoring",
        )
        process.start()
        theirs.close()
        worker = _Worker(process, ours, None)
        self._scorers.append(worker)
        return worker

    def _receive(self, worker: _Worker, progress: RunProgress, on_end: OnEnd) -> None:
        cell = worker.cell
        assert cell is not None
        try:
            message = worker.channel.recv()
        except (EOFError, ConnectionResetError):
            worker.process.join()
            if worker.unheard and worker.training is not None:
                self._to_score.appendleft((cell, worker.training))  # another one scores it
                self._scorers.remove(worker)
                worker.stop()
                return
            self._end(worker, "failed", cause_of_death(worker.process.exitcode), on_end)
            return
        if isinstance(message, Training):
            self._trainers.remove(worker)
            worker.process.join(EXIT_SECONDS)
            worker.stop()  # a method may have left a thread that never ends
            if message.status == "ok":
                self._to_score.append((cell, message))
                progress.doing(cell.label, "waits for scoring")
            else:
                on_end(cell, message, None)
        elif isinstance(message, JobTaken):
            worker.unheard = False
        elif isinstance(message, Scoring):
            training = worker.training
            assert training is not None
            worker.cell = worker.training = None
            on_end(cell, training, message)
        else:
            progress.step(cell.label, *message)

    def _enforce_limits(self, worker: _Worker, on_end: OnEnd) -> None:
        doing = "training" if worker.training is None else "scoring"
        limit = self._limits.seconds
        if limit is not None and time.monotonic() - worker.started > limit:
            self._end(worker, "timeout", f"{doing} took more than the time limit of {limit:g} s", on_end)
            return
        memory = self._limits.memory_mb
        if memory is not None and (used := worker.memory_mb()) > memory:
            reason = f"{doing} used {used:.0f} MB, more than the memory limit of {memory:g} MB"
            self._end(worker, "oom", reason, on_end)

    def _end(self, worker: _Worker, status: Status, reason: str, on_end: OnEnd) -> None:
        """End a cell whose process is gone or has to go."""
        cell, training = worker.cell, worker.training
        assert cell is not None
        worker.stop()
        seconds = time.monotonic() - worker.started
        if training is None:
            self._trainers.remove(worker)
            on_end(cell, Training(status, reason, "", None, {}, {"wall_seconds": seconds}), None)
        else:
            self._scorers.remove(worker)
            ended = Training(status, reason, "", training.dim, training.history, training.cost)
            on_end(cell, ended, None)


def cause_of_death(exit_code: int | None) -> str:
    """Return how a process that sent no result ended, as a sentence without a full stop."""
    if exit_code is not None and exit_code < 0:
        hint = ", which the system sends when memory runs out" if exit_code == -9 else ""
        return f"the process was ended by signal {-exit_code}{hint}"
    return f"the process ended with exit status {exit_code} without a result"
