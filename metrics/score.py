"""Scores an embedding with several metrics, once and with each group of datasets left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score, SharedView
from geneboard.metrics.chance_levels import ChanceLevels
from geneboard.metrics.joint.chance import copies_mixing
from geneboard.metrics.joint.unit_vectors import unit_vectors
from geneboard.metrics.neighbours import shared_view


def evaluate(
    rows: EmbeddingRows,
    tissue: Tissue,
    metrics: Sequence[Metric],
    chance: ChanceLevels | None = None,
    view: SharedView | None = None,
) -> dict[str, Score]:
    """Score an embedding; neighbours and clusters are computed once.

    Parameters
    ----------
    rows
        One row per (gene, dataset) pair of the tissue.
    tissue
        The gene graphs it belongs to.
    metrics
        What to compute.
    chance
        Chance levels of the joint score for these graphs and covered genes; None draws them.
    view
        What metrics share, where the caller has it (`metrics.neighbours.shared_view`).

    Returns
    -------
    dict
        Metric name -> score.

    Raises
    ------
    ValueError
        If a metric gives a value that is not a finite number.
    """
    view = view or shared_view(rows, tissue, chance)
    return {metric.name: metric.compute(rows, tissue, view) for metric in metrics}


def rows_without(rows: EmbeddingRows, datasets: Collection[int]) -> EmbeddingRows:
    """Return the rows of all datasets but some, numbered as in the tissue without these."""
    left_out = np.array(sorted(datasets))
    kept = ~np.isin(rows.dataset, left_out)
    number = rows.dataset[kept]
    return EmbeddingRows(
        rows.matrix[kept], rows.gene[kept], number - np.searchsorted(left_out, number), rows.position[kept]
    )


def leave_groups_out(
    rows: EmbeddingRows,
    tissue: Tissue,
    metrics: Sequence[Metric],
    groups: Mapping[str, Sequence[str]],
    chance: ChanceLevels | None = None,
    *,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> dict[str, dict[str, Score]]:
    """Score an embedding without each group of datasets: its rows, its graphs, its say in what is common.

    Neighbours and clusters are computed anew each time; nothing is trained again, and no chance level is
    drawn again. (Clusters take most of the time and are other ones in every replicate.)

    Parameters
    ----------
    rows, tissue, metrics, chance
        As for `evaluate`.
    groups
        Names of the datasets of each group.
    progress
        Called with the number of each group, from 1, and their count before the group is left out.

    Returns
    -------
    dict
        Name of the group left out -> metric name -> score.
    """
    place = {graph.name: index for index, graph in enumerate(tissue.graphs)}
    scores = {}
    for number, (name, datasets) in enumerate(groups.items(), start=1):
        progress(number, len(groups))
        rest, graphs = rows_without(rows, [place[dataset] for dataset in datasets]), tissue.without(*datasets)
        levels = chance and chance_without(chance, tissue, rest, graphs)
        scores[name] = evaluate(rest, graphs, metrics, levels)
    return scores


def chance_without(chance: ChanceLevels, tissue: Tissue, rest: EmbeddingRows, graphs: Tissue) -> ChanceLevels:
    """Return the chance levels of the datasets of a tissue that are left, with their rows and graphs."""
    left = {graph.name for graph in graphs.graphs}
    kept = [index for index, graph in enumerate(tissue.graphs) if graph.name in left]
    return chance.of(kept, copies_mixing(graphs, unit_vectors(rest, graphs)[0]))
