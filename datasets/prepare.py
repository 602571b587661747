"""Raw counts of a tissue to gene-graph files, with a report of how good each dataset is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from geneboard.datasets.atomic import write_atomically
from geneboard.datasets.base import StepProgress
from geneboard.datasets.counts_10x_files import is_tenx_folder
from geneboard.datasets.earlier_graphs import earlier_graphs_warning
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.given_files import files_given
from geneboard.datasets.graph_files import split_name, write_graph
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.quality import quality_table
from geneboard.datasets.quality_picture import quality_picture
from geneboard.datasets.quality_report import quality_page
from geneboard.datasets.quality_warnings import kept_bounds_warning, kept_edges_warning, tissue_warnings

QUALITY, PAGE, PICTURE = "quality.csv", "quality.md", "quality.png"
"""The report beside the graphs: a table, the same as a page with warnings, and a picture."""


def prepare_tissue(
    counts: Path | Sequence[Path],
    tissue: str,
    out: Path,
    settings: PipelineSettings | None = None,
    progress: StepProgress | None = None,
    *,
    allow_disjoint: bool = False,
    tables: GeneTables | None = None,
    warn: Callable[[str], None] | None = None,
    modality: str | None = None,
    species_apart: bool = False,
) -> list[Path]:
    """Prepare a tissue so that `Files` can load it from `out` without preparing it again.

    Parameters
    ----------
    counts
        Folder with ``<tissue>/*.h5ad``, as for `Files`; or files of any name, as for `files_given`.
    tissue
        Name of the tissue.
    out
        Folder for ``<tissue>/<modality>_<tissue>_<id>.h5ad`` and the report, ``<tissue>/quality.csv``,
        ``.md`` and ``.png``; the graphs have the same digests as the ones `Files` makes of `counts`.
    settings
        Parameters of the pipeline.
    progress
        Called per dataset and step.
    allow_disjoint
        Accept datasets that share no gene with the others.
    tables
        Tables of identifiers, as for `Files`.
    warn
        Called with a sentence for everything that is suspicious about a graph; the page shows them too.
    modality
        Of files whose names tell none, as for `files_given`.
    species_apart
        As for `Files`.

    Returns
    -------
    list of pathlib.Path
        The graph files.

    Raises
    ------
    InputError
        For faults of the files, if `out` is where the counts are, and if it holds graphs of other datasets
        that were made with other settings.
    """
    folder = out / tissue
    given = [counts] if isinstance(counts, Path) else list(counts)
    is_source = len(given) == 1 and given[0].is_dir() and not is_tenx_folder(given[0])
    if folder.resolve() in [(path / tissue if is_source else path.parent).resolve() for path in given]:
        raise InputError(f"{folder}: graphs cannot be written over the counts; choose another folder.")
    folder_of = given[0] if is_source else given[0].parent
    source = Files(folder_of, None, settings, allow_disjoint, tables, species_apart=species_apart)
    files = source.files_of(tissue) if is_source else files_given(given, tissue, modality)
    earlier = earlier_graphs_warning(out, tissue, files, source.settings)
    graphs = source.load_files(tissue, files, progress).graphs
    paths = []
    for graph in graphs:
        modality, _, identifier = split_name(graph.name)
        path = folder / f"{modality}_{tissue}_{identifier}.h5ad"
        write_graph(graph, path)
        paths.append(path)
    warnings = tissue_warnings(graphs)
    if settings is not None:
        for kept in (kept_edges_warning, kept_bounds_warning):
            warnings += [text for graph in graphs if (text := kept(graph, settings)) is not None]
    warnings += [earlier] if earlier is not None else []
    table = quality_table(graphs)
    write_atomically(folder / QUALITY, table.to_csv(index=False).encode())
    write_atomically(folder / PICTURE, quality_picture(graphs))
    write_atomically(folder / PAGE, quality_page(tissue, graphs, table, warnings, PICTURE).encode())
    if warn is not None:
        for text in warnings:
            warn(text)
    return paths
