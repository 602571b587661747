"""Calls in child processes, each in one of its own, over the interface of concurrent.futures.

pebble 5 ended a call at its time limit, but not the process that the call had started, and it limits no
memory. With loky, a call that was killed took those beside it with it (TerminatedWorkerError).

A child is forked from a server that has imported libraries and nothing else (torch and numba keep thread
pools that do not survive a fork), so it has the project's source as it is on disk.
Scoring an embedding of six datasets in a fresh child costs 0.4 s of CPU time more than in a used one, of 9 s.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import psutil

from geneboard.benchmark.engine import worker
from geneboard.benchmark.engine.server import SERVER
from geneboard.benchmark.registry import IMPORTED_FROM, IS_INSTALLED
from geneboard.datasets.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")

KEEP_FREED_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""Settings of glibc's allocator; other C libraries ignore them."""

NOT_LEAKED = "ignore:resource_tracker:UserWarning"
"""A killed process cannot give back its semaphores; Python's tracker does it then, and warns of it."""

MEGABYTE = 1024.0 * 1024.0
POLL_SECONDS = 0.5
EXIT_SECONDS = 5.0
"""So long a process may take to end after its result: a method may have left a thread that never ends."""

PATIENCE_SECONDS = 1.0
"""So long a run that ends early waits for a child that is just being started."""

GUARD_SECONDS = 10.0
"""So long a guard may take to end what it guards."""

LOG_BYTES = 2**24
"""A log keeps its first half and what came last, when it gets longer than this."""


class TimeLimitError(RuntimeError):
    """A call took too long; the message lacks its subject."""


class MemoryLimitError(RuntimeError):
    """A call and what it had started used too much memory; the message lacks its subject."""


class LostClusterError(InputError):
    """The scheduler that shares calls out is gone; what has ended is kept."""


class DeadProcessError(RuntimeError):
    """A process ended without a result."""


@dataclass(frozen=True)
class Limits:
    """Limits of one call; None is no limit.

    Parameters
    ----------
    seconds
        Wall time.
    memory_mb
        Resident memory of the process and all that it has started, in MB.
    """

    seconds: float | None = None
    memory_mb: float | None = None


