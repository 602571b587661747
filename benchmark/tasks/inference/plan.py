"""The cells of a run of the L1000 task: problem x method x hyper-parameters x seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from geneboard.benchmark.cells import versions
from geneboard.benchmark.cells.cell import Cell, Problem
from geneboard.benchmark.cells.fingerprint import Code
from geneboard.benchmark.cells.presets import Preset
from geneboard.benchmark.cells.settings import Settings, settings_of
from geneboard.benchmark.registry import Entry, Registry
from geneboard.benchmark.tasks.inference.codes import inference_method_code, inference_metric_versions
from geneboard.benchmark.tasks.inference.experiments import ABLATIONS
from geneboard.benchmark.tasks.inference.manifests import manifest_in_cache
from geneboard.benchmark.tasks.inference.problems import ProblemPlan
from geneboard.datasets.base import StepProgress
from geneboard.datasets.errors import InputError


def variants_of(
    registry: Registry,
    chosen: Sequence[str],
    preset: Preset,
    given: Mapping[str, Mapping[str, str]],
    experiment: str,
) -> list[tuple[Entry, Settings]]:
    """Return the methods with the hyper-parameters that they run with.

    Parameters
    ----------
    registry, chosen
        Known methods and the names of those to run.
    preset
        How long they train.
    given
        Hyper-parameters that the user sets, as texts, by method.
    experiment
        Where it is one of `ABLATIONS`, its variants run as well.

    Raises
    ------
    InputError
        If a hyper-parameter is refused, or no chosen method has what is to be varied.
    """
    variants = [(registry[name], settings_of(registry[name], preset, given.get(name, {}))) for name in chosen]
    ablations = [
        (entry, settings_of(entry, preset, {**given.get(entry.name, {}), **changes}))
        for entry, usual in variants
        for changes in ABLATIONS.get(experiment, ())
        if set(changes) <= set(usual.values)
    ]
    if experiment in ABLATIONS and not ablations:
        raise InputError(f"--experiment {experiment}: no method of this run has it to vary")
    return [*variants, *ablations]


def inference_cells(
    problems: Sequence[ProblemPlan],
    variants: Sequence[tuple[Entry, Settings]],
    preset: Preset,
    out: Path,
    *,
    seeds: int | None = None,
    device: str = "cpu",
    preparing: StepProgress | None = None,
) -> list[Cell]:
    """Prepare the splits of all problems and return their cells, all first seeds before any second.

    A seed draws the split too, so methods without randomness have several as well; with a split of the user's
    own these have one.

    Parameters
    ----------
    problems, variants
        What is to be inferred, and the methods.
    preset, seeds, device
        As on the command line; `seeds` None takes the numbers of the preset.
    out
        Result folder.
    preparing
        Called while splits are prepared.
    """
    count = preset.seeds if seeds is None else seeds
    metric_versions, git_revision = inference_metric_versions(), versions.git_revision()
    code = Code()
    codes = {entry.name: inference_method_code(entry, code) for entry, _ in variants}
    cells = []
    steps = [(seed, problem) for seed in range(count) for problem in problems]
    for done, (seed, problem) in enumerate(steps, start=1):
        manifest, digest = manifest_in_cache(problem, seed, out)
        if preparing is not None:
            preparing(f"{problem.name}, split {seed}", done, len(steps))
        solved = Problem(
            "inference",
            problem.name,
            problem.source,
            problem.data_hashes,
            manifest,
            facts={"problem": problem.problem},
            manifest_digest=digest,
        )
        for entry, settings in variants:
            if seed and problem.same_inputs and entry.attributes.get("deterministic", False):
                continue
            cells.append(
                Cell(
                    problem=solved,
                    preset=preset.name,
                    entry=entry,
                    settings=settings,
                    seed=seed,
                    threads=preset.threads,
                    device=device,
                    code=codes[entry.name],
                    metric_versions=metric_versions,
                    git_revision=git_revision,
                )
            )
    return cells
