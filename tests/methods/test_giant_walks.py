"""Random walks against the transition matrix, co-occurrences against a plain double loop."""

import numpy as np
import pytest
from scipy import sparse, stats

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.methods.random_walks import cooccurrences, random_walks


def plain_cooccurrences(walks, window, n_genes):
    counts = np.zeros((n_genes, n_genes))
    for walk in walks:
        for here, gene in enumerate(walk):
            for there, context in enumerate(walk):
                if 0 < abs(here - there) <= window and gene != context:
                    counts[gene, context] += 1
    return counts


def walks_on(adjacency, walks_per_gene=10, length=80, seed=0):
    return random_walks(
        sparse.csr_matrix(adjacency),
        walks_per_gene=walks_per_gene,
        length=length,
        rng=np.random.default_rng(seed),
    )


def small_graph():
    """Six genes: a triangle with a tail, self-loops on some, and one gene without edges."""
    edges = np.zeros((6, 6), dtype=bool)
    for i, j in [(0, 1), (1, 2), (2, 0), (2, 3), (3, 5)]:
        edges[i, j] = edges[j, i] = True
    edges[0, 0] = edges[3, 3] = edges[4, 4] = True
    return edges


def test_walks_have_their_lengths_and_starts_and_stay_on_edges():
    graph = gene_graph("a", [f"G{i}" for i in range(40)], density=0.1, isolated=(0, 7, 39), seed=1)
    edges = graph.adjacency.toarray()
    np.fill_diagonal(edges, val=False)
    walks = walks_on(graph.adjacency)
    assert walks.shape == (10 * edges.any(1).sum(), 80)
    np.testing.assert_array_equal(np.bincount(walks[:, 0], minlength=40), 10 * edges.any(1))
    assert edges[walks[:, :-1], walks[:, 1:]].all()


def test_position_after_some_steps_follows_the_power_of_the_transition_matrix():
    edges = small_graph()[:, [0, 1, 2, 3, 5]][[0, 1, 2, 3, 5]]
    np.fill_diagonal(edges, val=False)
    transition = edges / edges.sum(1, keepdims=True)
    walks = walks_on(edges, walks_per_gene=20000, length=6)
    for start in range(5):
        expected = np.linalg.matrix_power(transition, 5)[start]
        seen = np.bincount(walks[walks[:, 0] == start][:, 5], minlength=5)
        reached = expected > 0
        assert seen[~reached].sum() == 0
        assert stats.chisquare(seen[reached], 20000 * expected[reached]).pvalue > 1e-4


def test_walks_are_a_function_of_the_seed_and_do_not_depend_on_self_loops():
    edges = small_graph()
    without_loops = edges & ~np.eye(6, dtype=bool)
    np.testing.assert_array_equal(walks_on(edges, seed=1), walks_on(without_loops, seed=1))
    assert (walks_on(edges, seed=1) != walks_on(edges, seed=2)).any()


@pytest.mark.parametrize("edges", [np.zeros((4, 4), dtype=bool), np.eye(4, dtype=bool)])
def test_graph_without_edges_has_no_walks(edges):
    walks = walks_on(edges)
    assert walks.shape == (0, 80)
    assert not cooccurrences(walks, window=10, n_genes=4).any()


@pytest.mark.parametrize(("length", "window"), [(1, 10), (2, 10), (7, 10), (12, 3), (25, 10), (12, 1)])
def test_cooccurrences_equal_a_plain_double_loop(length, window):
    walks = walks_on(small_graph(), walks_per_gene=3, length=length)
    made = cooccurrences(walks, window=window, n_genes=6)
    np.testing.assert_array_equal(made, plain_cooccurrences(walks, window, 6))


def test_cooccurrences_by_hand():
    made = cooccurrences(np.array([[0, 1, 0, 2]]), window=2, n_genes=4)
    np.testing.assert_array_equal(made, [[0, 2, 1, 0], [2, 0, 1, 0], [1, 1, 0, 0], [0, 0, 0, 0]])
