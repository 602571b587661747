"""The command that is told to who has finished another."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.commands.options import PROGRAM

if TYPE_CHECKING:
    from geneboard.benchmark.engine.run import Outcome

COMMA = ("--methods", "--joint")
"""Options whose values stand in one word."""


def command_line(*words: str) -> str:
    """Return a command of this program as it is typed."""
    return shlex.join([*(["python", PROGRAM] if PROGRAM.endswith(".py") else [PROGRAM]), *words])


def biology_command(options: Mapping[str, Any], needed: Sequence[str] = ()) -> str:
    """Return the command that asks the embeddings of a run.

    Parameters
    ----------
    options
        Options of the run that `biology` has too, by flag; those that are None, False or empty are left out.
    needed
        Words to add, what the user has to fill in among them.
    """
    words = ["biology"]
    for flag, value in options.items():
        if value is True:
            words.append(flag)
        elif isinstance(value, str | int | Path) and value is not False:
            words += [flag, str(value)]
        elif value and flag in COMMA:
            words += [flag, ",".join(value)]
        elif value and flag in ("--tissue", "--genes"):
            words += [flag, *map(str, value)]
        elif value:
            words += [word for one in value for word in (flag, str(one))]
    return command_line(*words, *needed)


def tables_needed(
    outcome: Outcome, identifiers: Sequence[Path | str], orthologs: Path | str | None
) -> list[str]:
    """Return the tables that `biology` needs for the genes of a run, as words of the command line.

    Gene sets have human symbols. Tables that the run was given are not among them.
    """
    import pandas as pd

    from geneboard.datasets.graph_files import genes_of_tissue
    from geneboard.datasets.graphs.gene_tables import GeneTables
    from geneboard.datasets.knowledge.symbols import options_for_symbols

    given = {"--ids": bool(identifiers), "--orthologs": orthologs is not None}
    # What is scored of another cell (a part of its genes) has no graphs of its own.
    trained = [planned.cell for planned in outcome.plan if planned.cell.input is None]
    manifests = dict.fromkeys(cell.problem.manifest for cell in trained)
    words: dict[str, list[str]] = {}
    for manifest in manifests:
        genes: pd.Index = genes_of_tissue(manifest)
        for option in options_for_symbols(genes, GeneTables()):
            flag, name = option.partition(",")[0].split()
            if not given[flag]:
                words[flag] = [flag, name]
    return [word for pair in words.values() for word in pair]
