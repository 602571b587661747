"""A child process as its parent sees it: what is sent to it, what it uses, how it ends."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import psutil

from geneboard.benchmark.registry import IMPORTED_FROM, IS_INSTALLED

KEEP_FREED_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""Settings of glibc's allocator; other C libraries ignore them."""

NOT_LEAKED = "ignore:resource_tracker:UserWarning"
"""A killed process cannot give back its semaphores; Python's tracker does it then, and warns of it."""

MEGABYTE = 1024.0 * 1024.0

GUARD_SECONDS = 10.0
"""So long a guard may take to end what it guards."""


@dataclass(eq=False)
class Child:
    """A process with its guard (`guard.stay_guarded`), which is the `process` here, and its messages.

    Attributes
    ----------
    used
        Whether it has begun a call.
    """

    process: BaseProcess
    channel: Connection
    used: bool = False

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


@contextlib.contextmanager
def no_main_module() -> Iterator[None]:
    """Start a child that does not import the script or program that this process began with.

    multiprocessing has it imported for what it defines, but our calls are functions of modules. Below a Dask
    worker that program is Dask, whose import takes 0.4 s of CPU time in each child; a script that lacks the
    guard ``if __name__ == "__main__"`` would run once more in each.
    """
    main = vars(sys.modules["__main__"])
    before: dict[str, Any] = {name: main[name] for name in ("__file__", "__spec__") if name in main}
    main.pop("__file__", None)
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(before)
