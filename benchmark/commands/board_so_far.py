"""The leaderboard of a run that goes on, shown and written whenever enough time has passed."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from geneboard.benchmark.commands.terminal import leaderboards_of, show_warning
from geneboard.benchmark.engine.worker import one_line
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render.terminal import table_lines, wrap
from geneboard.benchmark.report.write import section_files, write_files
from geneboard.datasets.errors import InputError

if TYPE_CHECKING:
    from geneboard.benchmark.tasks.embedding.board.beside import Reference

PAUSE_SECONDS = 20.0
SHARE = 0.02
"""Of the time of a run, at most this is spent on boards that are not the last."""


class BoardSoFar:
    """Shows and writes a board when the first seed of a method has ended, unless the last one was just shown.

    Of the last cell the run itself shows the board. Who leads is said where there are two methods. A board
    that cannot be made ends no training: that is told once, and the tables at the end fail for all to see.

    Parameters
    ----------
    out
        Result folder.
    reference
        Gives rows that stand beside those of the folder.
    """

    def __init__(self, out: Path, reference: Reference | None = None) -> None:
        self._out = out
        self._reference = reference
        self._next = 0.0

    def __call__(self, record: Record, left: int) -> None:
        """Take note of a cell that has ended, while `left` others have not."""
        started = time.monotonic()
        if record["status"] != "ok" or record["seed"] or not left or started < self._next:
            return
        try:
            self._show(record)
        except (InputError, OSError):  # of what the user gave, or a full disk: the cells meet it too
            raise
        except Exception as error:  # noqa: BLE001 - days of training are not to end by a table
            show_warning(f"there are no boards on the way: {one_line(error)}; the cells go on")
            self._next = float("inf")
            return
        now = time.monotonic()
        self._next = now + max(PAUSE_SECONDS, (now - started) / SHARE)

    def _show(self, record: Record) -> None:
        for section in leaderboards_of([record], self._out, self._reference):
            write_files(self._out, section_files(section))
            table = section.tables_in("txt")[0]
            methods = [line for part in table.parts if not part.is_control for line in part.lines]
            verdict = section.verdict if len(methods) > 1 else ""
            lines = [section.heading, *table_lines(table), *wrap(verdict)]
            tqdm.write("\n".join(["", *lines, ""]), file=sys.stderr)
