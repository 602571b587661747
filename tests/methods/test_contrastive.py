"""Neighbourhoods and pairs of graphs against set arithmetic and hand-computed values."""

import math

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from geneboard.datasets.base import GeneGraph
from geneboard.methods.contrastive import GraphPair, Neighbourhoods, info_nce, weighted_similarity

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


def test_pair_by_hand():
    """A has neighbours {A, B, C} and {B, E}, B has {A} twice, C has {A} and none; D and F stand alone."""
    first = graph_of("ABCD", ["AA", "AB", "AC", "DD"])
    second = graph_of("CBAEF", ["AB", "AE"])
    pair = pair_of(first, second)
    assert pair.common_first.tolist() == [0, 1, 2]
    assert pair.common_second.tolist() == [2, 1, 0]
    # A: {B} of {A, B, C, E}; B: {A} of {A}; C: nothing of {A}.
    assert pair.weight.tolist() == [0.25, 1.0, 0.0]
    assert pair.weight.dtype == torch.float32
    assert pair.only_first.tolist() == []  # D has no neighbour but itself
    assert pair.only_second.tolist() == [3]  # F has none


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


def test_weighted_similarity_by_hand():
    first = torch.tensor([[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]])
    second = torch.tensor([[3.0, 0.0], [1.0, 0.0], [0.0, -1.0]])
    weight = torch.tensor([0.5, 1.0, 0.25])
    expected = (0.5 * 1 + 1.0 / math.sqrt(2) - 0.25) / 3
    assert weighted_similarity(first, second, weight).item() == pytest.approx(expected, rel=1e-6)


def test_info_nce_by_hand():
    """Two anchors: similarity 1 to the own positive, 0 to the other; then the wrong way round."""
    anchors = torch.tensor([[2.0, 0.0], [0.0, 3.0]])
    right = math.log(1 + math.exp(-1 / 0.5))
    wrong = math.log(1 + math.exp(1 / 0.5))
    assert info_nce(anchors, anchors * 5, 0.5).item() == pytest.approx(right, rel=1e-6)
    assert info_nce(anchors, anchors.flip(0), 0.5).item() == pytest.approx(wrong, rel=1e-6)
