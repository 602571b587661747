"""GPUs that calls on this machine share."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""CUDA reads it when it is used first, so a forked process still may set it."""


class SharedGpus:
    """Gives each call the GPU with the fewest calls.

    Parameters
    ----------
    numbers
        Of the GPUs, as this process counts them; a batch system may let it see only some of the machine's.
    """

    def __init__(self, numbers: Sequence[int]) -> None:
        self._calls = dict.fromkeys(numbers, 0)
        self._lock = threading.Lock()
        self._seen = [one for one in os.environ.get(VISIBLE, "").split(",") if one]

    @contextlib.contextmanager
    def taken(self) -> Iterator[Mapping[str, str]]:
        """Yield what a process that is to see one GPU alone has in its environment; nothing without GPUs."""
        if not self._calls:
            yield {}
            return
        with self._lock:
            number = min(self._calls, key=self._calls.__getitem__)
            self._calls[number] += 1
        try:
            yield {VISIBLE: self._seen[number] if self._seen else str(number)}
        finally:
            with self._lock:
                self._calls[number] -= 1
