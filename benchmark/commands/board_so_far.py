"""The leaderboard of a run that goes on, shown and written whenever enough time has passed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tqdm import tqdm

from geneboard.benchmark.commands.terminal import leaderboard_texts
from geneboard.benchmark.records.record import Record

PAUSE_SECONDS = 20.0
SHARE = 0.02
"""Of the time of a run, at most this is spent on boards that are not the last."""


class BoardSoFar:
    """Shows a board when a method's first seed has ended, unless the last one was just shown.

    Parameters
    ----------
    out
        Result folder.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._next = 0.0

    def __call__(self, record: Record) -> None:
        """Take note of a cell that has ended."""
        started = time.monotonic()
        if record["status"] != "ok" or record["seed"] or started < self._next:
            return
        for text in leaderboard_texts([record], self._out):
            tqdm.write(text, file=sys.stderr)
        now = time.monotonic()
        self._next = now + max(PAUSE_SECONDS, (now - started) / SHARE)
