"""The guard of a child process: what the child has started ends with it, and all of it with the main process.

A thread of the child cannot do this: C code may hold the interpreter for ever, and a process that dies leaves
behind what it has started. So a child forks, works in the copy, and stays as the guard of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from multiprocessing import connection, parent_process
from typing import NoReturn

import psutil

from geneboard.benchmark.external.files import remove_scratch

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
"""Requests of Linux's prctl: a signal when the parent dies, and orphans of the family become our children."""

LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 5.0
"""So long killed processes may take to disappear; the system may keep one that waits for a disk."""


def stay_guarded() -> None:
    """Go on in a process of its own, whose guard the one that called this becomes; the guard never returns.

    The guard ends as the worker ends: with its exit status, or by the same signal. A SIGTERM to the guard
    ends all at once. Without Linux's prctl, it does not find what a process that has ended had started.
    """
    parent = parent_process()
    assert parent is not None, "runs in a child process only"
    # Ctrl-C and a closed terminal reach the whole group; the main process decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    guard = os.getpid()
    worker = os.fork()
    if worker:
        _watch(worker, parent.sentinel)
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != guard:  # it was killed before the kernel knew what to do then
        os._exit(1)


def _prctl(request: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(request, value, 0, 0, 0)


def _watch(worker: int, main_process: int) -> NoReturn:
    """Wait until the worker or the main process has ended, end the rest, and end in the same way."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: told.append(number))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # the worker has dumped its core already
    ended, how = 0, 0
    wakers = [main_process, *_ending_of(worker)]
    while not (ended or told or main_process in connection.wait(wakers, LOOK_SECONDS)):
        ended, how = os.waitpid(worker, os.WNOHANG)
    status = os.waitstatus_to_exitcode(how) if ended else 1
    if not ended or _has_children():
        _end_descendants()
    remove_scratch(worker)
    if status < 0:
        with contextlib.suppress(OSError):  # nobody may catch SIGKILL
            signal.signal(-status, signal.SIG_DFL)
        os.kill(os.getpid(), -status)
    os._exit(status)


def _ending_of(worker: int) -> list[int]:
    """Return what can be waited on for the end of a process, where the system has that."""
    try:
        return [os.pidfd_open(worker)]
    except (AttributeError, OSError):  # not Linux, or an older one
        return []


def _has_children() -> bool:
    """Whether anything is left of what was started here; to look through all processes takes much longer."""
    if sys.platform == "darwin":  # which has no call that asks without reaping
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _end_descendants() -> None:
    """End all that has been started here; while some are being killed, others may start more."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (living := _living_descendants()) and time.monotonic() < deadline:
        for process in living:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(LOOK_SECONDS)


def _living_descendants() -> list[psutil.Process]:
    living = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
    return living
