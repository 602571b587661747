"""Cells of a task that writes down each training and scoring, and a program that runs them in a folder."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from toy_task.problems import cells_of
from toy_task.task import ToyTask, ToyTraining

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.engine.run import run_cells
from geneboard.benchmark.task import TASKS, Scored

TASK = "counted"
SEEDS = {"median": 2, "any": 2, "nothing": 1}
PAUSE_SECONDS = 0.1


def counted_cells(folder: Path) -> list[Cell]:
    """Return two methods with two seeds and one that is skipped, each with a part that is scored too."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    cells = cells_of(folder / "data", [1.0, 2.0, 30.0], [2.0, 11.0, 20.0])
    cells = [replace(cell, problem=replace(cell.problem, task=TASK)) for cell in cells]
    counted = []
    for whole, part in zip(cells[::2], cells[1::2], strict=True):
        if whole.entry.name in SEEDS and whole.seed == 0:
            for seed in range(SEEDS[whole.entry.name]):
                one = replace(whole, seed=seed)
                counted += [one, replace(part, seed=seed, input=one)]
    return counted


def note(cell: Cell, what: str) -> None:
    """Append a line to the file that all runs share."""
    time.sleep(PAUSE_SECONDS)
    with (cell.problem.manifest.parent / "done.txt").open("a") as file:
        file.write(f"{what} {cell.key}\n")


class CountedTask(ToyTask):
    name = TASK

    def train(self, cell: Cell) -> CountedTraining:
        return CountedTraining(cell)

    def score(self, cell: Cell, folder: Path) -> Scored:
        note(cell, "score")
        return super().score(cell, folder)


class CountedTraining(ToyTraining):
    def __init__(self, cell: Cell) -> None:
        super().__init__(cell)
        self._cell = cell

    def fit(self, progress: object) -> None:
        note(self._cell, "train")
        super().fit(progress)


TASKS[TASK] = f"{__name__}:CountedTask"  # type: ignore[index]

if __name__ == "__main__":
    import counted_cells  # children import this file under its name

    folder, out = map(Path, sys.argv[1:3])
    TASKS[TASK] = "counted_cells:CountedTask"  # type: ignore[index]
    outcome = run_cells(counted_cells.counted_cells(folder), out, jobs=2, force="force" in sys.argv[3:])
    print(json.dumps({"ran": outcome.ran, "statuses": [record["status"] for record in outcome.records]}))
