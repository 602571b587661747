"""Pairs of genes as edges or not, compared only with pairs of genes of like degree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.metrics.auc import pairs_won
from geneboard.metrics.joint.unit_vectors import CoveredGenes

N_STRATA = 10
"""Strata of the sum of two genes' degrees."""

DECIMALS = 6
"""Similarities that are equal to so many decimals are ties: their difference is rounding."""


@dataclass(frozen=True, eq=False)
class StratifiedPairs:
    """Pairs of genes of one dataset, each with its stratum and whether it is an edge.

    Attributes
    ----------
    place
        Flat index of each pair in the matrix of similarities, ordered by stratum, edges last.
    bounds
        Where each class of each stratum begins in `place`, shape (2 * N_STRATA + 1,).
    """

    place: np.ndarray
    bounds: np.ndarray

    @classmethod
    def of(cls, degrees: np.ndarray, edge: np.ndarray, counted: np.ndarray) -> StratifiedPairs:
        """Order pairs.

        Parameters
        ----------
        degrees
            Sum of the degrees of the two genes, shape (n, m).
        edge, counted
            Which pairs are edges and which pairs count, bool, shape (n, m).
        """
        place = np.flatnonzero(counted)
        total = degrees.ravel()[place]
        key = 2 * _strata(total) + edge.ravel()[place]
        order = np.argsort(key, kind="stable")
        bounds = np.searchsorted(key[order], np.arange(2 * N_STRATA + 1))
        return cls(place[order].astype(np.int32), bounds)

    def auc(self, similarity: np.ndarray) -> float | None:
        """Return the ROC AUC of a similarity against the edges, within strata.

        Parameters
        ----------
        similarity
            Shape (n, m).

        Returns
        -------
        float or None
            Mean over the strata that hold both classes, weighted by their pairs, in 0..1; ties count one
            half. None if no stratum holds both classes.
        """
        values = np.round(similarity.ravel()[self.place], DECIMALS).astype(np.float32)
        total, n_pairs = 0.0, 0
        for stratum in range(N_STRATA):
            start, middle, end = self.bounds[2 * stratum : 2 * stratum + 3]
            if start < middle < end:
                without, edges = np.sort(values[start:middle]), np.sort(values[middle:end])
                area = pairs_won(edges, without) / (2 * len(edges) * len(without))
                total += area * (end - start)
                n_pairs += int(end - start)
        return total / n_pairs if n_pairs else None


def _strata(values: np.ndarray) -> np.ndarray:
    """Return the stratum of each value: tenths of the values, equal ones in the same. Shape of `values`."""
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    tenths = np.quantile(values, np.arange(1, N_STRATA) / N_STRATA, method="inverted_cdf")
    return np.asarray(np.searchsorted(tenths, values, side="left"))


@dataclass(frozen=True, eq=False)
class DatasetPairs:
    """The pairs of one dataset that the joint score asks about.

    Attributes
    ----------
    shared
        The covered genes that another dataset has as well, as indices into the covered genes of this one.
    within
        Pairs of covered genes, each once.
    across
        A covered gene and the mean vector of another, shared gene: all ordered pairs, shape
        (n_covered, n_shared).
    specific
        Pairs of shared genes, each once.
    """

    shared: np.ndarray
    within: StratifiedPairs
    across: StratifiedPairs
    specific: StratifiedPairs


def dataset_pairs(tissue: Tissue, covered: CoveredGenes) -> list[DatasetPairs]:
    """Return the pairs of every dataset, with edges and degrees of its own graph, without self-loops."""
    elsewhere = covered.datasets_of_name > 1
    return [
        _pairs_of(graph, position, np.flatnonzero(elsewhere[names]))
        for graph, position, names in zip(tissue.graphs, covered.positions, covered.names, strict=True)
    ]


def _pairs_of(graph: GeneGraph, position: np.ndarray, shared: np.ndarray) -> DatasetPairs:
    edge = graph.adjacency.toarray()
    np.fill_diagonal(edge, val=False)
    degree = edge.sum(axis=1)[position]
    edge = edge[np.ix_(position, position)]
    degrees = degree[:, None] + degree
    other = ~np.eye(len(position), dtype=bool)[:, shared]
    both = np.ix_(shared, shared)
    return DatasetPairs(
        shared,
        StratifiedPairs.of(degrees, edge, np.triu(np.ones(edge.shape, dtype=bool), 1)),
        StratifiedPairs.of(degrees[:, shared], edge[:, shared], other),
        StratifiedPairs.of(
            degrees[both], edge[both], np.triu(np.ones((len(shared), len(shared)), dtype=bool), 1)
        ),
    )
