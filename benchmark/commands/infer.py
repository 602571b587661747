"""The command `infer`: models that infer expression from the L1000 landmarks."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal

from geneboard.benchmark.commands import arguments as given
from geneboard.benchmark.commands.device import resolve_devices
from geneboard.benchmark.commands.show_run import show_run as show_infer
from geneboard.benchmark.tasks.inference.experiments import EXPERIMENTS
from geneboard.datasets.errors import InputError, closest

if TYPE_CHECKING:
    from geneboard.benchmark.engine.run import Outcome
    from geneboard.datasets.l1000.columns import Columns

__all__ = ["infer", "show_infer"]

GUESSED: Mapping[str, str] = MappingProxyType({})
"""No column is named: all are guessed."""


def infer(
    data: given.Folder | None = None,
    *,
    experiment: Annotated[str, given.Argument(choices=EXPERIMENTS)] = "comparison",
    test_data: given.Folder | None = None,
    out: given.Folder = "results",
    columns: given.ColumnNames = GUESSED,
    split_column: given.Name = "",
    logged: given.YesNo | None = None,
    missing: Literal["refuse", "fill", "drop"] = "refuse",
    targets: given.Count | None = None,
    quantile: bool = True,
    budgets: given.Counts = (),
    selections: given.Selections = (),
    organs: given.Organs = (),
    methods: given.Methods | None = None,
    seeds: given.Count | None = None,
    preset: given.Preset = "quick",
    sets: given.Sets = (),
    plugins: given.Plugins = (),
    jobs: given.Count | None = None,
    scheduler: given.Scheduler | None = None,
    device: str = "auto",
    devices: given.Devices = (),
    time_limit: given.Seconds | None = None,
    memory_limit: given.Megabytes | None = None,
    pictures: bool = True,
    force: bool = False,
    dry_run: bool = False,
    quiet: bool = False,
) -> Outcome:
    """Rank models that infer expression from the L1000 landmarks.

    `infer train` fits a model for use, `infer predict` applies it to a plate; see their --help. Cells that
    ended well, or were skipped, are not run again; those that failed are.

    Parameters
    ----------
    data
        Folder with a file of expression (.npz, .h5ad, .gct, .gctx, .tsv), samples.tsv and genes.tsv; without
        it: synthetic data.
    experiment
        comparison: all landmarks; landmarks: fewer of them; organs: each organ left out; platform: test on
        another set; organ-covariate, graph: the comparison with these variants.
    test_data
        The set that `platform` tests on.
    columns
        Columns of samples.tsv and genes.tsv, for example ``{"group": "patient"}``.
    split_column
        Column of samples.tsv that says train, validation or test (default: split by group, seeded).
    logged
        Whether the values are logarithms (default: looked at).
    missing
        Missing values: refuse them, fill them with training medians, or drop their genes.
    targets
        Infer N genes drawn once, the same for all models (default: all of the platform).
    quantile
        Quantile normalisation of samples.
    budgets
        Numbers of landmarks for `landmarks`, beside all (default: 486,324,142,108,54,10,1).
    selections
        How they are chosen (default: random,lasso,greedy).
    organs
        Organs that `organs` leaves out (default: each).
    seeds
        Seeds, each with a split of its own (default: the preset's).
    sets
        Set a hyper-parameter, for example gnn.epochs=100.
    out, methods, preset, plugins, jobs, scheduler, device, devices, time_limit, memory_limit, pictures
        As for `run`.
    force, dry_run, quiet
        As for `run`.

    Raises
    ------
    InputError
        If something the user gave is not usable; nothing has been trained then.
    """
    from geneboard.benchmark import registry
    from geneboard.benchmark.cells.presets import preset_named
    from geneboard.benchmark.cells.settings import parse_sets
    from geneboard.benchmark.commands.board_so_far import BoardSoFar

    # imported before the cells run: the source may be edited later
    from geneboard.benchmark.commands.build_report import build_report, build_tables
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.commands.terminal import show_step, show_warning
    from geneboard.benchmark.engine.executors import default_jobs
    from geneboard.benchmark.engine.processes import Limits
    from geneboard.benchmark.engine.run import run_cells
    from geneboard.benchmark.records import store
    from geneboard.benchmark.tasks.inference.plan import inference_cells, variants_of
    from geneboard.benchmark.tasks.inference.run import about, problems_of

    out = Path(out)
    if experiment not in EXPERIMENTS:
        raise InputError(f"--experiment {experiment}: unknown{closest(experiment, EXPERIMENTS)}")
    chosen_preset = preset_named(preset)
    place, gpus = resolve_devices(device, devices, here=scheduler is None)
    known = registry.inference_methods(given.paths(plugins))
    chosen = known.names() if methods is None else [known[name].name for name in dict.fromkeys(methods)]
    if not chosen:
        raise InputError("--methods names no method")
    variants = variants_of(known, chosen, chosen_preset, parse_sets(sets, chosen), experiment)
    given.make_folder(out)
    store.read_records(out, show_warning)  # what does not fit is told before any work, not after it
    problems = problems_of(
        experiment,
        given.optional_path(data),
        given.optional_path(test_data),
        columns=columns_of(columns, split=split_column),
        logged=logged,
        missing=missing,
        targets=targets,
        quantile=quantile,
        budgets=budgets,
        selections=selections,
        organs=organs,
    )
    if not quiet:
        print(about(problems[0]), file=sys.stderr, flush=True)
        if experiment == "platform":
            print("patients who are in both sets, if any, are left out of training", file=sys.stderr)
    cells = inference_cells(
        problems,
        variants,
        chosen_preset,
        out,
        seeds=seeds,
        device=place,
        preparing=None if quiet else show_step,
    )
    outcome = run_cells(
        cells,
        out,
        jobs=jobs,
        limits=Limits(time_limit, memory_limit),
        force=force,
        quiet=quiet,
        dry_run=dry_run,
        on_record=None if quiet else BoardSoFar(out),
        warn=show_warning,
        scheduler=scheduler,
        gpus=gpus,
    )
    if dry_run:
        return outcome
    shown = open_reference(None, out).beside(store.read_records(out))  # of embeddings in the same folder
    if pictures:
        processes = (jobs if scheduler is None else None) or default_jobs(chosen_preset.threads, "cpu")
        build_report(out, shown, processes=processes)
    else:
        build_tables(out, shown)
    return outcome


def columns_of(names: Mapping[str, str], *, split: str = "") -> Columns:
    """Return the columns that a user names.

    Raises
    ------
    InputError
        If there is no such column to name.
    """
    from geneboard.datasets.l1000.columns import Columns

    for name in names:
        if name not in given.COLUMNS:
            raise InputError(f"columns: {name!r} is none of them{closest(name, given.COLUMNS)}")
    return Columns(split=split, **names)
