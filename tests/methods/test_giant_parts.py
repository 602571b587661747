"""Parts of GIANT: random walks, the expected skip-gram loss on them, and the tree over datasets."""

import math

import numpy as np
import pytest
import torch
from method_cases import CASES, numbered
from scipy import sparse, stats

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.methods.dataset_tree import dataset_tree
from geneboard.methods.random_walks import cooccurrences, random_walks
from geneboard.methods.skip_gram import ExpectedSkipGram

CPU = torch.device("cpu")


def plain_cooccurrences(walks, window, n_genes):
    counts = np.zeros((n_genes, n_genes))
    for walk in walks:
        for here, gene in enumerate(walk):
            for there, context in enumerate(walk):
                if 0 < abs(here - there) <= window and gene != context:
                    counts[gene, context] += 1
    return counts


def walks_on(adjacency, walks_per_gene=10, length=80, seed=0, **bias):
    return random_walks(
        sparse.csr_matrix(adjacency),
        walks_per_gene=walks_per_gene,
        length=length,
        rng=np.random.default_rng(seed),
        **bias,
    )


def small_graph():
    """Six genes: a triangle with a tail, self-loops on some, and one gene without edges."""
    edges = np.zeros((6, 6), dtype=bool)
    for i, j in [(0, 1), (1, 2), (2, 0), (2, 3), (3, 5)]:
        edges[i, j] = edges[j, i] = True
    edges[0, 0] = edges[3, 3] = edges[4, 4] = True
    return edges


def test_walks_have_their_lengths_and_starts_and_stay_on_edges():
    graph = gene_graph("a", numbered(40), density=0.1, isolated=(0, 7, 39), seed=1)
    edges = graph.adjacency.toarray()
    np.fill_diagonal(edges, val=False)
    walks = walks_on(graph.adjacency, p=0.2, q=5.0)
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


@pytest.mark.parametrize(("p", "q"), [(0.2, 5.0), (4.0, 0.25), (1.0, 1.0), (0.5, 0.1)])
def test_steps_have_the_weights_of_node2vec(p, q):
    """From the third gene on, whatever the two before, and the first step as if there were no weights."""
    edges = small_graph()
    neighbours = [set(np.flatnonzero(row)) - {gene} for gene, row in enumerate(edges)]
    walks = walks_on(edges, walks_per_gene=20000, length=4, p=p, q=q)
    for before, near in enumerate(neighbours):
        first = np.bincount(walks[walks[:, 0] == before, 1], minlength=6)[sorted(near)]
        if len(near) > 1:
            assert stats.chisquare(first).pvalue > 1e-4
        for here in near:
            weight = {
                gene: 1 / p if gene == before else 1.0 if gene in near else 1 / q for gene in neighbours[here]
            }
            expected = np.array([weight.get(gene, 0.0) for gene in range(6)]) / sum(weight.values())
            for step in (0, 1):
                follows = (walks[:, step] == before) & (walks[:, step + 1] == here)
                seen = np.bincount(walks[follows, step + 2], minlength=6)
                assert seen[expected == 0].sum() == 0
                if len(weight) > 1:
                    chance = stats.chisquare(seen[expected > 0], seen.sum() * expected[expected > 0])
                    assert chance.pvalue > 1e-5


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


def counts_of(n_genes=30, isolated=(4,), length=20):
    graph = gene_graph("a", numbered(n_genes), isolated=isolated, seed=3)
    walks = random_walks(graph.adjacency, walks_per_gene=4, length=length, rng=np.random.default_rng(0))
    return cooccurrences(walks, window=5, n_genes=n_genes)


def vectors(n_genes, size=0.7, seed=0):
    values = size * np.random.default_rng(seed).standard_normal((n_genes, 32))
    return torch.tensor(values, dtype=torch.float32)


def minus_log_sigma(x):
    return math.log1p(math.exp(-x)) if x > 0 else math.log1p(math.exp(x)) - x


