"""What is known about the genes of a tissue: what comes with the project, what is given, what is true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geneboard.benchmark.report.wording import counted
from geneboard.benchmark.tasks.biology.manifests import Knowledge
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.gene_ids import naming_of
from geneboard.datasets.knowledge.conditions import Conditions
from geneboard.datasets.knowledge.gene_sets import GeneSets, embedded_gene_sets, module_sets, read_gene_sets
from geneboard.datasets.knowledge.labels import Labels, embedded_labels, read_labels
from geneboard.datasets.knowledge.orthologs import Orthologs
from geneboard.datasets.knowledge.regulators import LEAST_TARGETS, Regulators, read_regulators
from geneboard.datasets.knowledge.time_split import TimeSplit, embedded_time_split
from geneboard.datasets.knowledge.tissues import DatasetTissues, TissueRegulators
from geneboard.metrics.biology.over_time import LEAST_TESTED, has_enough
from geneboard.metrics.biology.prediction import LEAST_GENES

if TYPE_CHECKING:
    from geneboard.datasets.base import Tissue

BACKGROUND = "background"
"""What the truth calls genes that are in no module."""


def given_knowledge(
    gene_sets: Sequence[Path], labels: Sequence[str], regulators: Sequence[Path] = ()
) -> list[Knowledge]:
    """Read the files that a user names.

    Parameters
    ----------
    gene_sets
        Files of --genesets.
    labels
        Assignments NAME=FILE of --labels.
    regulators
        Files of --regulators.

    Raises
    ------
    InputError
        If a file cannot be read, or two have the same name.
    """
    found: list[Knowledge] = [*map(read_gene_sets, gene_sets), *map(read_regulators, regulators)]
    for assignment in labels:
        name, equals, file = assignment.partition("=")
        if not (name and equals and file):
            raise InputError(f"--labels {assignment}: expected NAME=FILE")
        found.append(replace(read_labels(Path(file).expanduser()), name=name))
    for one in found:
        if sum(other.name == one.name for other in found) > 1:
            raise InputError(f"--genesets, --labels, --regulators: two files have the name {one.name!r}")
    return found


def known_of(
    genes: Sequence[pd.Index],
    given: Sequence[Knowledge],
    others: Sequence[Knowledge],
    *,
    where: str,
    warn: Callable[[str], None],
) -> list[Knowledge]:
    """Return the knowledge that says something about the genes of some datasets.

    Parameters
    ----------
    genes
        Those of each dataset.
    given
        What the user gave, which must say something.
    others
        What is asked beside; of the same name, what the user gave takes its place.
    where
        Name of the tissue or file, for sentences.
    warn
        Called with a sentence about what is left out.

    Raises
    ------
    InputError
        If something given has nothing to say about these genes.
    """
    for one in given:
        if fault := _fault(one, genes, where):
            raise InputError(fault)
    taken = {one.name for one in given}
    found = []
    for one in (one for one in others if one.name not in taken):
        if fault := _fault(one, genes, where):
            warn(f"not asked: {fault}")
        else:
            found.append(one)
    return [*found, *given]


def _fault(one: Knowledge, genes: Sequence[pd.Index], where: str) -> str:
    """Return why a piece of knowledge says nothing about the genes of any dataset."""
    if isinstance(one, Conditions | DatasetTissues | TissueRegulators):  # of datasets, not of genes
        return ""
    if not any(own.isin(list(one.genes)).any() for own in genes):
        theirs = naming_of(pd.Index(sorted(one.genes)))
        return (
            f"{one.name}: has none of the genes of {where}; it holds {theirs} such as {min(one.genes)!r}, "
            f"{where} {naming_of(genes[0])} such as {genes[0][0]!r} (see --ids and --orthologs)"
        )
    if isinstance(one, GeneSets):
        if any(one.within(own).sets for own in genes):
            return ""
        shared = len(one.genes & frozenset().union(*genes))
        return (
            f"{one.name}: no gene set has 5 to 300 of the genes of a dataset of {where}, which has {shared} "
            "of its genes (see --ids and --orthologs)"
        )
    if isinstance(one, Regulators):
        if one.sets_within(frozenset().union(*genes)).sets:
            return ""
        return f"{one.name}: no regulator has {LEAST_TARGETS} targets among the genes of {where}"
    if isinstance(one, TimeSplit):
        if any(has_enough(own, term) for own in genes for term in one.terms.values()):
            return ""
        return (
            f"{one.name}: no term has {LEAST_GENES} genes of each class to train on and {LEAST_TESTED} to "
            f"test in a dataset of {where}"
        )
    if isinstance(one, Orthologs):
        return ""  # `ortholog_answers.orthologs_of` has told it
    labelled = [one.within(own) for own in genes]
    most = max(min(len(own.positive), len(own.negative)) for own in labelled)
    if most >= LEAST_GENES:
        return ""
    return (
        f"{one.name}: the smaller class has at most {counted(most, 'gene')} in a dataset of {where}, where "
        f"{LEAST_GENES} are needed"
    )


@cache
def of_the_project() -> tuple[Knowledge, ...]:
    """Return the gene sets, labels and terms over time that come with the project."""
    return (*embedded_gene_sets(), *embedded_labels(), embedded_time_split())


def truth_of(tissue: Tissue) -> list[Knowledge]:
    """Return what is true of simulated genes: their modules as gene sets, and half of them as labels."""
    assert tissue.truth is not None
    modules = module_sets(tissue.truth[tissue.truth != BACKGROUND].dropna())
    names = sorted(modules.sets)
    first, second = (frozenset().union(*(modules.sets[name] for name in names[start::2])) for start in (0, 1))
    return [modules, Labels("every second module", first, second, modules.source, modules.licence)]
