"""The expected skip-gram loss against plain sums and against sampling."""

import math

import numpy as np
import pytest
import torch

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph
from geneboard.methods.random_walks import cooccurrences, random_walks
from geneboard.methods.skip_gram import ExpectedSkipGram

CPU = torch.device("cpu")


def counts_of(n_genes=30, isolated=(4,), length=20):
    graph = gene_graph("a", [f"G{i}" for i in range(n_genes)], isolated=isolated, seed=3)
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


def test_equals_the_mean_of_sampled_losses():
    counts, u = counts_of(), vectors(30)
    made = ExpectedSkipGram.of(counts, negatives=5, device=CPU)
    rng, n_draws = np.random.default_rng(1), 200_000
    pair = rng.choice(counts.size, size=n_draws, p=(counts / counts.sum()).ravel())
    centre, context = np.divmod(pair, len(counts))
    noise = counts.sum(0) ** 0.75
    drawn = rng.choice(len(counts), size=(n_draws, 5), p=noise / noise.sum())
    score = (u @ u.T).double().numpy()
    sampled = np.logaddexp(0, -score[centre, context]) + np.logaddexp(0, score[centre[:, None], drawn]).sum(1)
    error = sampled.std() / math.sqrt(n_draws)
    expected = (made.excess(u).item() + made.at_zero) / 29
    assert abs(expected - sampled.mean()) < 4 * error
    assert error < 0.01 * expected


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
