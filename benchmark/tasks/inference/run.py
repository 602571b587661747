"""The command `infer`: run models on the problems of an experiment and show their leaderboards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geneboard.benchmark.tasks.inference.experiments import (
    BUDGETS,
    PLATFORM_LANDMARKS,
    SELECTIONS,
)
from geneboard.benchmark.tasks.inference.problems import ProblemPlan, Problems
from geneboard.datasets.errors import InputError, closest
from geneboard.datasets.l1000.columns import Columns
from geneboard.datasets.l1000.expression import ExpressionSet
from geneboard.datasets.l1000.prepared import platform_genes
from geneboard.datasets.l1000.reading import MissingValues, read_expression
from geneboard.datasets.l1000.synthetic import Simulation

SIMULATION = Simulation(n_samples=400, n_landmarks=60, n_targets=240)
"""The samples where the user has none, of the seed 0."""


def problems_of(
    experiment: str,
    data: Path | None,
    test_data: Path | None,
    *,
    columns: Columns,
    logged: bool | None,
    missing: MissingValues,
    targets: int | None,
    quantile: bool,
    budgets: Sequence[int],
    selections: Sequence[str],
    organs: Sequence[str],
) -> list[ProblemPlan]:
    """Return the problems of an experiment; parameters are as for `infer`.

    Raises
    ------
    InputError
        If the samples cannot be read, or something is given that does not go with the experiment.
    """
    unknown = [way for way in selections if way not in SELECTIONS]
    if unknown:
        raise InputError(f"--selection {unknown[0]}: unknown{closest(unknown[0], SELECTIONS)}")
    given = {
        "--test-data": ("platform", test_data),
        "--organ": ("organs", organs),
        "--budgets": ("landmarks", budgets),
        "--selection": ("landmarks", selections),
    }
    for option, (wanted, value) in given.items():
        if value and experiment != wanted:
            raise InputError(f"{option}: goes with --experiment {wanted}")
    if columns.split and experiment in ("organs", "platform"):
        raise InputError(f"--split-column {columns.split}: does not go with --experiment {experiment}")
    problems = Problems(_open(data, columns, missing, logged), targets, quantile)
    if experiment == "landmarks":
        return problems.landmark_budgets(budgets or BUDGETS, selections or SELECTIONS)
    if experiment == "organs":
        return problems.organs_left_out(organs)
    if experiment == "platform":
        if test_data is None:
            raise InputError("--experiment platform: needs --test-data, the set to test on")
        return problems.transfer(_open(test_data, columns, missing))
    return problems.comparison()


def _open(
    data: Path | None, columns: Columns, missing: MissingValues, logged: bool | None = None
) -> ExpressionSet:
    """Return the samples of a folder or file, or simulated ones if there is none."""
    if data is None:
        return SIMULATION.simulate(seed=0)[0]
    return platform_genes(read_expression(data, columns=columns, logged=logged, missing=missing))


def about(plan: ProblemPlan) -> str:
    """Return a sentence about the data."""
    expression, problem = plan.expression, plan.problem
    return (
        f"{expression.name}: {expression.n_samples} samples of {len(set(expression.groups))} patients and"
        f" {len(set(expression.organs))} organs, {problem['landmarks_present']} of the"
        f" {PLATFORM_LANDMARKS} landmarks, {problem['targets']} of {problem['targets_present']} other genes"
        f" of the platform, {'logged' if expression.logged else 'not logged'}"
    )
