"""What a task is, and which there are.

A task knows how a method learns a problem of it and how the result is scored. The engine runs cells of any
task; the report shows what tasks give it. A new task is a folder in `benchmark.tasks` and a line in `TASKS`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.records.record import Scores

if TYPE_CHECKING:
    from geneboard.benchmark.records.record import Record
    from geneboard.benchmark.report.compare import Compared
    from geneboard.benchmark.report.foreign import ForeignTable
    from geneboard.benchmark.report.section import Chapter
    from geneboard.methods.base import Progress

TASKS: Mapping[str, str] = {
    "embedding": "geneboard.benchmark.tasks.embedding.task:EmbeddingTask",
    "sensitivity": "geneboard.benchmark.tasks.embedding.sensitivity.task:SensitivityTask",
    "biology": "geneboard.benchmark.tasks.biology.task:BiologyTask",
    "inference": "geneboard.benchmark.tasks.inference.task:InferenceTask",
}
"""The class of every task by the name that records carry, imported when it is needed; in the order of the
report."""


@dataclass(frozen=True)
class Trained:
    """What a training gives to the record.

    Attributes
    ----------
    dim
        Dimensions of the embedding, if there is one.
    history
        Training curves.
    facts
        Fields of the record that the task adds.
    """

    dim: int | None
    history: Mapping[str, Sequence[float]]
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scored:
    """Scores of a cell, and fields of the record that the task adds."""

    scores: Scores
    facts: Mapping[str, Any] = field(default_factory=dict)


class TrainingJob(Protocol):
    """The training of one cell, with its data read."""

    def skip(self) -> str | None:
        """Return why the method cannot run on these data, None if it can."""

    def fit(self, progress: Progress) -> None:
        """Train; this is what time and memory are measured of."""

    def keep(self, folder: Path) -> Trained:
        """Check the result and write it into the folder of the cell."""


class Task(Protocol):
    """One task of the benchmark. Its methods run in a child process.

    Attributes
    ----------
    name
        As in records and in `TASKS`.
    artifact
        Name of the file that a training leaves in the folder of its cell.
    libraries
        What most of its child processes import, so that it is imported once; torch need not be here.
    """

    name: ClassVar[str]
    artifact: ClassVar[str]
    libraries: ClassVar[Sequence[str]]

    def train(self, cell: Cell) -> TrainingJob:
        """Return the training of a cell that has no input."""

    def score(self, cell: Cell, folder: Path) -> Scored:
        """Return the scores of a cell whose artifact is in `folder`.

        Raises
        ------
        InputError
            If the artifact is damaged; then the next run trains the cell again.
        """

    def chapter(
        self,
        records: Sequence[Record],
        out: Path,
        foreign: Sequence[ForeignTable],
        beside: Mapping[str, Sequence[Record]],
    ) -> Chapter:
        """Return what the report shows of this task.

        Parameters
        ----------
        records
            Cell records of this task, in any order.
        out
            Result folder, of which a task may read what is its own.
        foreign
            Scores of other data to show beside ours.
        beside
            The records of every task, by its name, to compare with.
        """

    def compared(self) -> Compared | None:
        """Return how leaderboards of two result folders are compared; None for a task that has none."""


def module_of(name: str) -> str:
    """Return the module of a task."""
    return TASKS[name].partition(":")[0]


def task_named(name: str) -> Task:
    """Import a task."""
    class_name = TASKS[name].partition(":")[2]
    task: Task = getattr(importlib.import_module(module_of(name)), class_name)()
    return task
