"""What a child process does around its call: messages, threads, output, and its end with the parent's."""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from multiprocessing import connection, parent_process
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

from geneboard.benchmark.external.files import remove_scratch

_channel: Connection | None = None
"""Where a child process tells what it has to tell."""


def tell(message: object) -> None:
    """Have a message appear in `Processes.messages` of the parent; outside a child nothing happens."""
    if _channel is not None:
        _channel.send(("told", message))


def answer(call: Callable[[], object], channel: Connection, threads: int) -> None:
    """Make a call in this process; send that it began, what it tells, and what it returns or raises."""
    global _channel
    _channel = channel
    die_with_parent()
    channel.send(("began", None))
    limit_threads(threads)
    try:
        end = ("returned", call())
    except BaseException as error:  # noqa: BLE001 - it is raised again by the future
        end = ("raised", _portable(error))
    sys.stdout.flush()
    channel.send(end)
    channel.close()


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
    # Ctrl-C reaches the whole group; the parent decides what ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def limit_threads(threads: int) -> None:
    """Have torch and the libraries of numpy, where they are loaded, use this many threads."""
    import threadpoolctl

    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(threads)
    threadpoolctl.threadpool_limits(threads)


def send_output_to(path: Path) -> None:
    """Send what the process prints from now on, C code included, to a file; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sys.stdout.flush()
    sys.stderr.flush()
    with path.open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
