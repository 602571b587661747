"""What a gene graph is like: sizes before and after each step, degrees, and edges found in other datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from geneboard.datasets.added_genes import added_genes
from geneboard.datasets.base import GeneGraph
from geneboard.datasets.graphs.edges import EDGE_RULES, degrees

DROPPED = (
    "cells_with_few_genes",
    "cells_with_many_genes",
    "cells_with_mitochondrial_counts",
    "cells_without_counts",
    "cells_not_drawn",
    "mitochondrial_genes",
    "genes_in_few_cells",
)
"""Rules of quality control; their columns are called ``dropped_`` and the rule."""

DEGREE_QUANTILES = {
    "degree_min": 0.0,
    "degree_q25": 0.25,
    "degree_median": 0.5,
    "degree_q75": 0.75,
    "degree_max": 1.0,
}
"""Columns of the degree distribution."""


GENES_TO_COMPARE = 100
"""Common genes from which on mean counts of two datasets are compared: fewer correlate by chance."""


def quality_table(graphs: Sequence[GeneGraph]) -> pd.DataFrame:
    """Return one row for each dataset of a tissue: `graph_quality`, and `shared_edges` with the others."""
    return pd.DataFrame(
        [
            graph_quality(graph) | shared_edges(graph, [other for other in graphs if other is not graph])
            for graph in graphs
        ]
    )


def graph_quality(graph: GeneGraph) -> dict[str, Any]:
    """Return what can be said of one graph without the others.

    Sizes before and after quality control, the rule of the edges, what other rules would give and the
    correlation of degree with mean count are None for graphs made by another program.

    Returns
    -------
    dict
        ``density`` is the share of all pairs of different genes that are joined, ``isolated_genes`` are
        joined to no other gene, degrees count other genes only. ``degree_depth`` is Spearman's correlation of
        degree and mean count (`datasets.graphs.edges.degree_depth_correlation`). ``edges_p``, ``edges_bh``
        and ``edges_top`` are the edges that each rule gives, from the same p-values.
    """
    sizes = graph.provenance.get("sizes", {})
    steps = graph.provenance.get("steps", {})
    dropped = steps.get("quality_control", {}).get("dropped", {})
    # A dataset whose genes keep their names has no such step, and loses nothing.
    unnamed = steps.get("identifiers", {}).get("columns_without_name", 0 if sizes else None)
    made = edge_step(graph)
    rule = made.get("rule", "")
    by_rule = made.get("by_rule", {})
    degree = degrees(graph.adjacency)
    n = graph.n_genes
    return {
        "dataset": graph.name,
        "species": graph.species,
        "cells_read": sizes.get("cells_read"),
        "cells": graph.features.shape[1],
        "genes_read": sizes.get("genes_read"),
        "genes_after_qc": sizes.get("genes_after_qc"),
        "genes": n,
        "genes_added": added_genes(graph).get("added", 0 if sizes else None),
        "median_depth": sizes.get("median_depth"),
        "density": int(degree.sum()) / max(n * (n - 1), 1),
        "isolated_genes": int((degree == 0).sum()),
        "self_edges": int(graph.adjacency.diagonal().sum()),
        "columns_read": sizes.get("columns_read"),
        "columns_without_name": unnamed,
        **{f"dropped_{reason}": dropped.get(reason) for reason in DROPPED},
        "edges": int(degree.sum()) // 2,
        **degree_quantiles(graph),
        "degree_depth": by_rule.get(rule, {}).get("degree_depth"),
        "edge_rule": rule_labels(made).get(rule),
        **{f"edges_{other}": by_rule.get(other, {}).get("edges") for other in EDGE_RULES},
    }


def degree_quantiles(graph: GeneGraph) -> dict[str, float]:
    """Return the columns of `DEGREE_QUANTILES`; zeros for a graph without genes."""
    degree = degrees(graph.adjacency) if graph.n_genes else np.zeros(1)
    return {column: float(np.quantile(degree, share)) for column, share in DEGREE_QUANTILES.items()}


def edge_step(graph: GeneGraph) -> Mapping[str, Any]:
    """Return how the edges of a graph were made, as the pipeline recorded it; empty if it did not."""
    found: Mapping[str, Any] = graph.provenance.get("steps", {}).get("edges", {})
    return found if "by_rule" in found else {}


def rule_labels(made: Mapping[str, Any]) -> dict[str, str]:
    """Return what to call each rule with its parameters (``"p < 0.005"``); empty if they are unknown."""
    if not made:
        return {}
    level = f"{made['p_threshold']:g}"
    return {"p": f"p < {level}", "bh": f"FDR <= {level}", "top": f"top {made['top_k']}"}


def shared_edges(graph: GeneGraph, others: Sequence[GeneGraph]) -> dict[str, Any]:
    """Compare the edges between different genes with those of other datasets.

    Returns
    -------
    dict
        ``comparable_edges`` are edges between two genes that are both in at least one other dataset,
        ``shared_edges`` the share of them that are an edge in at least one other dataset, None if there are
        none. ``shared_edges_expected`` is what this would be by chance: the same share of all pairs of genes
        that are both in at least one other dataset, joined here or not, which is what as many edges placed at
        random would reach. The denser the other graphs and the more of them there are, the higher it is.
    """
    n = graph.n_genes
    comparable, found = np.zeros((n, n), dtype=bool), np.zeros((n, n), dtype=bool)
    for other in others:
        place = other.genes.get_indexer(graph.genes)
        here = np.flatnonzero(place >= 0)
        there = place[here]
        comparable[np.ix_(here, here)] = True
        found[np.ix_(here, here)] |= other.adjacency[there][:, there].toarray()
    comparable = np.triu(comparable, k=1)
    edges = comparable & graph.adjacency.toarray()
    return {
        "comparable_edges": int(edges.sum()),
        "shared_edges": _share(found, edges),
        "shared_edges_expected": _share(found, comparable),
    }


def edge_overlap(graphs: Sequence[GeneGraph]) -> tuple[np.ndarray, np.ndarray]:
    """Compare every two datasets on the genes that they have in common.

    Returns
    -------
    tuple
        Two arrays of shape (n_graphs, n_graphs): the share of the edges of the dataset in the row that the
        dataset in the column has too, and the share to be expected by chance, which is the density of the
        column's graph among the common genes. NaN where there is nothing to compare, and on the diagonal.
    """
    share, expected = np.full((2, len(graphs), len(graphs)), np.nan)
    for row, graph in enumerate(graphs):
        for column, other in enumerate(graphs):
            if row != column:
                pair = shared_edges(graph, [other])
                share[row, column] = pair["shared_edges"]
                expected[row, column] = pair["shared_edges_expected"]
    return share, expected


def likeness(graphs: Sequence[GeneGraph]) -> list[tuple[float, int]]:
    """Compare the mean counts of every dataset with those of the others, over the genes that both have.

    Returns
    -------
    list of tuple
        For each dataset, Spearman's correlation with the most similar other one, and the number of genes it
        is of; NaN and 0 where no other has `GENES_TO_COMPARE` of them or the mean counts are not known.
    """
    profiles = pd.DataFrame(
        {graph.name: pd.Series(graph.provenance.get("mean_counts", {}), dtype=float) for graph in graphs}
    )
    known = profiles.notna().to_numpy(dtype=int)
    common = known.T @ known
    found = profiles.corr("spearman", min_periods=GENES_TO_COMPARE).to_numpy(copy=True)
    np.fill_diagonal(found, np.nan)
    best = []
    for correlations, n_genes in zip(found, common, strict=True):
        if np.isnan(correlations).all():
            best.append((np.nan, 0))
        else:
            most = int(np.nanargmax(correlations))
            best.append((float(correlations[most]), int(n_genes[most])))
    return best


def _share(found: np.ndarray, among: np.ndarray) -> float | None:
    """Return the share of the pairs in `among` that are found; None if there are no pairs."""
    pairs = int(among.sum())
    return int((found & among).sum()) / pairs if pairs else None
