"""What is printed of a run: its leaderboards and failures, and the command that may come next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from geneboard.benchmark.engine.run import Outcome


def show_run(
    outcome: Outcome,
    *,
    out: Path | str,
    pictures: bool,
    jobs: int | None,
    dry_run: bool,
    explain: bool = False,
    beside: Path | str | None = None,
    tissues: Sequence[str] | str = (),
    data: Path | str | None = None,
    methods: Sequence[str] | None = None,
    seeds: int | None = None,
    preset: str = "quick",
    sets: Sequence[str] = (),
    plugins: Sequence[Path | str] = (),
    external: Path | str | None = None,
    embeddings: Sequence[str] = (),
    joint: Sequence[str] = (),
    genes: Sequence[Path | str] = (),
    identifiers: Sequence[Path | str] = (),
    orthologs: Path | str | None = None,
    allow_disjoint: bool = False,
    species_apart: bool = False,
) -> int:
    """Print the leaderboards of a run and its failures; return the exit status of the command.

    `beside` and all that follow are those of the run; `infer`, which this shows too, has no tissues.

    Parameters
    ----------
    outcome, out, pictures, jobs, dry_run
        Of the run.
    explain
        Print all notes, not only those that are needed to read the numbers.
    """
    from geneboard.benchmark.commands.failures import failed_plugins, without_failed
    from geneboard.benchmark.commands.next_command import biology_command, command_line, tables_needed
    from geneboard.benchmark.commands.reference import open_reference
    from geneboard.benchmark.commands.terminal import show_outcome

    if dry_run:
        from geneboard.benchmark.commands.dry_run import show_plan

        return show_plan(outcome.plan, jobs)
    reference = open_reference(beside, Path(out))
    status = show_outcome(outcome, Path(out), pictures=pictures, explain=explain, reference=reference)
    if tissues:
        options = {
            "--tissue": [tissues] if isinstance(tissues, str) else tissues,
            "--data": data,
            "--methods": methods,
            "--seeds": seeds,
            "--preset": None if preset == "quick" else preset,
            "--set": sets,
            "--plugin": plugins,
            "--external": external,
            "--embedding": embeddings,
            "--joint": joint,
            "--genes": genes,
            "--ids": identifiers,
            "--orthologs": orthologs,
            "--allow-disjoint": allow_disjoint,
            "--species-apart": species_apart,
            "--out": None if Path(out) == Path("results") else out,
        }
        for file in failed_plugins(outcome, plugins):
            print(f"\nDoes it keep the rules of a method? {command_line('check', file)}")
        if (asked := without_failed(options, outcome.records)) is not None:
            needed = [] if data is None else tables_needed(outcome, identifiers, orthologs)
            print(f"\nWhat do they know about genes? {biology_command(asked, needed)}")
    return status
