"""The command `infer`: run models on the problems of an experiment and show their leaderboards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geneboard.benchmark import registry
from geneboard.benchmark.cells.presets import preset_named
from geneboard.benchmark.cells.settings import parse_sets
from geneboard.benchmark.engine.processes import Limits
from geneboard.benchmark.engine.run import Outcome, default_jobs, run_cells
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.inference.experiments import (
    ABLATIONS,
    BUDGETS,
    EXPERIMENTS,
    PLATFORM_LANDMARKS,
    SELECTIONS,
)
from geneboard.benchmark.tasks.inference.plan import inference_cells, variants_of
from geneboard.benchmark.tasks.inference.problems import ProblemPlan, Problems
from geneboard.benchmark.tasks.inference.source import open_expression
from geneboard.datasets.base import StepProgress
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


def infer(
    samples: Samples | None = None,
    *,
    experiment: str = "comparison",
    out: Path = Path("results"),
    methods: Sequence[str] | None = None,
    plugins: Sequence[Path] = (),
    budgets: Sequence[int] = (),
    selections: Sequence[str] = (),
    organs: Sequence[str] = (),
    preset: str = "quick",
    seeds: int | None = None,
    sets: Sequence[str] = (),
    device: str = "cpu",
    jobs: int | None = None,
    limits: Limits | None = None,
    force: bool = False,
    pictures: bool = True,
    quiet: bool = False,
    preparing: StepProgress | None = None,
    tell: Callable[[str], None] | None = None,
) -> Outcome:
    """Fit models, score what they infer, write a record for every cell and rebuild what the folder shows.

    Cells whose record says ok or skipped are not run again; those that failed are.

    Parameters
    ----------
    samples
        The data; None for simulated samples.
    experiment
        One of `EXPERIMENTS`.
    methods, plugins
        Names, and files that define more methods; None runs all.
    budgets, selections
        Numbers of landmarks and ways to choose them, for ``"landmarks"``; the published ones without any.
    organs
        Organs that ``"organs"`` leaves out; all without any.
    out, preset, seeds, sets, device, jobs, limits, force, pictures, quiet, preparing
        As for `benchmark.commands.api.run`; `device` is a torch device here.
    tell
        Called with a sentence about the data.

    Raises
    ------
    InputError
        If something the user gave is not usable; nothing has been trained then.
    """
    from geneboard.benchmark.commands.build_report import (
        build_report,  # now: an edit of the source may break it hours later
        build_tables,
    )

    samples = samples or Samples()
    if experiment not in EXPERIMENTS:
        raise InputError(f"--experiment {experiment}: unknown{closest(experiment, EXPERIMENTS)}")
    chosen_preset = preset_named(preset)
    known = registry.inference_methods(plugins)
    chosen = known.names() if methods is None else [known[name].name for name in dict.fromkeys(methods)]
    if not chosen:
        raise InputError("--methods names no method")
    ablations = [experiment] if experiment in ABLATIONS else []
    variants = variants_of(known, chosen, chosen_preset, parse_sets(sets, chosen), ablations)
    store.read_records(out)  # a damaged one is told before any work, not after it
    problems = _problems(samples, experiment, budgets=budgets, selections=selections, organs=organs)
    if tell is not None:
        tell(_about(problems[0]))
        if experiment == "platform":
            tell("patients who are in both sets, if any, are left out of training")
    cells = inference_cells(
        problems, variants, chosen_preset, out, seeds=seeds, device=device, preparing=preparing
    )
    outcome = run_cells(cells, out, jobs=jobs, limits=limits, force=force, quiet=quiet)
    if pictures:
        processes = jobs or default_jobs(chosen_preset.threads, "cpu")
        build_report(out, store.read_records(out), processes=processes)
    else:
        build_tables(out, store.read_records(out))
    return outcome


def _problems(
    samples: Samples,
    experiment: str,
    *,
    budgets: Sequence[int],
    selections: Sequence[str],
    organs: Sequence[str],
) -> list[ProblemPlan]:
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


def _about(plan: ProblemPlan) -> str:
    expression, problem = plan.source.expression, plan.problem
    return (
        f"{expression.name}: {expression.n_samples} samples of {len(set(expression.groups))} patients and"
        f" {len(set(expression.organs))} organs, {problem['landmarks_present']} of the"
        f" {PLATFORM_LANDMARKS} landmarks, {problem['targets']} of {problem['targets_present']} other genes"
        f" of the platform, {'logged' if expression.logged else 'not logged'}"
    )
