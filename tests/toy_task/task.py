"""The toy task: guess a number; the score is how far the guess is from new ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from types import SimpleNamespace
from typing import Any

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.long_table import score_lines
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.report.run_columns import COSTS, FAILURES, ROW, RUN
from geneboard.benchmark.report.section import Chapter, Section
from geneboard.benchmark.report.table import Column, Table, make_frame, methods_and_controls
from geneboard.benchmark.task import Scored, Trained


class ToyTask:
    name = "toy"
    artifact = "guess.json"
    libraries = ()

    def train(self, cell: Cell) -> ToyTraining:
        return ToyTraining(cell)

    def score(self, cell: Cell, folder: Path) -> Scored:
        guess = json.loads((folder / self.artifact).read_text())
        new = json.loads(cell.problem.manifest.read_text())["new"]
        wanted = [number for number in new if number > cell.problem.facts.get("above", float("-inf"))]
        error = fmean(abs(guess - number) for number in wanted)
        return Scored({"error": {"value": error, "status": "ok", "reason": ""}}, {"scored": len(wanted)})

    def chapter(self, records: Sequence[Record], out: Path, foreign: object, beside: object) -> Chapter:
        groups = select_groups(records)
        sections = list(map(board_section, groups))
        return Chapter("Guesses", sections, ["Guess a number."], scores=score_lines(groups, ["error"]))

    def compared(self) -> None:
        return None


class ToyTraining:
    def __init__(self, cell: Cell) -> None:
        self._seen = json.loads(cell.problem.manifest.read_text())["seen"]
        self._method: Any = cell.entry.load()()
        self._seed = cell.random_seed

    def skip(self) -> str | None:
        return None if hasattr(self._method, "guess") else "has no idea"

    def fit(self, progress: Any) -> None:
        self._guess = self._method.guess(self._seen, self._seed)
        progress(1, 1, loss=0.5)

    def keep(self, folder: Path) -> Trained:
        (folder / ToyTask.artifact).write_text(json.dumps(self._guess))
        return Trained(None, {"loss": [0.5]}, {"guess": self._guess})


ERROR = Column("error", kind="metric", better="lower", value=lambda entry: entry.row.means["error"])
COLUMNS = (*ROW, ERROR, *COSTS, *FAILURES, *RUN)


def board_section(group: Group) -> Section:
    rows = [SimpleNamespace(row=row) for row in make_rows(group.records)]
    frame = make_frame(COLUMNS, rows).sort_values("error", ignore_index=True)
    table = Table(
        stem="leaderboard",
        title=f"Guesses of {group.tissue}",
        columns=tuple(column for column in COLUMNS if not column.table),
        frame=frame,
        parts=methods_and_controls(frame, "Methods", "Controls"),
    )
    return Section(table.title, group.folder, "leaderboard", group.tissue, "Guesses", (table,))
