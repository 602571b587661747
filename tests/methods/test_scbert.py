"""scBERT from scratch: what is shared, what is visited, what it learns and what it embeds."""

import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
import torch
from method_cases import CASES, cosines, graph_of, tissue_of
from sklearn.metrics import roc_auc_score

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_name
from geneboard.methods.base import no_progress
from geneboard.methods.expression_levels import NO_TARGET, MaskedCells, expression_levels
from geneboard.methods.gene_vectors import co_expressed_pairs, skip_gram_vectors
from geneboard.methods.joint_components import joint_components
from geneboard.methods.scbert import Cells, ScBert
from geneboard.methods.scbert_network import ScBertNetwork

SMALL = ScBert(epochs=1, width=8, heads=2, layers=2, batch_size=7, pairs=200)


def all_genes(tissue):
    return pd.Index(list(dict.fromkeys(itertools.chain(*(graph.genes for graph in tissue.graphs)))))


def random_network(n_genes=30, method=SMALL, seed=0):
    torch.manual_seed(seed)
    return ScBertNetwork(torch.randn(n_genes, method.width), method.levels, method.shape())


def hidden_part(network, levels, masked, replaced=0.9):
    return MaskedCells.draw(
        levels,
        mask_token=network.mask_token,
        masked=masked,
        replaced=replaced,
        rng=np.random.default_rng(1),
    )


def as_cells(levels):
    n_genes = levels.shape[1]
    return Cells(np.ones(n_genes, dtype=bool), torch.arange(n_genes), levels)


def test_pairs_are_those_of_all_graphs_without_self_loops():
    tissue = CASES["usual"]()
    genes = all_genes(tissue)
    expected = set()
    for graph in tissue.graphs:
        edges = graph.adjacency.toarray()
        for i, j in itertools.combinations(range(graph.n_genes), 2):
            if edges[i, j]:
                expected.add(tuple(sorted(genes.get_loc(graph.genes[k]) for k in (i, j))))
    made = [tuple(map(int, pair)) for pair in co_expressed_pairs(tissue, genes)]
    assert made == sorted(expected)


def test_gene_vectors_know_which_genes_are_joined():
    """Two cliques of 90 genes: the cosine of their vectors tells pairs inside a clique from pairs across."""
    cliques = np.kron(np.eye(2), np.ones((90, 90))) > 0
    graph, pairs = graph_of(cliques), np.triu_indices(180, 1)
    made = skip_gram_vectors(tissue_of(graph), graph.genes, 16, pairs=10**6, rng=np.random.default_rng(0))
    assert roc_auc_score(cliques[pairs], cosines(made)[pairs]) > 0.75


def test_gene_vectors_of_genes_without_edges():
    tissue = CASES["isolated genes"]()
    genes = all_genes(tissue)
    lonely = np.setdiff1d(np.arange(len(genes)), co_expressed_pairs(tissue, genes))
    assert [genes[k] for k in lonely] == [gene_name(40)]
    made = skip_gram_vectors(tissue, genes, 400, pairs=10**6, rng=np.random.default_rng(0))
    assert made[lonely].std() == pytest.approx(1, rel=0.15)
    trained = np.delete(made, lonely, axis=0)
    assert trained.std() == pytest.approx(1, rel=1e-4)
    assert np.abs(trained.mean(axis=0)).max() < 1e-5
    empty = CASES["empty graphs, disjoint genes"]()
    alone = skip_gram_vectors(empty, all_genes(empty), 50, pairs=10, rng=np.random.default_rng(0))
    assert alone.dtype == np.float32
    assert alone.std() == pytest.approx(1, rel=0.05)


def test_gene_vectors_use_at_most_so_many_pairs():
    tissue = CASES["usual"]()
    genes = all_genes(tissue)
    few, same, other = (
        skip_gram_vectors(tissue, genes, 10_000, pairs=3, rng=np.random.default_rng(seed))
        for seed in (0, 0, 1)
    )
    assert few.tobytes() == same.tobytes() != other.tobytes()
    # after a few pairs the vectors of skip-gram are nearly where they start: uniform, less the mean of three
    # to six of them, so within 3.17 standard deviations
    normal = np.abs(few).max(axis=1) > 3.17
    assert len(genes) - 6 <= normal.sum() <= len(genes) - 3


def test_a_gene_has_one_vector_in_all_datasets():
    tissue = CASES["usual"]()
    genes = all_genes(tissue)
    network = random_network(len(genes))
    for graph in tissue.graphs:
        cells = Cells.of(graph, genes, network)
        assert [genes[int(k)] for k in cells.genes] == list(graph.genes)
        assert (cells.levels == expression_levels(graph.features, 5)).all()
    assert not network.gene_vectors.requires_grad
    assert "gene_vectors" not in dict(network.named_parameters())


