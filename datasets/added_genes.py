"""Genes that a list has put into graphs beside those that were selected (``--genes``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from geneboard.datasets.base import PREPARED_FROM, GeneGraph, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_ids import naming_of
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.knowledge.symbols import human_symbols

LABEL = ":genes"
"""What is added to the label of a source: graphs with genes of a list are another source of data."""

LEAST_SHARE = 0.01
"""Share of a list, or of a smaller dataset, that some dataset must have.

Real liver (symbols of mouse) has 1 of the 1610 human symbols of the essential genes, by its spelling alone.
"""

MANY_LISTED = 3000
"""Listed genes above which their cost is told beforehand."""


def listed_in(
    datasets: Mapping[str, pd.Index], settings: PipelineSettings, tables: GeneTables
) -> list[tuple[str, ...]]:
    """Return for each dataset which of its genes are listed, by their own name or as a human symbol.

    Parameters
    ----------
    datasets
        File -> names of its genes.
    settings
        Its `genes` are those of the list.
    tables
        What gives genes human symbols.

    Raises
    ------
    InputError
        If no dataset has more of them than names that are alike by chance.
    """
    found = []
    for origin, genes in datasets.items():
        symbols = human_symbols(genes, tables, origin)
        listed = genes.isin(settings.genes) | symbols.isin(settings.genes)
        found.append(tuple(sorted(genes[listed])))
    theirs = pd.Index(settings.genes)
    sizes = [min(len(theirs), len(genes)) for genes in datasets.values()]
    if all(len(own) < max(LEAST_SHARE * size, 1) for own, size in zip(found, sizes, strict=True)):
        origin, genes = next(iter(datasets.items()))
        most = max(map(len, found))
        raise InputError(
            f"--genes {settings.genes_from}: {f'only {most}' if most else 'none'} of its {len(theirs)} genes "
            f"are in a dataset; it holds {naming_of(theirs)} such as {theirs[0]!r}, {origin} "
            f"{naming_of(genes)} such as {genes[0]!r} (see --ids and --orthologs)"
        )
    return found


def cost_of_listed(settings: PipelineSettings) -> str | None:
    """Return a sentence about what a long list costs; None of one that is not long."""
    n = len(settings.genes)
    if n <= MANY_LISTED:
        return None
    most = settings.n_genes + n
    return (
        f"--genes: {n} genes are listed; a dataset that measures all of them gets a graph of {most} genes, "
        f"whose edges take {(most / settings.n_genes) ** 2:.0f} times the usual time and memory; methods "
        "train longer, too"
    )


def added_genes(graph: GeneGraph) -> Mapping[str, Any]:
    """Return what a list did to a graph: ``from``, ``measured``, ``passed``, ``added``; empty without one."""
    steps = graph.provenance.get("steps")
    selection = steps.get("gene_selection", {}) if isinstance(steps, Mapping) else {}
    listed: Mapping[str, Any] = selection.get("listed", {})
    return listed


def added_genes_note(graphs: Iterable[GeneGraph]) -> str:
    """Return of which lists genes were added, and how many to each dataset; empty if none were."""
    found = {graph.name: listed for graph in graphs if (listed := added_genes(graph))}
    if not any(listed["added"] for listed in found.values()):
        return ""
    names = dict.fromkeys(listed["from"] for listed in found.values())
    numbers = [f"{listed['added']} in {name}" for name, listed in found.items()]
    return f"genes of {', '.join(names)} added: {', '.join(numbers)}"


def about_data(tissue: Tissue) -> dict[str, Any]:
    """Return what the record of a cell says of its data: what they were made from, and genes of a list."""
    note = added_genes_note(tissue.graphs)
    return {PREPARED_FROM: tissue.prepared_from, **({"genes_note": note} if note else {})}


def unmeasured_warnings(graphs: Sequence[GeneGraph]) -> list[str]:
    """Return a sentence for each dataset that measures none of the listed genes."""
    return [
        f"{graph.name}: measures none of the genes of {listed['from']}, and stays as it is without --genes"
        for graph in graphs
        if (listed := added_genes(graph)) and not listed["measured"]
    ]
