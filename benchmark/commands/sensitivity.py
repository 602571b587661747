"""The command `sensitivity`: a good embedding, ruined step by step."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.commands import arguments as given
from geneboard.benchmark.commands.device import resolve_device

if TYPE_CHECKING:
    from geneboard.benchmark.tasks.embedding.sensitivity.run import Outcome


def sensitivity(
    tissue: given.TissueName,
    *,
    data: given.Folder | None = None,
    out: given.Folder = "results",
    method: given.Name = "consensus_spectral",
    preset: given.Preset = "quick",
    repeats: given.Count = 3,
    jobs: given.Count | None = None,
    device: str = "auto",
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    allow_disjoint: bool = False,
    quiet: bool = False,
) -> Outcome:
    """Ruin a good embedding step by step and show how every metric answers.

    Parameters
    ----------
    tissue
        One tissue.
    method
        Method that makes the good embedding.
    repeats
        Draws of each level.
    jobs
        Steps at once (default: one per core).
    data, out, preset, device, identifiers, orthologs, allow_disjoint, quiet
        As for `run`.

    Raises
    ------
    InputError
        If something the user gave is not usable, or the method gives no embedding of the tissue.
    """
    from geneboard.benchmark.cells.presets import preset_named
    from geneboard.benchmark.commands.terminal import show_step, show_warning
    from geneboard.benchmark.external.commands import known_methods
    from geneboard.benchmark.records import store
    from geneboard.benchmark.tasks.embedding.sensitivity.run import run_sensitivity
    from geneboard.benchmark.tasks.embedding.sources import open_source, refuse_unused_tables, warn_of_graphs

    data, out = given.optional_path(data), Path(out)
    orthologs, identifiers = given.optional_path(orthologs), given.paths(identifiers)
    chosen_preset = preset_named(preset)
    given.make_folder(out)
    store.read_records(out, show_warning)
    entry = known_methods()[method]
    refuse_unused_tables(data, identifiers, orthologs)
    place = resolve_device(device)
    source = open_source(
        data, out, allow_disjoint=allow_disjoint, identifiers=identifiers, orthologs=orthologs
    )
    loaded = source.load(tissue, None if quiet else show_step)
    if data is not None:
        warn_of_graphs(loaded, show_warning)
    return run_sensitivity(
        *(loaded, entry, chosen_preset, out),
        repeats=repeats,
        device=place,
        jobs=jobs,
        quiet=quiet,
        warn=show_warning,
    )


def show_sensitivity(outcome: Outcome) -> int:
    """Print what the metrics answered, and what failed."""
    from geneboard.benchmark.tasks.embedding.sensitivity.findings import verdict_table

    print(verdict_table(outcome.sensitivity.findings).to_string())
    for path in outcome.paths:
        print(path)
    for label, reason in outcome.failed.items():
        print(f"failed: {label}: {reason}", file=sys.stderr)
    return 1 if outcome.failed else 0
