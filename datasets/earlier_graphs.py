"""Graphs that an earlier call has left in the folder that others are prepared into."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.dataset_files import DatasetFile, stem_of
from geneboard.datasets.errors import InputError
from geneboard.datasets.files import Files
from geneboard.datasets.graph_files import read_graph
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.quality import edge_step
from geneboard.datasets.quality_warnings import BOUNDS

FOLLOWING = ("min_genes_per_cell", "min_cells_per_gene", "min_cell_share")
"""Bounds that are set by the data or the residuals where they are None."""


def earlier_graphs_warning(
    out: Path, tissue: str, files: Sequence[DatasetFile], settings: PipelineSettings
) -> str | None:
    """Return a sentence if a folder holds datasets of a tissue that are not among those being prepared.

    Parameters
    ----------
    out
        The folder of graphs; it need not be there.
    tissue
        The tissue.
    files
        What is being prepared: graphs of these names are written anew.
    settings
        How.

    Raises
    ------
    InputError
        If such a graph says that it was made with other settings.
    """
    if not out.is_dir():
        return None
    there = Files(out)
    if tissue not in there.tissues():
        return None
    names = {file.name for file in files}
    others = [file for file in there.files_of(tissue) if file.name not in names]
    if not others:
        return None
    for file in others:
        if not file.is_counts and file.adjacency is None:
            options = other_settings(read_graph(file.path), settings)
            if options:
                raise InputError(
                    f"{file.path}: is a graph of an earlier call with other settings ({', '.join(options)}) "
                    "and would be used with these; remove it or choose another --out."
                )
    told = ", ".join(stem_of(file.path) for file in others)
    it, them = ("it", "it") if len(others) == 1 else ("they", "them")
    return (
        f"{out / tissue}: already holds {told}, not of this call: {it} will be used with these; "
        f"remove {them} or choose another --out"
    )


def other_settings(graph: GeneGraph, settings: PipelineSettings) -> list[str]:
    """Return the options of `prepare` for which a graph was made otherwise, as far as it says."""
    steps, edges = graph.provenance.get("steps", {}), edge_step(graph)
    made: dict[str, object] = {}
    wanted: dict[str, object] = {}
    if edges:
        parameter = "top_k" if settings.edges == "top" else "p_threshold"
        made |= {"edges": edges["rule"], parameter: edges[parameter]}
        wanted |= {"edges": settings.edges, parameter: getattr(settings, parameter)}
    if "residuals" in steps:
        made["residuals"], wanted["residuals"] = steps["residuals"]["by"], settings.residuals
    if "gene_selection" in steps:
        made["genes"] = steps["gene_selection"].get("listed", {}).get("from", "")
        wanted["genes"] = settings.genes_from
    control = steps.get("quality_control", {})
    for bound in BOUNDS:
        own = getattr(settings, bound)
        if bound in control and not (own is None and bound in FOLLOWING):
            made[bound], wanted[bound] = control[bound], own
    return [f"--{name.replace('_', '-')}" for name in made if made[name] != wanted[name]]
