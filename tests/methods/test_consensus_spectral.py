"""Consensus spectral embedding against a plain implementation with loops, and known eigenvectors."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from method_cases import CASES, embedded, graph_of

from geneboard.methods import consensus_spectral
from geneboard.methods.consensus_spectral import ConsensusSpectral, mean_graph, spectral_embedding

METHOD = ConsensusSpectral()


def plain_mean(graphs):
    """Mean of edge minus density over the datasets with both genes, pair by pair."""
    edges = [{g: set(graph.genes[row.astype(bool)]) for g, row in rows(graph)} for graph in graphs]
    densities = []
    for graph, neighbours in zip(graphs, edges, strict=True):
        n_edges = sum(len(found - {gene}) for gene, found in neighbours.items())
        densities.append(n_edges / (graph.n_genes * (graph.n_genes - 1)))
    genes = list(dict.fromkeys(gene for graph in graphs for gene in graph.genes))
    mean = np.zeros((len(genes), len(genes)))
    for i, first in enumerate(genes):
        for j, second in enumerate(genes):
            if i != j:
                both = [k for k, found in enumerate(edges) if first in found and second in found]
                seen = [(second in edges[k][first]) - densities[k] for k in both]
                mean[i, j] = sum(seen) / len(seen) if seen else 0.0
    return genes, mean


def rows(graph):
    return zip(graph.genes, graph.adjacency.toarray(), strict=True)


def plain_embedding(graphs, part):
    genes, mean = plain_mean(graphs)
    sizes, vectors = np.linalg.eigh(mean)
    consensus = {gene: np.zeros(32) for gene in genes}
    for column, k in enumerate(np.argsort(-sizes)[:32]):
        if sizes[k] > 1e-9 * max(sizes):
            sign = 1.0 if vectors[:, k].max() > -vectors[:, k].min() else -1.0
            for i, gene in enumerate(genes):
                consensus[gene][column] = sign * vectors[i, k] * sizes[k] ** 0.5
    values = []
    for graph in graphs:
        block = []
        for gene, row in rows(graph):
            around = [consensus[other] for other in graph.genes[row] if other != gene]
            mean_around = np.mean(around, axis=0) if around else consensus[gene]
            block.append((1 - part) * consensus[gene] + part * mean_around)
        values.append(np.array(block))
    return values


@pytest.mark.parametrize("case", CASES)
def test_mean_graph_equals_loops(case):
    graphs = CASES[case]().graphs
    genes, expected = plain_mean(graphs)
    np.testing.assert_allclose(mean_graph(graphs, pd.Index(genes)), expected, atol=1e-12)


@pytest.mark.parametrize("part", [0.5, 0.2, 0.0])
@pytest.mark.parametrize("case", ["usual", "isolated genes"])
def test_equals_loops_and_numpy(case, part):
    graphs = CASES[case]().graphs
    made = embedded(ConsensusSpectral(part), *graphs)
    for ours, theirs in zip(made, plain_embedding(graphs, part), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def inner_products(values):
    rows = np.concatenate(values).astype(np.float64)
    return rows @ rows.T


@pytest.mark.parametrize("limit", [1000, 40], ids=["dense", "Lanczos"])
@pytest.mark.parametrize("seed", [1, 2])
def test_order_of_genes_and_datasets_does_not_matter(seed, limit, monkeypatch):
    monkeypatch.setattr(consensus_spectral, "DENSE_LIMIT", limit)
    rng = np.random.default_rng(seed)
    graphs = CASES["usual"]().graphs
    orders = [rng.permutation(graph.n_genes) for graph in graphs]
    shuffled = [
        dataclasses.replace(
            graph,
            genes=graph.genes[order],
            features=graph.features[order],
            adjacency=graph.adjacency[order][:, order],
        )
        for graph, order in zip(graphs, orders, strict=True)
    ]
    after = embedded(METHOD, *shuffled[::-1])[::-1]
    back = [values[np.argsort(order)] for values, order in zip(after, orders, strict=True)]
    np.testing.assert_allclose(inner_products(back), inner_products(embedded(METHOD, *graphs)), atol=1e-5)


@pytest.mark.parametrize("rank", ["full", "three equal eigenvalues"])
def test_both_solvers_agree(rank, monkeypatch):
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((200, 200))
    matrix = matrix + matrix.T
    if rank != "full":
        matrix = np.kron(np.eye(4), np.ones((50, 50))) - 0.25
    dense = spectral_embedding(matrix, 32)
    monkeypatch.setattr(consensus_spectral, "DENSE_LIMIT", 100)
    lanczos = spectral_embedding(matrix, 32)
    assert lanczos.tobytes() == spectral_embedding(matrix, 32).tobytes()
    np.testing.assert_allclose(lanczos @ lanczos.T, dense @ dense.T, atol=1e-8)
    if rank == "full":
        np.testing.assert_allclose(lanczos, dense, atol=1e-8)
    else:
        assert (np.linalg.norm(dense, axis=0) > 1e-3).sum() == 3
        assert not dense[:, 3:].any()


@pytest.mark.parametrize("n", [3, 1500])
def test_no_positive_eigenvalue_gives_zeros(n):
    assert not spectral_embedding(np.zeros((n, n)), 32).any()
    assert not spectral_embedding(-np.eye(n), 32).any()


def test_empty_and_complete_graphs_say_nothing():
    for edges in (np.zeros((40, 40)), np.ones((40, 40))):
        assert not embedded(METHOD, graph_of(edges))[0].any()
