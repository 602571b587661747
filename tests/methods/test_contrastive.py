"""Neighbourhoods and pairs of graphs against set arithmetic and hand-computed values."""

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from geneboard.datasets.base import GeneGraph
from geneboard.methods.contrastive import GraphPair, Neighbourhoods

CPU = torch.device("cpu")


def graph_of(genes, edges, name="a"):
    positions = {gene: k for k, gene in enumerate(genes)}
    matrix = np.zeros((len(genes), len(genes)), dtype=bool)
    for a, b in edges:
        matrix[positions[a], positions[b]] = matrix[positions[b], positions[a]] = True
    features = np.zeros((len(genes), 2), dtype=np.float32)
    return GeneGraph(
        f"scrna_x__{name}", "x", "scrna", "human", pd.Index(list(genes)), features, sparse.csr_matrix(matrix)
    )


def pair_of(first, second):
    return GraphPair.of(Neighbourhoods.of(first), Neighbourhoods.of(second), CPU)


names = st.lists(st.sampled_from("ABCDEFGHIJ"), unique=True, min_size=1, max_size=10)


@st.composite
def graphs(draw):
    genes = draw(names)
    edges = draw(st.lists(st.tuples(st.sampled_from(genes), st.sampled_from(genes)), max_size=25))
    return graph_of(genes, edges)


def neighbour_sets(graph):
    return {
        gene: set(graph.genes[row]) for gene, row in zip(graph.genes, graph.adjacency.toarray(), strict=True)
    }


@settings(max_examples=80, deadline=None)
@given(graphs(), graphs())
def test_pair_equals_set_arithmetic(first, second):
    pair = pair_of(first, second)
    near_first, near_second = neighbour_sets(first), neighbour_sets(second)
    common = [gene for gene in first.genes if gene in set(second.genes)]
    assert first.genes[pair.common_first.numpy()].tolist() == common
    assert second.genes[pair.common_second.numpy()].tolist() == common
    for gene, weight in zip(common, pair.weight.tolist(), strict=True):
        union = near_first[gene] | near_second[gene]
        expected = len(near_first[gene] & near_second[gene]) / len(union) if union else 0.0
        assert weight == pytest.approx(expected)
    for only, own, near, other in (
        (pair.only_first, first, near_first, second),
        (pair.only_second, second, near_second, first),
    ):
        expected = [g for g in own.genes if g not in set(other.genes) and near[g] - {g}]
        assert own.genes[only].tolist() == expected
    back = pair_of(second, first)
    assert sorted(back.weight.tolist()) == sorted(pair.weight.tolist())


def test_positives_are_neighbours_and_never_the_gene_itself():
    graph = graph_of("ABCDE", ["AA", "AB", "AC", "AD", "BB", "EE"])
    table = Neighbourhoods.of(graph)
    assert table.n_others.tolist() == [3, 1, 1, 1, 0]
    drawn = table.draw(np.zeros(6000, dtype=np.int64), np.random.default_rng(0))
    counts = np.bincount(drawn, minlength=5)
    assert counts[[0, 4]].tolist() == [0, 0]
    assert (np.abs(counts[1:4] - 2000) < 150).all()  # uniform: 4 standard deviations
    assert table.draw(np.array([1, 2, 3]), np.random.default_rng(0)).tolist() == [0, 0, 0]
