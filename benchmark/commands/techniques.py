"""The command `techniques`: gene networks of scRNA, scATAC and spatial data, matched in size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from geneboard.benchmark.commands import arguments as given

if TYPE_CHECKING:
    from geneboard.benchmark.tasks.techniques.comparison import TechniqueComparison


def techniques(
    tissue: given.TissueName,
    *,
    data: given.Folder | None = None,
    out: given.Folder = "results",
    seeds: given.Count = 3,
    groups: given.File | None = None,
    identifiers: given.Identifiers = (),
    orthologs: given.File | None = None,
    pictures: bool = True,
    quiet: bool = False,
) -> tuple[TechniqueComparison, list[Path]]:
    """Compare the gene networks of scRNA, scATAC and spatial data of a tissue, matched in size.

    As many cells of every dataset, the same genes and as many edges: do the networks of scRNA know more about
    genes, and does half of their cells give the edges of the other half? No method is trained.

    Parameters
    ----------
    tissue
        One tissue with scRNA and another technique.
    seeds
        Draws of the cells of each dataset, at least 2.
    data, out, groups, identifiers, orthologs, pictures, quiet
        As for `run`.

    Returns
    -------
    tuple
        What was found, and the files written.

    Raises
    ------
    InputError
        If something the user gave is not usable, or the tissue has one technique only.
    """
    from geneboard.benchmark.commands.terminal import show_step, show_warning
    from geneboard.benchmark.tasks.embedding.sources import open_source, refuse_unused_tables
    from geneboard.benchmark.tasks.techniques.run import compare_techniques
    from geneboard.benchmark.tasks.techniques.section import write_techniques
    from geneboard.datasets.graphs.gene_tables import read_tables

    data, out, groups = given.optional_path(data), Path(out), given.optional_path(groups)
    orthologs, identifiers = given.optional_path(orthologs), given.paths(identifiers)
    given.make_folder(out)
    refuse_unused_tables(data, identifiers, orthologs)
    source = open_source(data, out, identifiers=identifiers, orthologs=orthologs)
    comparison = compare_techniques(
        source.counted(tissue),
        draws=seeds,
        tables=read_tables(identifiers, orthologs),
        data=data,
        groups=groups,
        progress=None if quiet else show_step,
        warn=show_warning,
    )
    return comparison, write_techniques(comparison, out, pictures=pictures)


def show_techniques(made: tuple[TechniqueComparison, list[Path]], *, explain: bool = False) -> int:
    """Print the tables and the files.

    Parameters
    ----------
    made
        Of the command.
    explain
        Print all notes, not only those that are needed to read the numbers.
    """
    from geneboard.benchmark.commands.terminal import show_paths
    from geneboard.benchmark.report.render import terminal
    from geneboard.benchmark.tasks.techniques.section import techniques_section

    comparison, paths = made
    print(terminal.render(techniques_section(comparison), explain=explain))
    return show_paths(paths)
