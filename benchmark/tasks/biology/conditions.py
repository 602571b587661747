"""Conditions: how they fit a tissue, and the answer to which neighbourhoods have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.biology.manifests import Knowledge
from geneboard.datasets.errors import InputError, closest_name
from geneboard.datasets.knowledge.conditions import Conditions
from geneboard.datasets.knowledge.gene_sets import GeneSets

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from geneboard.datasets.base import Tissue
    from geneboard.metrics.biology.conditions import Changes

TOP = 50
"""So many genes are kept in a record, and so many are held against gene sets where nothing can be tested."""

BEST_SETS = 10
"""So many over-represented sets are kept."""

BINS = 40
"""Of the histogram of effects."""

NOT_BIOLOGY = (
    "a condition that coincides with study, technique or protocol cannot be told from it: "
    "what differs may be no biology"
)


def conditions_of(
    tissue: Tissue, asked: Conditions, known: Sequence[Knowledge], warn: Callable[[str], None]
) -> Conditions:
    """Return the conditions of a tissue, with the gene sets that are asked about its genes.

    Parameters
    ----------
    tissue
        Whose datasets are compared.
    asked
        What the user gave.
    known
        All knowledge that is asked about.
    warn
        Called with a sentence about datasets that are left out, and about conditions that differ in modality.

    Raises
    ------
    InputError
        If the tissue does not have a dataset.
    """
    names = [graph.name for graph in tissue.graphs]
    for name in asked.groups:
        if name not in names:
            raise InputError(
                f"{asked.source}: {tissue.name} has no dataset {name!r}{closest_name(name, names)}."
            )
    if left_out := [name for name in names if name not in asked.groups]:
        warn(f"{asked.source}: without a condition, so not compared: {', '.join(left_out)}")
    modalities = {
        condition: sorted(
            {graph.modality for graph in tissue.graphs if asked.groups.get(graph.name) == condition}
        )
        for condition in asked.conditions
    }
    first, second = modalities.values()
    if first != second:
        told = listed([f"{condition} is {' and '.join(own)}" for condition, own in modalities.items()])
        warn(f"{asked.source}: the conditions differ in modality ({told}); {NOT_BIOLOGY}")
    return replace(asked, sets=tuple(one for one in known if isinstance(one, GeneSets)))


def condition_answer(
    knowledge: Conditions,
    datasets: Sequence[str],
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    seed: int,
) -> dict[str, Any]:
    """Return what a record says of an answer; scores that cannot be told say what can.

    Parameters
    ----------
    knowledge
        What is compared.
    datasets, values, genes
        For each dataset that is compared its name, its vectors, and the symbols of its genes.
    seed
        Determines which assignments are drawn.
    """
    import numpy as np

    from geneboard.metrics.biology.conditions import neighbourhood_changes

    first = np.array([knowledge.groups[name] == knowledge.conditions[0] for name in datasets], dtype=bool)
    if first.all() or not first.any():
        return {"scores": {}, "reason": "all datasets with vectors are of one condition"}
    found = neighbourhood_changes(values, genes, first, seed=seed)
    return {
        "scores": {
            "mean_effect": found.mean_effect,
            "changed_genes": float(len(found.changed)) if found.can_test and not found.reason else None,
            "largest_effect": None if found.reason else float(found.genes["effect"].max()),
            "between": float(found.genes["between"].mean()),
            "within": float(found.genes["within"].mean()),
        },
        "reason": found.reason or f"effects only: the smallest attainable p is {found.least_p:.2g}",
        "interval": found.interval,
        **facts_of(found, knowledge),
    }


def facts_of(found: Changes, knowledge: Conditions) -> dict[str, Any]:
    """Return what a record tells beside its scores: top genes, their gene sets, and a histogram."""
    import numpy as np

    effects = found.genes["effect"].to_numpy()
    permuted = found.permuted[np.isfinite(found.permuted)]
    facts: dict[str, Any] = {
        "numbers": {
            "genes": len(found.genes),
            "assignments": found.assignments,
            "least_p": found.least_p,
            "p_value": found.p_value,
            "datasets": {
                condition: sum(own == condition for own in knowledge.groups.values())
                for condition in knowledge.conditions
            },
        },
        "genes": _told(found.genes.head(TOP)),
    }
    if not found.reason:
        every = np.concatenate([effects, permuted])
        edges = np.linspace(every.min(), max(every.max(), every.min() + 1e-6), BINS + 1)
        permutations = max(found.permuted.shape[1], 1)
        facts["histogram"] = {
            "edges": edges.round(6).tolist(),
            "observed": np.histogram(effects, edges)[0].tolist(),
            "permuted": (np.histogram(permuted, edges)[0] / permutations).round(3).tolist(),
        }
    listed_genes = found.changed if found.can_test else found.genes.head(TOP)
    facts["sets"] = {one.name: _sets(found.genes, listed_genes, one) for one in knowledge.sets}
    return facts


def _sets(genes: pd.DataFrame, top: pd.DataFrame, sets: GeneSets) -> dict[str, list[Any]]:
    from geneboard.metrics.biology.gene_list import over_represented

    return _told(over_represented(top["gene"], genes["gene"], sets).head(BEST_SETS))


def _told(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a table column by column, None where it has no number."""
    return {
        str(name): column.astype(object).where(column.notna(), None).tolist()
        for name, column in table.items()
    }
