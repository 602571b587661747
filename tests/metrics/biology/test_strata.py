"""The grid of expression and degree, permutations in it, and the representations that are the data alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import spearmanr
from small_knowledge import GENES, TISSUE

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.datasets.graphs.nodes import pearson_residuals
from geneboard.metrics.auc import cosine_similarity
from geneboard.metrics.biology.baselines import BASELINES, raw_expression, raw_graph
from geneboard.metrics.biology.strata import NamePool, expression_level, gene_strata, permuted


@pytest.fixture(scope="module")
def counted() -> tuple[GeneGraph, np.ndarray]:
    """A graph of counts, and their means."""
    rng = np.random.default_rng(0)
    depth = rng.lognormal(sigma=0.3, size=150)
    rates = np.exp(rng.uniform(-4, 1, size=100))
    counts = sparse.csr_matrix(rng.poisson(np.outer(depth, rates)))
    total = np.asarray(counts.sum(axis=1), dtype=float).ravel()
    features = pearson_residuals(counts, total, total=float(total.sum()))
    upper = np.triu(rng.random((100, 100)) < 0.1 * np.linspace(0.2, 2, 100)[:, None])
    graph = GeneGraph(
        "scrna_lung__X",
        *("lung", "scrna", "human"),
        pd.Index([f"G{number:02d}" for number in range(100)]),
        features,
        sparse.csr_matrix(upper | upper.T),
    )
    return graph, np.asarray(counts.mean(axis=0)).ravel()


def test_residuals_tell_the_mean_count(counted) -> None:
    graph, means = counted
    assert spearmanr(expression_level(graph), means).statistic > 0.97


def test_cells_are_fifths_of_expression_and_of_degree_in_them(counted) -> None:
    graph, _ = counted
    (cells,) = gene_strata(Tissue("lung", "test", (graph,)))
    order = np.argsort(np.argsort(expression_level(graph)))
    assert (cells // 5 == order // 20).all()
    edges = graph.adjacency.toarray()
    degree = edges.sum(axis=1) - edges.diagonal()
    for part in range(5):
        inside = cells // 5 == part
        for below in range(4):
            lower, upper = degree[inside & (cells % 5 == below)], degree[inside & (cells % 5 == below + 1)]
            assert not len(lower) or not len(upper) or lower.max() < upper.min()


def test_a_name_has_one_cell_in_all_datasets() -> None:
    pool = NamePool.of(GENES, gene_strata(TISSUE))
    assert list(pool.names[pool.codes[1]]) == list(GENES[1])
    with pytest.raises(ValueError, match="different strata"):
        NamePool.of([pd.Index(["A"]), pd.Index(["A"])], [np.array([0]), np.array([1])])


def test_permutations_stay_in_cells_and_are_uniform() -> None:
    cells = np.array([1, 0, 1, 0, 1])
    rng = np.random.default_rng(0)
    drawn = np.array([permuted(cells, rng) for _ in range(3000)])
    assert (cells[drawn] == cells).all()
    assert (np.sort(drawn, axis=1) == np.arange(5)).all()
    kinds, counts = np.unique(drawn, axis=0, return_counts=True)
    assert len(kinds) == 12
    assert counts.min() > 180


def test_cosines_of_the_raw_data_survive_their_reduction(counted) -> None:
    graph, _ = counted
    other = replace(graph, name="scrna_lung__Y", genes=graph.genes[::-1])
    tissue = Tissue("lung", "test", (graph, other))
    edges = graph.adjacency.toarray()
    np.fill_diagonal(edges, val=False)
    first, second = raw_graph(tissue)
    assert cosine_similarity(first) == pytest.approx(cosine_similarity(edges), abs=1e-5)
    both = np.vstack([edges, edges[:, ::-1]])  # columns are the genes of the first
    assert np.vstack([first, second]) @ first.T == pytest.approx(both.astype(float) @ edges.T, abs=1e-4)
    expression = raw_expression(tissue)[0]
    assert cosine_similarity(expression) == pytest.approx(cosine_similarity(graph.features), abs=1e-5)
    assert expression.shape == (100, 128)


def test_every_baseline_has_a_row_for_each_gene() -> None:
    for made in BASELINES.values():
        assert [len(part) for part in made(TISSUE)] == [len(names) for names in GENES]
