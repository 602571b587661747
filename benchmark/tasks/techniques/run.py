"""A comparison of techniques, from the counts of a tissue to what was found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from geneboard.benchmark.cells.versions import git_revision, versions
from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.biology.knowledge import known_of, of_the_project, truth_of
from geneboard.benchmark.tasks.techniques.comparison import BEST, SCHEMA, TITLES, TechniqueComparison
from geneboard.benchmark.tasks.techniques.measure import differences, measured_techniques
from geneboard.datasets.base import GeneGraph, StepProgress, Tissue
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.counted import CountedTissue
from geneboard.datasets.graphs.gene_tables import GeneTables
from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.datasets.knowledge.symbols import human_symbols
from geneboard.datasets.matched_networks import MatchedNetworks, matched_networks
from geneboard.datasets.units import groups_of

LIBRARIES = ("Hallmark", "Reactome")
"""Embedded libraries that real networks are asked about."""


def compare_techniques(
    tissue: CountedTissue,
    *,
    draws: int,
    tables: GeneTables,
    data: Path | None = None,
    groups: Path | None = None,
    progress: StepProgress | None = None,
    warn: Callable[[str], None],
) -> TechniqueComparison:
    """Compare the networks of the techniques of a tissue; no method is trained.

    Parameters
    ----------
    tissue
        The counts of its datasets.
    draws
        How often cells are drawn, at least two.
    tables
        Of identifiers and orthologs, for genes that gene sets name otherwise.
    data, groups
        As for `groups_of`.
    progress
        Told which network is made.
    warn
        Called with a sentence about each library that says nothing here.

    Raises
    ------
    InputError
        If the tissue has no scRNA or nothing else, and for faults of its counts.
    """
    if draws < 2:
        raise InputError(f"--seeds {draws}: an interval needs two draws of the cells or more")
    modalities = {source.dataset.modality for source in tissue.datasets}
    if BEST not in modalities or len(modalities) == 1:
        told = listed([TITLES[one] for one in sorted(modalities)])
        raise InputError(
            f"{tissue.name}: its datasets are {told}; techniques are compared where a tissue has "
            f"{TITLES[BEST]} and another one"
        )
    matched = matched_networks(tissue, draws, progress)
    # One graph of each dataset, which tells the unit by its name and the hash of its counts.
    first = Tissue(tissue.name, tissue.source, _named_graphs(matched), tissue.truth)
    units = groups_of(first, data, groups)
    symbols = human_symbols(matched.genes, tables, tissue.name)
    known = truth_of(first) if tissue.truth is not None else of_the_project()
    asked = [one for one in known if isinstance(one, GeneSets)]
    if tissue.truth is None:
        asked = [one for one in asked if one.name in LIBRARIES]
    libraries = [
        one.within(symbols)
        for one in known_of([symbols], [], asked, where=tissue.name, warn=warn)
        if isinstance(one, GeneSets)
    ]
    techniques = measured_techniques(matched, units.members, symbols, libraries)
    return TechniqueComparison(
        schema=SCHEMA,
        source=tissue.source,
        tissue=tissue.name,
        draws=draws,
        cells=matched.n_cells,
        genes=len(matched.genes),
        common_genes=matched.n_common,
        edges=matched.n_edges,
        half_edges=matched.n_half_edges,
        libraries={library.name: len(library.sets) for library in libraries},
        units_note=units.note,
        techniques=tuple(one.technique for one in techniques),
        differences=tuple(differences(techniques)),
        data={source.dataset.name: source.determined_by for source in tissue.datasets},
        versions=versions(),
        git_revision=git_revision(),
    )


def _named_graphs(matched: MatchedNetworks) -> tuple[GeneGraph, ...]:
    """Return the graphs of the first draw, with the names of their datasets."""
    return tuple(
        replace(network.graph, name=network.dataset) for network in matched.networks if not network.draw
    )
