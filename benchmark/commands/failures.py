"""What is told of cells that failed: where it happened, and with what to go on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geneboard.benchmark.cells.cell import Cell
    from geneboard.benchmark.engine.run import Outcome
    from geneboard.benchmark.records.record import Record

FRAME = re.compile(r'^  File "(.+)", line (\d+), in ', re.MULTILINE)
"""A line of a traceback that names a file and a line in it."""

NAMED_IN = {"--methods": "", "--embedding": "=", "--set": "."}
"""Options whose values begin with the name of a method, with what ends the name."""


def failures(outcome: Outcome, out: Path) -> list[str]:
    """Return how each cell of a run that failed has ended and where to look, in one line each.

    Of the method's own file the line is named that raised; a log, where the method has printed something;
    and where there is neither, the folder of the cell.
    """
    from geneboard.benchmark.engine.child import LOG
    from geneboard.benchmark.records.store import run_folder

    cells = _cells(outcome)
    told = []
    for record in outcome.failed:
        cell = cells.get(record["key"])
        folder = run_folder(out, record["key"] if cell is None else cell.training_key)
        log = folder / LOG
        where = [] if cell is None else lines_in(cell.entry.path, record["traceback"])[-1:]
        if log.is_file() and log.stat().st_size:
            where.append(str(log))
        name = f"{record['tissue']} {record['method']} seed {record['seed']}"
        told.append(f"{record['status']}: {name}: {record['reason']} ({', '.join(where) or folder})")
    return told


def lines_in(file: Path, traceback: str) -> list[str]:
    """Return the lines of a file that a traceback goes through, as ``mine.py:12``, what raised last."""
    return [f"{file.name}:{line}" for path, line in FRAME.findall(traceback) if Path(path) == file]


def failed_plugins(outcome: Outcome, plugins: Iterable[Path | str]) -> list[str]:
    """Return those of some plugin files of which a method has failed, as they were given."""
    cells = _cells(outcome)
    failed = {cells[record["key"]].entry.path for record in outcome.failed if record["key"] in cells}
    return [str(file) for file in plugins if Path(file).resolve() in failed]


def _cells(outcome: Outcome) -> dict[str, Cell]:
    """Return the cells of a run in which some failed, by the keys of their records."""
    return {planned.cell.key: planned.cell for planned in outcome.plan} if outcome.failed else {}


def without_failed(options: Mapping[str, Any], records: Sequence[Record]) -> dict[str, Any] | None:
    """Return the options of a run without methods of which no cell is ok; None where nothing is left to ask.

    Parameters
    ----------
    options
        By flag.
    records
        Of the run.
    """
    made = {record["method"] for record in records if record["status"] == "ok"}
    failed = {record["method"] for record in records} - made
    if not failed:
        return dict(options)
    left = dict(options)
    for flag, end in NAMED_IN.items():
        values = options.get(flag) or ()
        left[flag] = [one for one in values if (one.partition(end)[0] if end else one) not in failed]
    if options.get("--methods") or options.get("--embedding"):
        return left if left["--methods"] or left["--embedding"] else None
    return (
        left if any(record["kind"] != "control" and record["method"] in made for record in records) else None
    )
