"""The server that child processes are forked from, with the libraries that they would have to import."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterable
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from geneboard.benchmark.engine.sockets import find_place_for_sockets
from geneboard.benchmark.registry import source_files
from geneboard.datasets.errors import InputError

TORCH = "torch._dynamo"
"""The first step of any optimiser of torch imports it, which takes as long as torch itself.

Not torch_geometric: its import asks CUDA for devices, and a process forked after that cannot use a GPU.
"""

EVERY_CHILD = ("psutil", "threadpoolctl")
"""What each child imports, whatever it is for."""


def newest_source() -> float:
    """Return when the last of our own modules was written."""
    return max(path.stat().st_mtime for path in source_files())


class Server:
    """Starts child processes for those who use it; there is one in a process.

    A child is forked, so it starts in milliseconds. Who needs other libraries than the server has gets a new
    one, unless somebody still uses it; then children import what is missing.

    Attributes
    ----------
    always
        What a server imports besides. In a process that gives many commands, one server may do for all.
    """

    def __init__(self) -> None:
        self.always: frozenset[str] = frozenset()
        self._loaded: frozenset[str] = frozenset()
        self._source: float = 0.0
        self._users: set[object] = set()

    def taken(self, user: object, libraries: Iterable[str]) -> BaseContext:
        """Return the way child processes start: forked from the server on Linux, elsewhere a new interpreter.

        Parameters
        ----------
        user
            Who starts processes, until it has `left`.
        libraries
            Modules that the server imports, if there are such.

        Raises
        ------
        InputError
            If our own source has changed while others use the server, which has the former one.
        """
        if sys.platform != "linux":
            return multiprocessing.get_context("spawn")
        find_place_for_sockets()
        context = multiprocessing.get_context("forkserver")
        wanted = self.always.union(EVERY_CHILD, libraries)
        source = newest_source()
        if self._users and source != self._source:
            raise InputError("the source of geneboard has changed during a run; wait for its end")
        if not self._users and (source != self._source or not wanted <= self._loaded):
            forkserver._forkserver._stop()  # type: ignore[attr-defined] # there is no public way to end it
            context.set_forkserver_preload(sorted(wanted))
            self._loaded, self._source = wanted, source
        self._users.add(user)
        return context

    def end(self) -> None:
        """End the server, whatever it is doing: who waits for it to start a child gets an error."""
        process: int | None = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        if process is not None:
            os.kill(process, signal.SIGKILL)

    def left(self, user: object) -> None:
        """Say that a user starts no more processes, and that those it started have ended."""
        self._users.discard(user)


SERVER = Server()
