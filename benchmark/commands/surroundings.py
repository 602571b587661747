"""What a command finds around itself: streams that may close, signals, libraries that warn, a home."""

from __future__ import annotations

import errno
import io
import logging
import os
import signal
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TextIO, cast

from geneboard.benchmark.external.files import temporary_folder

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BOUNCE_SECONDS = 1.0
"""A launcher may hand on the signal that the terminal has sent to all: two within this time are one."""


class StoppedError(KeyboardInterrupt):
    """One of `SIGNALS` has come; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Have the first signal raise `StoppedError`, so that all is put in order; a later one ends at once.

    What was started ends with this process in either case. Signals that are ignored, by `nohup`, stay so.
    """
    first = 0.0

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal first
        if not first:
            first = time.monotonic()
            raise StoppedError(number)
        if time.monotonic() - first > BOUNCE_SECONDS:
            os._exit(128 + number)

    heeded = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    if threading.current_thread() is not threading.main_thread():  # Python lets no other have handlers
        heeded = []
    before = {number: signal.signal(number, stop) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class UnreadError(Exception):
    """Nobody reads any more what a command shows of its results as it makes them."""


class LastingStream:
    """A stream that takes any text, and whose end does not end the work.

    A character that its encoding lacks is shown as a question mark. When nobody reads any more (``| head``),
    the disk is full or the terminal is gone, the rest is thrown away.

    Attributes
    ----------
    fault
        Why the stream takes nothing any more.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.fault: OSError | None = None
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")

    @property
    def unread(self) -> bool:
        """Whether it takes nothing any more because nobody reads it."""
        return self.fault is not None and self.fault.errno == errno.EPIPE

    def write(self, text: str) -> int:
        """Write a text."""
        self._attempt(self._stream.write, text)
        return len(text)

    def flush(self) -> None:
        """Write what is still waiting."""
        self._attempt(self._stream.flush)

    def _attempt(self, call: Callable[..., object], *arguments: str) -> None:
        try:
            call(*arguments)
        except OSError as error:
            # Its traceback would keep all that whoever printed had at hand, children too, to the very end.
            self.fault = error.with_traceback(None)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def lasting_streams() -> Iterator[LastingStream]:
    """Replace the streams for output by lasting ones, and yield the first; closed ones lead nowhere."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # gets this number, so that no other file does and is printed into, in children neither
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    before = sys.stdout, sys.stderr
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123 - it has no path of its own
        output, errors = (LastingStream(stream or nowhere) for stream in before)
        sys.stdout, sys.stderr = cast(TextIO, output), cast(TextIO, errors)
        try:
            yield output
        finally:
            output.flush()
            errors.flush()
            sys.stdout, sys.stderr = before


@contextmanager
def silent_libraries() -> Iterator[None]:
    """Show no warnings of libraries unless Python was asked to (``-W``, PYTHONWARNINGS); ours are others."""
    unhandled = logging.lastResort
    if sys.warnoptions or unhandled is None:
        yield
        return
    level = unhandled.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        unhandled.setLevel(logging.ERROR)
        try:
            yield
        finally:
            unhandled.setLevel(level)


@contextmanager
def place_for_caches() -> Iterator[None]:
    """Give libraries a folder for what they keep, where the user's own cannot be written, as in containers.

    Without one, numba lets nobody import what it compiles, and matplotlib and fontconfig complain.
    """
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - stays ~, which is no folder, for who has no home
    own = [
        Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache"),
        Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config"),
    ]
    if all(_can_be_written(folder) for folder in own):
        yield
        return
    before = os.environ.copy()
    place = temporary_folder()
    with tempfile.TemporaryDirectory(prefix="geneboard-", dir=place, ignore_cleanup_errors=True) as folder:
        os.environ["XDG_CACHE_HOME"] = folder
        os.environ.setdefault("MPLCONFIGDIR", folder)
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


def _can_be_written(folder: Path) -> bool:
    """Whether a folder can be written, or be made."""
    there = next((parent for parent in [folder, *folder.parents] if os.path.lexists(parent)), None)
    if there is None or not folder.is_absolute():
        return False
    try:
        tempfile.TemporaryFile(dir=there).close()
    except OSError:
        return False
    return True
