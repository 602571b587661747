"""The tables of the L1000 task as files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

import pandas as pd

from geneboard.benchmark.report.inference.board import InferenceBoard
from geneboard.benchmark.report.inference.experiment_markdown import render_experiment_markdown
from geneboard.benchmark.report.inference.experiments import COMPARISON, Experiment
from geneboard.benchmark.report.inference.latex import render_inference_latex
from geneboard.benchmark.report.inference.markdown import render_inference_markdown


def inference_files(
    boards: Iterable[InferenceBoard], experiments: Iterable[Experiment]
) -> dict[PurePath, str]:
    """Return all tables by path relative to the result folder.

    They are ``leaderboard.csv`` and ``pairs.csv`` in ``<source>/<preset>/<problem>``, of the comparison
    ``leaderboard.md`` and ``.tex`` too, and above them ``landmark_budget``, ``organs_left_out`` and
    ``platforms`` as ``.csv`` and ``.md``, with the ending of the problems of fewer targets.
    """
    files = {}
    for board in boards:
        folder = board.group.folder
        files[folder / "leaderboard.csv"] = board.frame.to_csv(index=False, lineterminator="\n")
        if board.problem["experiment"] == COMPARISON:  # the others stand beside each other, below
            files[folder / "leaderboard.md"] = render_inference_markdown(board)
            files[folder / "leaderboard.tex"] = render_inference_latex(board)
        files[folder / "pairs.csv"] = _pairs(board).to_csv(index=False, lineterminator="\n")
    for experiment in experiments:
        path = experiment.folder / experiment.stem
        files[path.with_suffix(".csv")] = experiment.frame.to_csv(index=False, lineterminator="\n")
        files[path.with_suffix(".md")] = render_experiment_markdown(experiment)
    return files


def _pairs(board: InferenceBoard) -> pd.DataFrame:
    """Return all tests: against the linear baseline, then of variants against what they vary."""
    return pd.concat([board.tests.pairs, *(tests.pairs for tests in board.variant_tests)], ignore_index=True)
