"""Calls in child processes over the interface of concurrent.futures.

What others have written has a process of its own, which it cannot spoil for anybody else; calls of our own
code may share one, as they say.

pebble 5 ended a call at its time limit, but not the process that the call had started, and it limits no
memory. With loky, a call that was killed took those beside it with it (TerminatedWorkerError).

A child is forked from a server that has imported modules and done nothing else (torch and numba keep thread
pools that do not survive a fork).
Scoring an embedding of six datasets in a fresh child costs 0.4 s of CPU time more than in a used one, of 9 s.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import connection
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from geneboard.benchmark.engine import worker
from geneboard.benchmark.engine.child_process import Child, children_environment, no_main_module
from geneboard.benchmark.engine.server import SERVER
from geneboard.benchmark.engine.shared_gpus import SharedGpus
from geneboard.datasets.errors import InputError

P = ParamSpec("P")
T = TypeVar("T")

POLL_SECONDS = 0.5
EXIT_SECONDS = 5.0
"""So long a process may take to end after its result: a method may have left a thread that never ends."""

PATIENCE_SECONDS = 1.0
"""So long a run that ends early waits for a child that is just being started."""

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


class _EndedUnaskedError(RuntimeError):
    """A process that waited for a call had ended before it came."""


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
    """Runs every call in a child process.

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
    reused
        Functions whose process makes other calls of them afterwards; all others have one of their own, and
        where memory is limited these too.
    gpus
        Numbers of GPUs that these others share: each process sees the one that has the fewest at work. None:
        all see what there is.

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
        reused: Iterable[Callable[..., Any]] = (),
        gpus: Sequence[int] = (),
    ) -> None:
        self.messages: SimpleQueue[Any] = SimpleQueue()
        self._threads = threads
        self._limits = limits or Limits()
        self._context = SERVER.taken(self, libraries)
        self.at_once = workers
        self._watchers = ThreadPoolExecutor(workers, "watch")
        self._children: set[Child] = set()
        self._idle: list[Child] = []
        # What former calls have left in memory must not count against the limit of the next.
        self._reused = frozenset(reused if self._limits.memory_mb is None else ())
        self._gpus = SharedGpus(gpus)
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
        while self._idle:
            self._end(self._idle.pop())
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

    def _run(self, call: functools.partial[T]) -> T:
        waiting = self._waiting() if call.func in self._reused else None
        if waiting is not None:
            with contextlib.suppress(_EndedUnaskedError):
                return self._answer(waiting, call)
        with self._gpus.taken() as environment:
            return self._answer(self._started(), call, environment)

    def _waiting(self) -> Child | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _answer(
        self, child: Child, call: functools.partial[T], environment: Mapping[str, str] | None = None
    ) -> T:
        kept = False
        try:
            result, kept = self._result(child, call, environment or {})
            answer: T = result
            return answer
        finally:
            if kept and not self._closed:
                self._idle.append(child)
            else:
                self._end(child)

    def _end(self, child: Child) -> None:
        child.kill()
        with self._reaping:
            child.process.join()
            self._children.discard(child)

    def _started(self) -> Child:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(  # type: ignore[attr-defined]
            target=worker.answer, args=(theirs, self._threads), name="geneboard"
        )
        with self._reaping, children_environment(self._threads), no_main_module():
            if self._closed:
                raise DeadProcessError("the run has been ended")
            process.start()
            theirs.close()
            child = Child(process, ours)
            self._children.add(child)
        return child

    def _result(
        self, child: Child, call: functools.partial[Any], environment: Mapping[str, str]
    ) -> tuple[Any, bool]:
        """Have a child make a call; return the result, and whether the child waits for another call."""
        log: Path | None = None
        try:
            for what, content in self._messages(child, call, environment):
                if what == "told":
                    self.messages.put(content)
                elif what == "prints to":
                    log = content
                elif what == "waits":
                    return content, True
                elif what in ("returned", "raised"):
                    connection.wait([child.process.sentinel], EXIT_SECONDS)
                    if what == "raised":
                        raise content
                    return content, False
                if log is not None:
                    shorten(log)
            raise AssertionError("its messages end by one of these or an exception")
        finally:
            if log is not None:
                shorten(log)

    def _messages(
        self, child: Child, call: functools.partial[Any], environment: Mapping[str, str]
    ) -> Iterator[tuple[str, Any]]:
        """Send a call to a child and yield what it sends; "nothing" where it is silent within its limits."""
        started, limit = time.monotonic(), math.inf  # until it begins: to import may take minutes
        began, memory = False, self._limits.memory_mb
        with contextlib.suppress(ConnectionError):  # what it has sent before it died is read below
            child.channel.send((environment, call, call.func in self._reused))
        while True:
            what, content = "nothing", None
            if child.channel.poll(POLL_SECONDS):
                try:
                    what, content = child.channel.recv()
                except (EOFError, ConnectionResetError):
                    kind = DeadProcessError if began or not child.used else _EndedUnaskedError
                    raise kind(child.cause_of_death(self._reaping)) from None
            if what == "began":
                started, limit = time.monotonic(), self._limits.seconds or math.inf
                began = child.used = True
            yield what, content
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