class Processes(Executor):
    """Runs every call in a single-use child process.

    What a call raises is raised by its future, with the child's traceback as a note; a call that broke a
    limit or whose process died raises one of the exceptions above. Leaving the context by an exception,
    Ctrl-C for example, ends all processes at once.

    Parameters
    ----------
    workers
        Processes at work at once.
    threads
        Threads of the numerical libraries in each.
    limits
        Limits of each call.
    libraries
        What the calls import (`Server.taken`).

    Attributes
    ----------
    messages
        What calls have told with `worker.tell`.
    at_once
        How many calls it makes at once.
    """

    _reaping = threading.Lock()
    """multiprocessing reads the exit status of children when it starts another; two threads must not."""

    def __init__(
        self,
        workers: int,
        *,
        threads: int = 1,
        limits: Limits | None = None,
        libraries: Iterable[str] = (),
    ) -> None:
        self.messages: SimpleQueue[Any] = SimpleQueue()
        self._threads = threads
        self._limits = limits or Limits()
        self._context = SERVER.taken(self, libraries)
        self.at_once = workers
        self._watchers = ThreadPoolExecutor(workers, "watch")
        self._children: set[Child] = set()
        self._closed = False

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a function of a module in a child process."""
        return self._watchers.submit(self._run, functools.partial(call, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Wait for all calls; with `cancel_futures`, end those at work."""
        self._watchers.shutdown(wait=False, cancel_futures=cancel_futures)
        if cancel_futures:
            self._end_all()
        self._watchers.shutdown(wait)
        SERVER.left(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(cancel_futures=error is not None)

    def _end_all(self) -> None:
        """End all children, without waiting for a server that is still importing to fork the next one."""
        self._closed = True
        self._kill_children()  # first: the server tells how they end
        if not self._reaping.acquire(timeout=PATIENCE_SECONDS):
            SERVER.end()
            self._reaping.acquire()
        self._reaping.release()
        self._kill_children()

    def _kill_children(self) -> None:
        for child in list(self._children):
            child.kill()

    def _run(self, call: Callable[[], T]) -> T:
        child = self._started(call)
        try:
            result: T = self._result(child)
            return result
        finally:
            child.kill()
            with self._reaping:
                child.process.join()
                self._children.discard(child)

    def _started(self, call: Callable[[], Any]) -> Child:
        ours, theirs = self._context.Pipe(duplex=False)
        process = self._context.Process(  # type: ignore[attr-defined]
            target=worker.answer, args=(call, theirs, self._threads), name="geneboard"
        )
        with self._reaping, children_environment(self._threads):
            if self._closed:
                raise DeadProcessError("the run has been ended")
            process.start()
            theirs.close()
            child = Child(process, ours)
            self._children.add(child)
        return child

    def _result(self, child: Child) -> Any:
        started, limit = time.monotonic(), math.inf  # until it begins: to import may take minutes
        log: Path | None = None
        while True:
            if child.channel.poll(POLL_SECONDS):
                try:
                    what, content = child.channel.recv()
                except (EOFError, ConnectionResetError):
                    raise DeadProcessError(child.cause_of_death(self._reaping)) from None
                if what == "began":
                    started, limit = time.monotonic(), self._limits.seconds or math.inf
                elif what == "told":
                    self.messages.put(content)
                elif what == "prints to":
                    log = content
                else:
                    connection.wait([child.process.sentinel], EXIT_SECONDS)
                    if what == "raised":
                        raise content
                    return content
            if log is not None:
                shorten(log)
            memory = self._limits.memory_mb
            if time.monotonic() - started > limit:
                raise TimeLimitError(f"took more than the time limit of {limit:g} s")
            if memory is not None and (used := child.memory_mb()) > memory:
                raise MemoryLimitError(f"used {used:.0f} MB, more than the memory limit of {memory:g} MB")


def shorten(log: Path) -> None:
    """Take the middle out of a log that has become too long; its writers append."""
    with contextlib.suppress(OSError):  # nobody loses a cell because somebody has removed its log
        if log.stat().st_size > LOG_BYTES:
            os.truncate(log, LOG_BYTES // 2)
            with log.open("ab") as file:
                file.write(b"\n[... left out: the log became too long]\n")


@dataclass(frozen=True, eq=False)
class Child:
    """A process with its guard (`guard.stay_guarded`), which is the `process` here, and its messages."""

    process: BaseProcess
    channel: Connection

    def memory_mb(self) -> float:
        """Return the resident memory of all that the guard has started: the worker and what is below it."""
        used = 0.0
        with contextlib.suppress(psutil.NoSuchProcess):  # one may end while it is being looked at
            for process in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    used += process.memory_info().rss / MEGABYTE
        return used

    def kill(self, patience: float = 0.0) -> None:
        """Have the guard end all that was started, after some seconds of patience to end by itself."""
        if not connection.wait([self.process.sentinel], patience):
            self.process.terminate()
        if not connection.wait([self.process.sentinel], GUARD_SECONDS):
            self.process.kill()
        connection.wait([self.process.sentinel])

    def cause_of_death(self, reaping: threading.Lock) -> str:
        """Return how the process ended, as a sentence without a full stop."""
        connection.wait([self.process.sentinel])
        with reaping:
            self.process.join()
        code = self.process.exitcode
        if code is not None and code < 0:
            hint = ", which the system sends when memory runs out" if code == -9 else ""
            return f"the process was ended by signal {-code}{hint}"
        return f"the process ended with exit status {code} without a result"


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
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [before.get("PYTHONWARNINGS"), NOT_LEAKED]))
    paths = [*([] if IS_INSTALLED else [str(IMPORTED_FROM)]), *filter(None, [before.get("PYTHONPATH")])]
    if paths:
        os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
