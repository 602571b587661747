"""Gene networks of the datasets of a tissue, matched in cells, genes and edges.

A network of more cells has more edges, and better ones. So datasets of different techniques are compared on
as many cells of each, drawn at random, on the same genes, and by as many edges: the strongest of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import rankdata

from geneboard.datasets.base import GeneGraph, StepProgress
from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.counted import (
    CountedDataset,
    CountedTissue,
    PassedCounts,
    drawn_cells,
    passed_counts,
)
from geneboard.datasets.graphs.cscore import cscore
from geneboard.datasets.graphs.nodes import pearson_residuals, selection_order
from geneboard.datasets.holdout import halves


@dataclass(frozen=True, eq=False)
class HalfNetwork:
    """The network of one half of the drawn cells.

    Attributes
    ----------
    strength
        Size of the statistic of each pair of genes, float32 of shape (n_genes * (n_genes - 1) / 2,) in the
        order of ``numpy.triu_indices``; -1 where no test was possible.
    edges
        Positions of its strongest pairs in `strength`, shape (n_half_edges,).
    """

    strength: np.ndarray
    edges: np.ndarray


@dataclass(frozen=True, eq=False)
class MatchedNetwork:
    """The network of cells drawn from one dataset, and those of the two halves of these cells.

    Attributes
    ----------
    dataset
        Name of the dataset.
    draw
        Number of the draw, from 0.
    graph
        Residuals of the drawn cells and the strongest edges, without a diagonal.
    halves
        Of equal size; no cell is in both.
    tested_edges
        Edges that the rule of the pipeline gives before matching: of all drawn cells, and of each half.
    """

    dataset: str
    draw: int
    graph: GeneGraph
    halves: tuple[HalfNetwork, HalfNetwork]
    tested_edges: tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class MatchedNetworks:
    """The networks of all datasets of a tissue, of every draw.

    Attributes
    ----------
    genes
        Names of the genes of all of them, sorted.
    n_common
        Genes that pass quality control in every dataset, of which these were selected.
    n_cells, n_edges, n_half_edges
        Cells of each network, and edges of each and of each half.
    cells
        Cells of each dataset that pass quality control, by its name.
    networks
        One for each dataset and draw.
    """

    genes: pd.Index
    n_common: int
    n_cells: int
    n_edges: int
    n_half_edges: int
    cells: dict[str, int]
    networks: tuple[MatchedNetwork, ...]


def matched_networks(
    tissue: CountedTissue, draws: int, progress: StepProgress | None = None
) -> MatchedNetworks:
    """Draw cells of every dataset and test their networks, all of the same size.

    Quality control is that of the pipeline on all cells of a dataset. Of those that pass, so many are drawn
    as the smallest dataset has (one less if that is odd), by the name of the dataset and the number of the
    draw. Genes are those that pass in every dataset; of more than a graph has, those are taken whose rank in
    the usual selection is the best on average over datasets. Edges are the pairs with the largest statistic
    of CS-CORE, so many as the fewest that any of these networks has by the pipeline's threshold; so are the
    edges of halves.

    Parameters
    ----------
    tissue
        The counts of its datasets.
    draws
        How often cells are drawn.
    progress
        Told which network is made.

    Raises
    ------
    InputError
        If the datasets have too few genes in common, or a network has no edge.
    """
    datasets = [source.dataset for source in tissue.datasets]
    read = [(*source.read(), source.dataset) for source in tissue.datasets]
    passed = [passed_counts(counts, dataset) for counts, _, _, dataset in read]
    about = {dataset.name: (species, provenance) for _, species, provenance, dataset in read}
    n_common, genes = _genes(datasets, passed)
    n_cells = min(own.counts.shape[0] for own in passed) // 2 * 2
    tested = []
    for draw in range(draws):
        for number, (dataset, own) in enumerate(zip(datasets, passed, strict=True)):
            if progress is not None:
                what = f"{dataset.name}: draw {draw + 1} of {draws}"
                progress(what, draw * len(datasets) + number, draws * len(datasets))
            tested.append(_Tested.of(dataset, own, genes, n_cells, draw))
    if progress is not None:
        progress("networks, ready", draws * len(datasets), draws * len(datasets))
    n_edges = min(one.whole.n_edges for one in tested)
    n_half_edges = min(half.n_edges for one in tested for half in one.halves)
    for one in tested:
        if not min(one.whole.n_edges, *(half.n_edges for half in one.halves)):
            raise InputError(
                f"{one.dataset.origin}: the network of {n_cells} cells, or of half of them, has no edge."
            )
    return MatchedNetworks(
        genes,
        n_common,
        n_cells,
        n_edges,
        n_half_edges,
        {dataset.name: own.counts.shape[0] for dataset, own in zip(datasets, passed, strict=True)},
        tuple(one.matched(genes, about[one.dataset.name], n_edges, n_half_edges) for one in tested),
    )


def _genes(datasets: Sequence[CountedDataset], passed: Sequence[PassedCounts]) -> tuple[int, pd.Index]:
    """Return how many genes pass everywhere, and which of them are taken."""
    common = sorted(set.intersection(*(set(own.genes) for own in passed)))
    settings = datasets[0].settings
    if len(common) < settings.min_genes:
        raise InputError(
            f"{datasets[0].tissue}: {len(common)} genes pass quality control in every dataset; "
            f"{settings.min_genes} are needed (see --ids and --orthologs)."
        )
    if len(common) <= settings.n_genes:
        return len(common), pd.Index(common, dtype=object)
    ranks = np.zeros(len(common))
    for own in passed:
        place = np.argsort(selection_order(own.counts, theta=settings.theta, places=own.places))
        ranks += rankdata(place[own.genes.get_indexer(pd.Index(common))])
    best = np.sort(np.argsort(ranks, kind="stable")[: settings.n_genes])
    return len(common), pd.Index([common[number] for number in best], dtype=object)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """The test of all pairs of genes: sizes of the statistic, and how many pairs the pipeline would join."""

    strength: np.ndarray
    n_edges: int

    @classmethod
    def of(cls, counts: sparse.csr_matrix, depth: np.ndarray, threshold: float) -> _Pairs:
        test = cscore(counts, depth)
        upper = np.triu_indices_from(test.statistic, 1)
        strength = np.nan_to_num(np.abs(test.statistic[upper]), nan=-1).astype(np.float32)
        return cls(strength, int((test.p_values[upper] < threshold).sum()))

    def strongest(self, number: int) -> np.ndarray:
        """Return the sorted positions of the strongest pairs; of equal ones the earlier."""
        return np.sort(np.argsort(-self.strength, kind="stable")[:number])


@dataclass(frozen=True, eq=False)
class _Tested:
    dataset: CountedDataset
    draw: int
    features: np.ndarray
    whole: _Pairs
    halves: tuple[_Pairs, _Pairs]

    @classmethod
    def of(
        cls, dataset: CountedDataset, passed: PassedCounts, genes: pd.Index, n_cells: int, draw: int
    ) -> _Tested:
        name, settings = f"{dataset.name}, draw {draw}", dataset.settings
        rows = drawn_cells(np.arange(passed.counts.shape[0]), n_cells, name)
        counts = passed.counts[rows]
        depth = np.asarray(counts.sum(axis=1, dtype=np.float64)).ravel()
        selected = counts[:, passed.genes.get_indexer(genes)]
        pairs = [
            _Pairs.of(selected[own], depth[own], settings.p_threshold)
            for own in (slice(None), *halves(n_cells, name))
        ]
        features = pearson_residuals(selected, depth, total=float(depth.sum()), theta=settings.theta)
        return cls(dataset, draw, features, pairs[0], (pairs[1], pairs[2]))

    def matched(
        self, genes: pd.Index, about: tuple[str, Mapping[str, Any]], n_edges: int, n_half_edges: int
    ) -> MatchedNetwork:
        n = len(genes)
        joined = np.zeros((n, n), dtype=bool)
        one, other = (place[self.whole.strongest(n_edges)] for place in np.triu_indices(n, 1))
        joined[one, other] = joined[other, one] = True
        first, second = (HalfNetwork(half.strength, half.strongest(n_half_edges)) for half in self.halves)
        dataset = self.dataset
        species, provenance = about
        graph = GeneGraph(
            f"{dataset.name}, draw {self.draw}",
            *(dataset.tissue, dataset.modality, species, genes),
            *(self.features, sparse.csr_matrix(joined), provenance),
        )
        tested = (self.whole.n_edges, self.halves[0].n_edges, self.halves[1].n_edges)
        return MatchedNetwork(dataset.name, self.draw, graph, (first, second), tested)
