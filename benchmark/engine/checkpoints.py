"""The file in the folder of a cell that its interrupted training goes on from."""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

from geneboard.datasets.atomic import write_atomically

SECONDS = 120.0
"""Between two of them: so much is trained again at most, and an epoch."""


class CheckpointFile:
    """How far the training of a cell is (`methods.checkpoints.Checkpoints`).

    Its first line says of which training it is, what that has cost, and the sha256 of the rest.

    Parameters
    ----------
    path
        The file; it need not exist.
    key
        Of the training.
    seconds
        Between two writings.
    """

    def __init__(self, path: Path, key: str, seconds: float = SECONDS) -> None:
        self._path, self._key, self._seconds = path, key, seconds
        self._started = self._written = time.monotonic()
        self._cpu_started = time.process_time()
        self.earlier = {"wall_seconds": 0.0, "cpu_seconds": 0.0}
        """What the training had cost when it was interrupted."""

    def read(self) -> bytes | None:
        """Return what an interrupted training has left, None if nothing that fits.

        A file that does not fit is named in the log of the cell, and the training begins anew.
        """
        if not self._path.is_file():
            return None
        head, _, state = self._path.read_bytes().partition(b"\n")
        try:
            account: dict[str, Any] = json.loads(head)
            intact = account["sha256"] == hashlib.sha256(state).hexdigest() and account["key"] == self._key
        except (ValueError, KeyError, TypeError):
            intact = False
        if not intact:
            print(f"{self._path}: is damaged or of another training, which begins anew", flush=True)
            self.remove()
            return None
        self.earlier = {name: float(account[name]) for name in self.earlier}
        print(f"goes on after {self.earlier['wall_seconds']:.0f} s of training", flush=True)
        return state

    def due(self) -> bool:
        """Return whether the last one is old."""
        return time.monotonic() - self._written >= self._seconds

    def write(self, state: bytes) -> None:
        """Write a state in the place of the one before."""
        wall, cpu = time.monotonic() - self._started, time.process_time() - self._cpu_started
        account = {
            "key": self._key,
            "sha256": hashlib.sha256(state).hexdigest(),
            "wall_seconds": self.earlier["wall_seconds"] + wall,
            "cpu_seconds": self.earlier["cpu_seconds"] + cpu,
        }
        write_atomically(self._path, json.dumps(account).encode() + b"\n" + state)
        self._written = time.monotonic()

    def remove(self) -> None:
        """Remove it: the training has ended."""
        self._path.unlink(missing_ok=True)
