"""The task of the sensitivity analysis: cells score the embedding of another cell after it was made worse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.engine.child import check_source
from geneboard.benchmark.engine.compiled_code import keep_compiled
from geneboard.benchmark.records.store import EMBEDDING
from geneboard.benchmark.task import Scored, TrainingJob
from geneboard.benchmark.tasks.embedding.artifact import read_embedding
from geneboard.benchmark.tasks.embedding.sensitivity.steps import Step, step_code
from geneboard.benchmark.tasks.embedding.task import plain_scores

if TYPE_CHECKING:
    from geneboard.benchmark.report.section import Chapter


class SensitivityTask:
    """Answers of every metric to an embedding that has been made worse by one step."""

    name = "sensitivity"
    artifact = EMBEDDING

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
        from geneboard.metrics.score import evaluate

        check_source(cell.metric_versions, metric_versions())
        check_source(cell.code, step_code())
        keep_compiled()
        metrics = [entry.load()() for entry in registry.metrics()]
        rows, tissue = read_embedding(cell.trained, folder)
        step = Step(**cell.problem.facts["degradation"])
        return Scored(plain_scores(evaluate(step.apply(rows), tissue, metrics)))

    def chapter(self, _records: object, out: Path, _foreign: object) -> Chapter:
        """Return what the report shows of this task."""
        from geneboard.benchmark.tasks.embedding.sensitivity.section import chapter

        return chapter(out)

    def compared(self) -> None:
        """Return nothing: it has no leaderboards."""
