"""Everything that the records of the L1000 task give."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.inference.board import InferenceBoard, inference_boards
from geneboard.benchmark.report.inference.experiments import Experiment, experiments


@dataclass(frozen=True, eq=False)
class Inference:
    """Leaderboards of problems, and tables over several of them.

    Attributes
    ----------
    boards
        Ordered by source, preset and name of the problem.
    experiments
        Ordered by source and preset.
    """

    boards: tuple[InferenceBoard, ...] = ()
    experiments: tuple[Experiment, ...] = ()


NO_INFERENCE = Inference()


def inference_results(records: Iterable[Record]) -> Inference:
    """Return what records of any tasks, in any order, give of the L1000 task."""
    boards = inference_boards(records)
    return Inference(tuple(boards), tuple(experiments(boards)))
