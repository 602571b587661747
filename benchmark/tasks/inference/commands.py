"""The commands of the L1000 task: from parsed options to what is printed."""

from __future__ import annotations

import argparse
import sys

from geneboard.benchmark.commands.terminal import show_outcome, show_step
from geneboard.datasets.l1000.columns import Columns


def columns_of(options: argparse.Namespace) -> Columns:
    """Return the names of columns that the user gave."""
    return Columns(
        sample=options.sample_column,
        group=options.group_column,
        organ=options.organ_column,
        split=getattr(options, "split_column", ""),
        gene=options.gene_column,
        symbol=options.symbol_column,
        entrez=options.entrez_column,
        feature_space=options.feature_space_column,
    )


def logged_of(options: argparse.Namespace) -> bool | None:
    """Return what the user says of the scale; None if nothing."""
    return None if options.logged is None else str(options.logged) == "yes"


def compare_models(options: argparse.Namespace) -> int:
    """Run `infer` and print its leaderboards; return the exit status."""
    from geneboard.benchmark.commands import api
    from geneboard.benchmark.engine.processes import Limits
    from geneboard.benchmark.tasks.inference.run import Samples, infer

    samples = Samples(
        data=options.data,
        test_data=options.test_data,
        columns=columns_of(options),
        logged=logged_of(options),
        missing=options.missing,
        targets=options.targets,
        quantile=not options.no_quantile,
    )
    outcome = infer(
        samples,
        experiment=options.experiment,
        out=options.out,
        methods=options.methods,
        plugins=options.plugin,
        budgets=options.budgets,
        selections=options.selection,
        organs=options.organs,
        preset=options.preset,
        seeds=options.seeds,
        sets=options.sets,
        device=api.resolve_device(options.device),
        jobs=options.jobs,
        limits=Limits(options.time_limit, options.memory_limit),
        force=options.force,
        pictures=not options.no_pictures,
        preparing=show_step,
        tell=lambda text: print(text, file=sys.stderr, flush=True),
    )
    return show_outcome(outcome, options.out, pictures=not options.no_pictures)
