"""Datasets of several species that keep their own names, so that nobody is told which genes are orthologs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from geneboard.datasets.base import GeneGraph
from geneboard.datasets.dataset_files import DatasetFile, names_of_genes, species_of_names
from geneboard.datasets.graphs.gene_tables import GeneTables, Translation
from geneboard.datasets.knowledge.orthologs import HUMAN, species_name

LABEL = ":apart"
"""What is added to the label of a source: graphs of species that keep their names are other data."""


def names_by_species(
    files: Sequence[DatasetFile], tables: GeneTables
) -> list[tuple[int, Translation | None]]:
    """Bring the datasets of each species to one system of names of their own, as `names_of_genes` does.

    Raises
    ------
    InputError
        As there, for the datasets of one species.
    """
    species = [species_of_names(file, tables) for file in files]
    found: dict[int, tuple[int, Translation | None]] = {}
    for one in dict.fromkeys(species):
        own = [number for number, other in enumerate(species) if other == one]
        found |= zip(own, names_of_genes([files[number] for number in own], tables), strict=True)
    return [found[number] for number in range(len(files))]


def by_species(graphs: Sequence[GeneGraph]) -> list[list[int]]:
    """Return the numbers of the graphs of each species."""
    species = [species_name(graph.species) for graph in graphs]
    return [
        [number for number, other in enumerate(species) if other == one] for one in dict.fromkeys(species)
    ]


def told_apart(graph: GeneGraph, all_graphs: Sequence[GeneGraph]) -> GeneGraph:
    """Return a graph without names that a graph of another species has: the species stands behind those.

    Symbols of mouse and human differ by their small letters, but for a few such as C3 and F10. Human genes
    keep theirs.
    """
    species = species_name(graph.species)
    others = {gene for one in all_graphs if species_name(one.species) != species for gene in one.genes}
    if species == HUMAN or not graph.genes.isin(others).any():
        return graph
    names = [f"{gene} ({species})" if gene in others else gene for gene in graph.genes]
    return replace(graph, genes=pd.Index(names, dtype=object))
