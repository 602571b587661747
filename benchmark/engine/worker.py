"""What a child process does around its call: messages, threads and output."""

from __future__ import annotations

import gc
import os
import pickle
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from geneboard.benchmark.engine.child_process import MEGABYTE
from geneboard.benchmark.engine.guard import stay_guarded

IDLE_SECONDS = 60.0
"""So long a process waits for its next call."""

KEPT_MB = 200.0
"""A process that has grown by more does not wait for another call, and gives its memory back."""

_channel: Connection | None = None
"""Where a child process tells what it has to tell."""


def tell(message: object) -> None:
    """Have a message appear in `Processes.messages` of the parent; outside a child nothing happens."""
    if _channel is not None:
        _channel.send(("told", message))


def answer(channel: Connection, threads: int) -> None:
    """Make the calls that arrive, one unless told otherwise.

    For each it sends that it began, what it tells, and what it returns or raises.
    """
    global _channel
    _channel = channel
    # What the server has imported never becomes garbage: each child would look through it for half a second
    # and copy its memory.
    gc.freeze()
    stay_guarded()
    limit_threads(threads)
    first = resident_mb()
    again, patience = True, None  # the first call comes, however long that takes
    while again and channel.poll(patience):
        patience = IDLE_SECONDS
        try:
            received = channel.recv()
        except EOFError:  # nobody asks any more
            return
        except BaseException as error:  # noqa: BLE001 - what was sent cannot be read here
            channel.send(("raised", _portable(error)))
            return
        environment, call, again = received
        os.environ.update(environment)
        channel.send(("began", None))
        try:
            end = ("returned", call())
        except BaseException as error:  # noqa: BLE001 - it is raised again by the future
            end, again = ("raised", _portable(error)), False
        sys.stdout.flush()
        again = again and resident_mb() < first + KEPT_MB
        channel.send(("waits", end[1]) if again else end)
    channel.close()


def resident_mb() -> float:
    """Return the memory of this process, in MB."""
    return psutil.Process().memory_info().rss / MEGABYTE


def _portable(error: BaseException) -> Exception:
    """Return an error that can be sent and does not end the parent, with its traceback as a note."""
    note = f"in a child process:\n{traceback.format_exc()}"
    if not isinstance(error, Exception):  # SystemExit, and what some libraries in C++ and Rust raise
        error = RuntimeError(one_line(error))
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever the class of the error does when it is copied
        error = RuntimeError(one_line(error))
    error.add_note(note)
    return error


def one_line(error: BaseException) -> str:
    """Return type and message of an error in one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def limit_threads(threads: int) -> None:
    """Have torch and the libraries of numpy, where they are loaded, use this many threads."""
    import threadpoolctl

    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)


def send_output_to(path: Path) -> None:
    """Send what the process prints from now on, C code included, to a file that the parent keeps short."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    if _channel is not None:
        _channel.send(("prints to", path))
