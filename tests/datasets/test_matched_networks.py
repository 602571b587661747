"""Matched networks: equal numbers, the strongest pairs of the drawn cells, genes that all datasets have."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import sparse
from small_networks import GENES, SETTINGS, planted, source, thinned, tissue

from geneboard.datasets.errors import InputError
from geneboard.datasets.graphs.counted import drawn_cells
from geneboard.datasets.graphs.cscore import cscore
from geneboard.datasets.holdout import halves
from geneboard.datasets.matched_networks import MatchedNetworks, matched_networks


@pytest.fixture(scope="module")
def matched() -> MatchedNetworks:
    """Three techniques of 181, 95 and 140 cells, with the genes in another order and some left out."""
    order = np.random.default_rng(0).permutation(72)[:60]
    return matched_networks(
        tissue(
            source("scrna_lung__a", planted(181, 1)),
            source("scatac_lung__b", planted(95, 2, depth=1)[:, order], np.array(GENES)[order]),
            source("spatial_lung__c", planted(140, 3)[:, 6:], GENES[6:]),
        ),
        2,
    )


def test_all_numbers_are_equal(matched: MatchedNetworks) -> None:
    assert matched.n_cells == 94  # the fewest, 95, without the odd one
    assert matched.cells == {"scrna_lung__a": 181, "scatac_lung__b": 95, "spatial_lung__c": 140}
    assert [(one.dataset, one.draw) for one in matched.networks] == [
        (name, draw) for draw in (0, 1) for name in matched.cells
    ]
    for one in matched.networks:
        assert one.graph.features.shape == (len(matched.genes), 94)
        assert one.graph.genes.equals(matched.genes)
        assert one.graph.adjacency.nnz == 2 * matched.n_edges
        assert not one.graph.adjacency.diagonal().any()
        assert [len(half.edges) for half in one.halves] == [matched.n_half_edges] * 2
    assert matched.n_edges == min(one.tested_edges[0] for one in matched.networks)
    assert matched.n_half_edges == min(min(one.tested_edges[1:]) for one in matched.networks)
    assert len({one.tested_edges[0] for one in matched.networks}) > 1


def test_genes_are_those_of_every_dataset(matched: MatchedNetworks) -> None:
    order = np.random.default_rng(0).permutation(72)[:60]
    assert list(matched.genes) == sorted(set(np.array(GENES)[order]) & set(GENES[6:]))
    assert matched.n_common == len(matched.genes)


def test_edges_are_the_strongest_pairs_of_the_drawn_cells() -> None:
    counts, others = planted(120, 1), planted(81, 2)
    found = matched_networks(tissue(source("scrna_lung__a", counts), source("scatac_lung__b", others)), 2)
    one = found.networks[2]
    assert (one.dataset, one.draw) == ("scrna_lung__a", 1)
    drawn = counts[drawn_cells(np.arange(120), 80, "scrna_lung__a, draw 1")]
    first, second = halves(80, "scrna_lung__a, draw 1")
    assert sorted([*first, *second]) == list(range(80))
    n_edges = (found.n_edges, found.n_half_edges, found.n_half_edges)
    joined = [
        {(i, j) for i, j in zip(*one.graph.adjacency.nonzero(), strict=True) if i < j},
        *({list(combinations(range(72), 2))[place] for place in half.edges} for half in one.halves),
    ]
    for cells, number, edges in zip((drawn, drawn[first], drawn[second]), n_edges, joined, strict=True):
        test = cscore(sparse.csr_matrix(cells), cells.sum(axis=1)).statistic
        strongest = sorted(combinations(range(72), 2), key=lambda pair: -abs(test[pair]))[:number]
        assert edges == set(strongest)


def test_more_genes_than_a_graph_has_are_those_that_vary_most_on_average() -> None:
    """Genes that vary in both are taken before those that vary in one."""
    rng = np.random.default_rng(5)

    def dataset(varying: range) -> np.ndarray:
        level = np.ones((100, 72))
        level[:, list(varying)] *= rng.lognormal(0, 0.5, (100, len(varying)))
        level[:, 10:20] *= rng.lognormal(0, 1.5, (100, 10))
        return rng.poisson(5 * level)

    settings = replace(SETTINGS, n_genes=10, p_threshold=0.5)
    sources = [
        source(name, dataset(varying), settings=settings)
        for name, varying in (("scrna_lung__a", range(20)), ("scatac_lung__b", range(10, 30)))
    ]
    found = matched_networks(tissue(*sources), 2)
    assert list(found.genes) == GENES[10:20]
    assert found.n_common == 72


def test_draws_differ_and_repeat() -> None:
    two = tissue(source("scrna_lung__a", planted(120, 1)), source("scatac_lung__b", planted(80, 2)))
    first, again = matched_networks(two, 2), matched_networks(two, 2)
    assert [one.graph.digest for one in first.networks] == [one.graph.digest for one in again.networks]
    one, _, other, _ = first.networks
    assert not np.array_equal(one.graph.features, other.graph.features)


def test_fewer_cells_have_fewer_edges_before_matching() -> None:
    counts = planted(400, 1)
    found = matched_networks(
        tissue(source("scrna_lung__a", counts), source("scatac_lung__b", thinned(counts, 0.15))), 2
    )
    of = {one.dataset: one.tested_edges[0] for one in found.networks}
    assert of["scrna_lung__a"] > of["scatac_lung__b"]


def test_too_few_genes_in_common_and_a_network_without_edges_are_told() -> None:
    other = [f"H{gene:02d}" for gene in range(72)]
    disjoint = source("scatac_lung__b", planted(80, 2), other)
    with pytest.raises(InputError, match=r"lung: 0 genes pass .* in every dataset; 50 are needed"):
        matched_networks(tissue(source("scrna_lung__a", planted(80, 1)), disjoint), 2)
    strict = replace(SETTINGS, p_threshold=1e-300)
    sources = [source(f"{kind}_lung__a", planted(80, 1), settings=strict) for kind in ("scrna", "scatac")]
    with pytest.raises(InputError, match=r"scrna_lung__a: the network of 80 cells, or of half .* no edge"):
        matched_networks(tissue(*sources), 2)
