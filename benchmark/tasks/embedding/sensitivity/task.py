"""The task of the sensitivity analysis: cells score the embedding of another cell, made worse."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.fingerprint import fingerprint
from geneboard.benchmark.cells.seeds import derived_seed
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.records.store import EMBEDDING
from geneboard.benchmark.task import Scored, TrainingJob
from geneboard.benchmark.tasks.embedding.coverage import read_embedding
from geneboard.benchmark.tasks.embedding.sensitivity.degradations import random_rows
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS
from geneboard.benchmark.tasks.embedding.task import LIBRARIES, plain_scores
from geneboard.metrics.base import EmbeddingRows

if TYPE_CHECKING:
    from geneboard.benchmark.report.section import Chapter


@dataclass(frozen=True)
class Step:
    """One worse embedding to score.

    Attributes
    ----------
    name
        Name of a degradation, or of the control.
    level
        How far; the control has level 1.
    repeat
        Number of the repeat, from 0.
    seed
        Seed of everything random in it.
    """

    name: str
    level: float
    repeat: int
    seed: int

    @property
    def label(self) -> str:
        """Name for people."""
        return f"{self.name} {self.level:g} repeat {self.repeat}"

    def apply(self, rows: EmbeddingRows) -> EmbeddingRows:
        """Return the worse embedding."""
        if self.name == CONTROL:
            return random_rows(rows, self.seed)
        return DEGRADATIONS[self.name].apply(rows, self.level, self.seed)


def steps_of(tissue: str, repeats: int) -> list[Step]:
    """Return the steps beyond the untouched embedding, and the control; all first repeats come first.

    The seed is that of the repeat, the same for all its levels.
    """
    ways = [(entry.name, entry.levels[1:], repeats if entry.random else 1) for entry in DEGRADATIONS.values()]
    steps = [
        Step(name, float(level), repeat, derived_seed("sensitivity", tissue, name, index=repeat))
        for name, levels, count in [(CONTROL, (1.0,), repeats), *ways]
        for level in levels
        for repeat in range(count)
    ]
    return sorted(steps, key=lambda step: step.repeat)


def step_code() -> str:
    """Return the fingerprint of what makes the embedding of a step worse."""
    return fingerprint([(Path(__file__), "Step.apply")])


def cells_of_steps(steps: Iterable[Step], embedding: Cell) -> list[Cell]:
    """Return the cells that score steps.

    Parameters
    ----------
    steps
        What is done.
    embedding
        The cell of the good embedding.
    """
    code = step_code()

    def cell(step: Step) -> Cell:
        facts = {"degradation": dataclasses.asdict(step)}
        problem = dataclasses.replace(embedding.problem, task="sensitivity", facts=facts, detail=step.label)
        return dataclasses.replace(embedding, problem=problem, input=embedding, code=code, scored_with={})

    return [cell(step) for step in steps]


class SensitivityTask:
    """Answers of every metric to an embedding that has been made worse by one step."""

    name = "sensitivity"
    artifact = EMBEDDING
    libraries = LIBRARIES

    def train(self, cell: Cell) -> TrainingJob:
        """Raise an error: all cells have an input."""
        raise AssertionError(cell.label)

    def score(self, cell: Cell, folder: Path) -> Scored:
        """Return the scores of the embedding of the input after the step of the cell.

        Raises
        ------
        InputError
            If the embedding is damaged.
        RuntimeError
            If a source is no longer that of the plan.
        """
        from geneboard.metrics.joint.score import chance_of
        from geneboard.metrics.score import evaluate

        check_source(cell.metric_versions, metric_versions())
        check_source(cell.code, step_code())
        metrics = [entry.load()() for entry in registry.metrics()]
        rows, tissue = read_embedding(cell.trained, folder)
        step = Step(**cell.problem.facts["degradation"])
        rows = step.apply(rows)
        chance = chance_of(rows, tissue, cell.problem.manifest.parent)
        return Scored(plain_scores(evaluate(rows, tissue, metrics, chance)))

    def chapter(self, _records: object, out: Path, *_: object) -> Chapter:
        """Return what the report shows of this task."""
        from geneboard.benchmark.tasks.embedding.sensitivity.section import chapter

        return chapter(out)

    def compared(self) -> None:
        """Return nothing: it has no leaderboards."""
