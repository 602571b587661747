"""GIANT against a plain training loop, and the known effects of the tie."""

import math
import zlib

import numpy as np
import pytest
import torch
from method_cases import CASES, cosines, fitted, modular_graph, numbered, tissue_of

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.methods.giant import GIANT, TreeObjective
from geneboard.methods.random_walks import cooccurrences, random_walks

CPU = torch.device("cpu")
SAME = (np.arange(40)[:, None] - np.arange(40)) % 2 == 0


def with_communities():
    """Two datasets in which 60 % of the pairs within, 5 % of those across two communities are joined."""
    return tissue_of(
        *(
            modular_graph(name, numbered(40), n_modules=2, joined=(0.6, 0.05), seed=seed)
            for name, seed in (("a", 1), ("b", 2))
        )
    )


def plain_training(tissue, seed, epochs, tie_weight):
    """Train in float64 with a vector per node and gene name, and every loss written out."""
    start = TreeObjective(GIANT(), tissue.graphs, seed, CPU)
    tables = [table.detach().double().requires_grad_() for table in start.tables]
    optimizer = torch.optim.Adam(tables, lr=0.01)
    counts = []
    for graph, part in zip(tissue.graphs, start.skip_grams, strict=True):
        walked = graph.adjacency.toarray() & ~np.eye(graph.n_genes, dtype=bool)
        n_walked = walked.any(1).sum()
        counts.append((part.positive.double() / max(n_walked, 1), n_walked))  # sums to 1 or is zero
    history = []
    for _ in range(epochs):
        loss = torch.zeros((), dtype=torch.float64)
        for (c, n_walked), u in zip(counts, tables, strict=False):
            if n_walked:
                noise = c.sum(0) ** 0.75 / (c.sum(0) ** 0.75).sum()
                score = u @ u.T
                cost = -torch.sigmoid(score).log() - 5 * (torch.sigmoid(-score).log() @ noise)[:, None]
                loss = loss + n_walked * ((c * cost).sum() - 6 * math.log(2))
        for node, table in zip(start.tree, tables, strict=True):
            if node.parent is not None:
                above = {gene: row for row, gene in enumerate(start.tree[node.parent].genes)}
                for row, gene in enumerate(node.genes):
                    difference = table[row] - tables[node.parent][above[gene]]
                    loss = loss + tie_weight / 2 * difference @ difference
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        history.append(loss.item())
    return history, [table.detach().numpy() for table in tables[: len(tissue.graphs)]]


@pytest.mark.parametrize("tie_weight", [0.0, 1.0, 3.0])
@pytest.mark.parametrize("case", ["usual", "isolated genes", "empty graph", "disjoint genes"])
def test_training_equals_plain_loops(case, tie_weight):
    tissue = CASES[case]()
    made = fitted(GIANT(epochs=6, tie_weight=tie_weight), tissue, seed=3)
    losses, embeddings = plain_training(tissue, 3, 6, tie_weight)
    assert made.history["loss"] == pytest.approx(losses, rel=1e-4, abs=1e-3)
    for ours, theirs in zip(made.values, embeddings, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_weights_are_those_of_walks_with_the_published_settings():
    graph = gene_graph("a", numbered(50), density=0.1, seed=1)
    made = TreeObjective(GIANT(), (graph,), 5, CPU)
    rng = np.random.default_rng([5, zlib.crc32(graph.name.encode())])
    start = (rng.random((50, 32), dtype=np.float32) - 0.5) / 32
    walks = random_walks(graph.adjacency, walks_per_gene=20, length=10, p=0.2, q=5.0, rng=rng)
    counts = cooccurrences(walks, window=5, n_genes=50)
    np.testing.assert_array_equal(made.tables[0].detach().numpy(), start)
    n_walked = counts.any(1).sum()
    assert n_walked == 49  # one gene has no edge
    np.testing.assert_allclose(made.skip_grams[0].positive.numpy(), 49 * counts / counts.sum(), rtol=1e-6)


@pytest.mark.parametrize(("p", "q"), [(0.0, 1.0), (1.0, -2.0)])
def test_walks_need_p_and_q_above_zero(p, q):
    with pytest.raises(ValueError, match=f"p and q must be above 0, not {p:g} and {q:g}"):
        GIANT(p=p, q=q)


def test_without_the_tie_datasets_do_not_know_of_each_other():
    tissue, method = CASES["usual"](), GIANT(epochs=20, tie_weight=0.0)
    together = fitted(method, tissue)
    for graph, values in zip(tissue.graphs, together.values, strict=True):
        np.testing.assert_array_equal(fitted(method, tissue_of(graph)).values[0], values)
    tied = fitted(GIANT(epochs=20), tissue)
    assert all((a != b).any() for a, b in zip(tied.values, together.values, strict=True))


@pytest.mark.parametrize("tie_weight", [0.0, 1.0])
def test_communities_are_found_and_shared(tie_weight):
    first, second = fitted(GIANT(epochs=400, tie_weight=tie_weight), with_communities()).values
    for cosine in (cosines(first), cosines(second)):
        assert cosine[SAME].mean() > cosine[~SAME].mean() + 0.5
    across = cosines(first, second)
    assert (across[SAME].mean() > across[~SAME].mean() + 0.5) == (tie_weight > 0)


def test_early_stop_waits_for_the_loss_to_settle():
    """Training starts on a plateau near zero vectors, which must not be taken for the end."""
    tissue = with_communities()
    full = fitted(GIANT(epochs=1000), tissue)
    stopped = fitted(GIANT(epochs=1000, patience=20), tissue)
    assert len(stopped.history["loss"]) < 1000
    assert stopped.history["loss"][-1] < 0.98 * full.history["loss"][-1] < 0
