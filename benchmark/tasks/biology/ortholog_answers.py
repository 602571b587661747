"""What embeddings answer about orthologs of two species, and of which tissues that can be asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from geneboard.datasets.knowledge.orthologs import HUMAN, MOUSE, Orthologs, species_name

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from geneboard.benchmark.tasks.biology.manifests import GeneTables
    from geneboard.datasets.base import Tissue
    from geneboard.datasets.graphs.gene_tables import GeneTables as NameTables

GIVEN, NOT_GIVEN = "mouse-human, given", "mouse-human, not given"
"""Names of the knowledge: whether orthologs are one gene to methods, or nobody told them."""

PARTS = 200
"""So many resamplings of the orthologs are kept, to compare two methods by them."""


def orthologs_of(
    tissue: Tissue, genes: GeneTables, tables: NameTables, *, asked: bool, warn: Callable[[str], None]
) -> list[Orthologs]:
    """Return the orthologs that a tissue of mouse and human can be asked about; none of other tissues.

    Parameters
    ----------
    tissue, genes
        Its graphs, and the human symbols of their genes.
    tables
        With orthologs, or there is nothing to ask.
    asked
        Whether somebody asked for it (--species-apart): then it is told why it cannot be.
    warn
        Called with a sentence.
    """
    from geneboard.metrics.biology.orthologs import LEAST_ORTHOLOGS
    from geneboard.metrics.biology.strata import gene_strata

    if tables.orthologs is None:
        return []
    species = {graph.name: species_name(graph.species) for graph in tissue.graphs}
    others = {name: one for name, one in species.items() if one not in (HUMAN, MOUSE)}
    if others:
        name, one = next(iter(others.items()))
        warn(f"{name} is of {one!r}: the table of orthologs has mouse and human, and it is not asked")
    species = {name: one for name, one in species.items() if name not in others}
    if len(set(species.values())) < 2:
        if asked:
            warn(f"not asked: orthologs: {tissue.name} has no datasets of both human and mouse")
        return []
    having: dict[str, dict[str, set[str]]] = {HUMAN: {}, MOUSE: {}}  # species -> symbol -> names in graphs
    for dataset, one in species.items():
        for name, symbol in zip(genes[dataset].index, genes[dataset]["symbol"], strict=True):
            having[one].setdefault(symbol, set()).add(name)
    pairs = dict(tables.orthologs)
    shared = [symbol for symbol in pairs.values() if all(symbol in own for own in having.values())]
    if len(shared) < LEAST_ORTHOLOGS:
        warn(
            f"not asked: orthologs: {len(shared)} are in datasets of both species of {tissue.name}, where "
            f"{LEAST_ORTHOLOGS} are needed (see --ids and --orthologs)"
        )
        return []
    same = frozenset(symbol for symbol in shared if having[HUMAN][symbol] & having[MOUSE][symbol])
    mice = tissue.without(*(graph.name for graph in tissue.graphs if species.get(graph.name) != MOUSE))
    known = set(pairs.values())
    cells = {
        symbol: int(cell)
        for graph, strata in zip(mice.graphs, gene_strata(mice), strict=True)
        for symbol, cell in zip(genes[graph.name]["symbol"], strata, strict=True)
        if symbol in known
    }
    return [Orthologs(GIVEN if same else NOT_GIVEN, pairs, species, cells, same)]


def ortholog_answer(
    measure: str,
    knowledge: Orthologs,
    datasets: Sequence[str],
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    clusters: Callable[[], Sequence[np.ndarray]],
    seed: int,
) -> dict[str, Any]:
    """Return what a record says of an answer: scores, their interval and parts, and numbers.

    Parameters
    ----------
    measure
        ``"orthologs"`` or ``"ortholog_clusters"``.
    knowledge
        What is asked.
    datasets, values, genes
        For each dataset its name, its vectors, and the symbols of its genes.
    clusters
        Finds the clusters of the embedding, of all datasets together.
    seed
        Determines permutations and resamplings.
    """
    from geneboard.metrics.biology.ortholog_clusters import ortholog_clusters
    from geneboard.metrics.biology.orthologs import ortholog_retrieval

    own = [number for number, name in enumerate(datasets) if name in knowledge.species]
    own.sort(key=lambda number: knowledge.species[datasets[number]])  # human first: mouse genes are permuted
    about = (
        [genes[number] for number in own],
        [knowledge.species[datasets[number]] for number in own],
        knowledge.cells,
    )
    if measure == "ortholog_clusters":
        labels = clusters()
        counted = ortholog_clusters([labels[number] for number in own], *about, seed=seed)
        ratio = counted.ratio
        numbers = {
            "orthologs": len(counted.names),
            "given": int(counted.names.isin(list(knowledge.same_name)).sum()),
            "pairs": counted.pairs,
            "clusters": counted.n_clusters,
            "mixed_clusters": counted.n_mixed,
        }
        if ratio is None or ratio.low is None or ratio.high is None:
            return {"scores": {}, "reason": counted.reason, "numbers": numbers}
        return {
            "scores": {
                "pair_ratio": ratio.value,
                "pair_ratio_null": ratio.null_mean,
                "pair_ratio_z": ratio.z,
            },
            "interval": (ratio.low, ratio.high),
            "numbers": {**numbers, "p_value": ratio.p_value},
        }
    found = ortholog_retrieval([values[number] for number in own], *about, seed=seed)
    auc = found.auc
    numbers = {
        "orthologs": len(found.names),
        "given": int(found.names.isin(list(knowledge.same_name)).sum()),
        "pairs_of_datasets": len(found.pairs) // 2,
    }
    if auc is None or auc.low is None or auc.high is None:
        return {"scores": {}, "reason": found.reason, "numbers": numbers}
    return {
        "scores": {
            "AUC_above_null": auc.above_null,
            "AUC": auc.value,
            "AUC_null": auc.null_mean,
            "AUC_z": auc.z,
            "median_rank": found.median_rank,
            "recall_over_chance": found.recall,
        },
        "interval": (auc.low - auc.null_mean, auc.high - auc.null_mean),
        "parts": [round(value - auc.null_mean, 6) for value in auc.resampled[:PARTS]],
        "numbers": {**numbers, "p_value": auc.p_value},
    }