def plain_loss(counts, u, negatives):
    """Mean loss of a pair: a loop over pairs, and over all genes as negative sample with its probability."""
    contexts = [sum(counts[i][j] for i in range(len(u))) for j in range(len(u))]
    noise_total = sum(count**0.75 for count in contexts)
    loss = 0.0
    for i in range(len(u)):
        for j in range(len(u)):
            cost = minus_log_sigma(float(u[i] @ u[j]))
            for k in range(len(u)):
                cost += negatives * contexts[k] ** 0.75 / noise_total * minus_log_sigma(-float(u[i] @ u[k]))
            loss += counts[i][j] * cost
    return loss / sum(contexts)


def test_equals_a_plain_sum_over_pairs():
    counts, u = counts_of(), vectors(30)
    made = ExpectedSkipGram.of(counts, negatives=5, device=CPU)
    plain = plain_loss(counts, u.double().numpy(), 5)
    assert made.excess(u).item() == pytest.approx(29 * (plain - 6 * math.log(2)), rel=1e-6)
    assert made.at_zero == pytest.approx(29 * 6 * math.log(2))


def test_zero_vectors_are_the_zero_of_the_loss_and_small_ones_are_resolved():
    made = ExpectedSkipGram.of(counts_of(), negatives=5, device=CPU)
    assert made.excess(torch.zeros(30, 32)).item() == pytest.approx(0, abs=1e-5)
    small = vectors(30, size=0.05)
    plain = 29 * (plain_loss(counts_of(), small.double().numpy(), 5) - 6 * math.log(2))
    assert made.excess(small).item() == pytest.approx(plain, rel=1e-3)


def test_more_walks_leave_the_weights_as_they_are():
    once = ExpectedSkipGram.of(counts_of(), negatives=5, device=CPU)
    tenfold = ExpectedSkipGram.of(10 * counts_of(), negatives=5, device=CPU)
    torch.testing.assert_close(once.positive, tenfold.positive)
    torch.testing.assert_close(once.either, tenfold.either)
    assert once.positive.sum().item() == pytest.approx(29, rel=1e-6)
    assert (once.either - once.positive).sum().item() == pytest.approx(5 * 29, rel=1e-5)


def names(*numbers):
    return [f"G{number}" for number in numbers]


def test_two_modalities_hang_below_a_root():
    tree = dataset_tree(
        (
            gene_graph("a", names(1, 2, 3)),
            gene_graph("b", names(9, 8), modality="spatial"),
            gene_graph("c", names(3, 4, 1)),
        )
    )
    assert [node.parent for node in tree] == [3, 4, 3, 5, 5, None]
    assert [node.name for node in tree] == [
        "scrna_lung__a", "spatial_lung__b", "scrna_lung__c", "lung/scrna", "lung/spatial", "/",
    ]  # fmt: skip
    assert list(tree[0].genes) == names(1, 2, 3)
    assert list(tree[3].genes) == names(1, 2, 3, 4)
    assert list(tree[4].genes) == names(9, 8)
    assert list(tree[5].genes) == names(1, 2, 3, 4, 9, 8)
    assert [node.rows.tolist() for node in tree] == [[0, 1, 2], [0, 1], [2, 3, 0], [0, 1, 2, 3], [4, 5], []]


@pytest.mark.parametrize("case", CASES)
def test_rows_find_each_gene_in_the_parent(case):
    tissue = CASES[case]()
    tree = dataset_tree(tissue.graphs)
    assert len({node.name for node in tree}) == len(tree)
    for k, node in enumerate(tree):
        assert node.genes.is_unique
        if node.parent is None:
            assert k == len(tree) - 1
            continue
        assert k < node.parent
        assert list(tree[node.parent].genes[node.rows]) == list(node.genes)
    for k, node in enumerate(tree):
        below = [child for child in tree if child.parent == k]
        if below:
            union = set().union(*(child.genes for child in below))
            assert set(node.genes) == union
    for graph, node in zip(tissue.graphs, tree, strict=False):
        assert node.name == graph.name
        assert np.array_equal(node.genes, graph.genes)
