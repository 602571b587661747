"""Scores an embedding with several metrics, once and with each dataset left out."""

from __future__ import annotations

from collections.abc import Sequence

from geneboard.datasets.base import Tissue
from geneboard.metrics.base import EmbeddingRows, Metric, Score
from geneboard.metrics.chance_levels import ChanceLevels
from geneboard.metrics.neighbours import shared_view


def evaluate(
    rows: EmbeddingRows, tissue: Tissue, metrics: Sequence[Metric], chance: ChanceLevels | None = None
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

    Returns
    -------
    dict
        Metric name -> score.

    Raises
    ------
    ValueError
        If a metric gives a value that is not a finite number.
    """
    view = shared_view(rows, tissue, chance)
    return {metric.name: metric.compute(rows, tissue, view) for metric in metrics}


def rows_without(rows: EmbeddingRows, dataset: int) -> EmbeddingRows:
    """Return the rows of all datasets but one, numbered as in the tissue without it."""
    kept = rows.dataset != dataset
    later = rows.dataset[kept] > dataset
    return EmbeddingRows(rows.matrix[kept], rows.gene[kept], rows.dataset[kept] - later, rows.position[kept])


def leave_one_out(
    rows: EmbeddingRows, tissue: Tissue, metrics: Sequence[Metric]
) -> dict[str, dict[str, Score]]:
    """Score an embedding with each dataset left out in turn: its rows, its graph, its say in what is common.

    Neighbours and clusters are computed anew each time; nothing is trained again.

    Returns
    -------
    dict
        Name of the dataset left out -> metric name -> score. Empty for a tissue of one dataset.
    """
    if len(tissue.graphs) < 2:
        return {}
    return {
        graph.name: evaluate(rows_without(rows, index), tissue.without(graph.name), metrics)
        for index, graph in enumerate(tissue.graphs)
    }
