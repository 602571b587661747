"""The command `infer`: run models on the problems of an experiment and show their leaderboards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geneboard.benchmark.tasks.inference.experiments import (
    BUDGETS,
    PLATFORM_LANDMARKS,
    SELECTIONS,
)
from geneboard.benchmark.tasks.inference.problems import ProblemPlan, Problems
from geneboard.benchmark.tasks.inference.source import open_expression
from geneboard.datasets.errors import InputError, closest
from geneboard.datasets.l1000.columns import Columns
from geneboard.datasets.l1000.reading import MissingValues


@dataclass(frozen=True)
class Samples:
    """What expression sets are read, and how.

    Parameters
    ----------
    data
        Folder or file; None for simulated samples.
    test_data
        The set that the experiment ``"platform"`` tests on.
    columns, logged, missing
        As for `datasets.l1000.reading.read_expression`; `logged` concerns `data` alone.
    targets
        Number of genes to infer, the same for all models; None for all.
    quantile
        Whether samples are quantile-normalised.
    """

    data: Path | None = None
    test_data: Path | None = None
    columns: Columns | None = None
    logged: bool | None = None
    missing: MissingValues = "refuse"
    targets: int | None = None
    quantile: bool = True


def problems_of(
    samples: Samples,
    experiment: str,
    *,
    budgets: Sequence[int],
    selections: Sequence[str],
    organs: Sequence[str],
) -> list[ProblemPlan]:
    """Return the problems of an experiment.

    Raises
    ------
    InputError
        If the samples cannot be read, or something is given that does not go with the experiment.
    """
    unknown = [way for way in selections if way not in SELECTIONS]
    if unknown:
        raise InputError(f"--selection {unknown[0]}: unknown{closest(unknown[0], SELECTIONS)}")
    columns = samples.columns or Columns()
    given = {
        "--test-data": ("platform", samples.test_data),
        "--organ": ("organs", organs),
        "--budgets": ("landmarks", budgets),
        "--selection": ("landmarks", selections),
    }
    for option, (wanted, value) in given.items():
        if value and experiment != wanted:
            raise InputError(f"{option}: goes with --experiment {wanted}")
    if columns.split and experiment in ("organs", "platform"):
        raise InputError(f"--split-column {columns.split}: does not go with --experiment {experiment}")
    source = open_expression(samples.data, columns=columns, logged=samples.logged, missing=samples.missing)
    problems = Problems(source, samples.targets, samples.quantile)
    if experiment == "landmarks":
        return problems.landmark_budgets(budgets or BUDGETS, selections or SELECTIONS)
    if experiment == "organs":
        return problems.organs_left_out(organs)
    if experiment == "platform":
        if samples.test_data is None:
            raise InputError("--experiment platform: needs --test-data, the set to test on")
        other = open_expression(samples.test_data, columns=columns, missing=samples.missing)
        return problems.transfer(other)
    return problems.comparison()


def about(plan: ProblemPlan) -> str:
    """Return a sentence about the data."""
    expression, problem = plan.source.expression, plan.problem
    return (
        f"{expression.name}: {expression.n_samples} samples of {len(set(expression.groups))} patients and"
        f" {len(set(expression.organs))} organs, {problem['landmarks_present']} of the"
        f" {PLATFORM_LANDMARKS} landmarks, {problem['targets']} of {problem['targets_present']} other genes"
        f" of the platform, {'logged' if expression.logged else 'not logged'}"
    )