def test_loss_is_the_mean_cross_entropy_of_the_chosen_positions():
    network = random_network()
    levels = np.random.default_rng(0).integers(0, 6, (4, 30))
    levels[2, 3:] = 0  # fewer positions in this cell than in the others
    masked = hidden_part(network, levels, 0.3)
    logits = network.predict(network.states(torch.arange(30), masked.tokens)).double().detach().numpy()
    parts = []
    for cell, place in itertools.product(range(4), range(masked.chosen.shape[1])):
        if masked.targets[cell, place] != NO_TARGET:
            row = logits[cell, masked.chosen[cell, place]]
            parts.append(np.log(np.exp(row).sum()) - row[masked.targets[cell, place]])
    assert len(parts) == masked.n_targets == np.ceil(0.3 * (levels > 0).sum(1)).sum()
    assert network.loss(torch.arange(30), masked).item() == pytest.approx(np.mean(parts), abs=1e-6)


def test_nothing_expressed_is_no_loss():
    network = random_network()
    levels = np.zeros((3, 30), dtype=np.int64)
    masked = hidden_part(network, levels, 0.15)
    loss = network.loss(torch.arange(30), masked)
    loss.backward()
    assert loss.item() == 0
    assert all(not p.grad.any() for p in network.parameters() if p.grad is not None)


def test_an_epoch_visits_each_cell_once_up_to_the_bound():
    datasets = [as_cells(np.full((n, 3), n)) for n in (5, 20, 31)]
    method = dataclasses.replace(SMALL, cells=20)
    seen = {5: [], 20: [], 31: []}
    batches = method.batches(datasets, np.random.default_rng(0))
    for cells, visited in batches:
        assert 1 <= len(visited) <= 7
        seen[len(cells.levels)] += visited.tolist()
    assert len(batches) == 1 + 3 + 3
    assert sorted(seen[5]) == list(range(5))
    assert sorted(seen[20]) == list(range(20))
    assert len(seen[31]) == len(set(seen[31])) == 20
    again = [visited.tolist() for _, visited in method.batches(datasets, np.random.default_rng(1))]
    assert again != [visited.tolist() for _, visited in batches]


def test_training_takes_the_steps_that_an_epoch_has():
    datasets = [as_cells(np.random.default_rng(n).integers(0, 6, (n, 10))) for n in (5, 20, 31)]
    reports = []
    history = dataclasses.replace(SMALL, epochs=2, cells=20).fit(
        random_network(10), datasets, np.random.default_rng(0), lambda *done, **_: reports.append(done)
    )
    assert reports == [(1, 2), (2, 2)]
    assert len(history["loss"]) == 2


def test_it_learns_more_than_the_frequencies_of_the_levels():
    """Genes of a module share their activity in a cell, so a hidden level can be told from the others.

    Levels are equally frequent in each gene, so the frequencies alone give a cross-entropy of log 5.
    """
    rng = np.random.default_rng(0)
    torch.manual_seed(0)
    activity = rng.standard_normal((2, 500))
    sign = np.where(np.arange(30) % 2, -1, 1)[:, None]
    noise = 0.3 * rng.standard_normal((30, 500))
    features = sign * activity[np.arange(30) // 2 % 2] + noise
    levels = expression_levels(features.astype(np.float32), 5)
    method = ScBert(epochs=16, learning_rate=3e-3, width=16, heads=2, batch_size=8)
    network, train = random_network(30, method), levels[:400]
    method.fit(network, [as_cells(train)], rng, no_progress)
    held_out = hidden_part(network, np.tile(levels[400:], (5, 1)), 0.15, replaced=1.0)
    with torch.no_grad():
        learnt = float(network.loss(torch.arange(30), held_out))
    counted = held_out.targets != NO_TARGET
    genes, targets = held_out.chosen[counted], held_out.targets[counted]
    frequency = np.stack([(train == level).sum(0) + 1 for level in range(1, 6)])
    marginal = -np.log(frequency / frequency.sum(0))[targets - 1, genes].mean()
    assert marginal == pytest.approx(np.log(5), abs=0.03)
    assert learnt < marginal - 0.1


def test_mean_states_are_those_of_single_cells():
    network = random_network()
    levels = np.random.default_rng(0).integers(0, 6, (10, 30))
    with torch.no_grad():
        single = [network.states(torch.arange(30), levels[k : k + 1])[0].numpy() for k in range(10)]
    for batch_size in (1, 4, 10, 99):
        made = network.mean_states(torch.arange(30), levels, batch_size)
        np.testing.assert_allclose(made, np.mean(single, axis=0), atol=2e-6)


@pytest.mark.parametrize("shapes", [[(3, 40), (5, 40)], [(50, 6), (0, 6)], [(1, 4)], [(0, 5)]])
def test_components_are_padded_with_zeros(shapes):
    rng = np.random.default_rng(0)
    rows = [rng.standard_normal(shape) for shape in shapes]
    made = joint_components(rows, 32)
    assert [part.shape for part in made] == [(n, 32) for n, _ in shapes]
    together, original = np.concatenate(made), np.concatenate(rows)
    rank = min(len(original), original.shape[1])
    assert not together[:, rank:].any()
    for a, b in itertools.combinations(range(len(original)), 2):  # a rotation keeps all distances
        distance = np.linalg.norm(original[a] - original[b])
        assert np.linalg.norm(together[a] - together[b]) == pytest.approx(distance, abs=1e-4)
