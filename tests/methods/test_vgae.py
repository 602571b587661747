"""VGAE against torch_geometric's layers and losses, its noise, its learning."""

import numpy as np
import plain_autoencoders as plain
import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch_geometric.nn.models import VGAE as PlainVGAE

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.methods.base import no_progress
from geneboard.methods.training import seeded
from geneboard.methods.vgae import VGAE, VariationalGraphAutoencoder, mean_divergence


class PlainEncoder(nn.Module):
    """Mean and log sigma of a dataset from four GCNConv."""

    def __init__(self, layers, graph):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.features, self.edges = torch.tensor(graph.features), plain.edge_list(graph)

    def forward(self):
        first, second, mean, log_sigma = self.layers
        hidden = nn.functional.mish(first(self.features, self.edges))
        hidden = nn.functional.mish(second(hidden, self.edges))
        return mean(hidden, self.edges), log_sigma(hidden, self.edges)


def plain_training(tissue, seed, epochs):
    """Train GCNConv layers from the same weights with the same noise, one Adam step per dataset."""
    with seeded(seed, "cpu") as (_, device):
        network = VariationalGraphAutoencoder(tissue.graphs, device)
        noise = iter([torch.randn(graph.n_genes, 32) for _ in range(epochs) for graph in tissue.graphs])
    encoders = [
        PlainEncoder(layers, graph)
        for layers, graph in zip(
            plain.convolutions(network.encoder, network.log_sigma), tissue.graphs, strict=True
        )
    ]

    def loss(i):
        mean, log_sigma = encoders[i]()
        z = mean + next(noise) * torch.exp(log_sigma)
        logits, target = z @ z.T, torch.tensor(tissue.graphs[i].adjacency.toarray(), dtype=torch.float32)
        divergence = -0.5 * (1 + 2 * log_sigma - mean**2 - log_sigma.exp() ** 2).sum()
        entropy = (torch.logaddexp(logits, torch.zeros(())) - target * logits).mean()
        return entropy + divergence / tissue.graphs[i].n_genes ** 2

    step = plain.steps_of(torch.optim.Adam(network.parameters(), lr=1e-3))
    history = plain.trained(epochs, len(encoders), loss, step)
    with torch.no_grad():
        return history, [encoder()[0].numpy() for encoder in encoders]


@pytest.mark.parametrize("case", ["usual", "isolated genes", "empty graph", "one dataset"])
def test_training_equals_plain_torch_geometric(case):
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    made = VGAE(epochs=5).fit_embed(tissue, seed=3, device="cpu", progress=no_progress)
    plain.assert_trained_alike(made, *plain_training(tissue, seed=3, epochs=5), 1e-4, rel=1e-5)


def test_step_equals_the_model_of_torch_geometric():
    """Its encoder, sample, reconstruction and divergence; its sample comes from torch's generator, too."""
    tissue = usual_tissue()
    with seeded(0, "cpu") as (_, device):
        network = VariationalGraphAutoencoder(tissue.graphs, device)
        rows = plain.convolutions(network.encoder, network.log_sigma)
        for i, graph in enumerate(tissue.graphs):
            model = PlainVGAE(nn.Identity())
            model.encoder = PlainEncoder(rows[i], graph)  # now, as the model resets what it is made with
            torch.manual_seed(i)
            ours = network.losses(i)
            torch.manual_seed(i)
            expected = plain.mean_cross_entropy(model, model.encode().double(), graph)
            assert ours["reconstruction"].item() == pytest.approx(expected.item(), rel=1e-6)
            assert ours["kl"].item() == pytest.approx(model.kl_loss().item(), rel=1e-6)


def random_heads(n_genes=50):
    rng = np.random.default_rng(1)
    return (torch.tensor(rng.standard_normal((n_genes, 32))) for _ in range(2))


def test_divergence_equals_torch_geometric_and_torch_distributions():
    mean, log_sigma = random_heads()
    ours = mean_divergence(mean, log_sigma).item()
    assert ours == pytest.approx(PlainVGAE(nn.Identity()).kl_loss(mean, log_sigma).item(), rel=1e-12)
    per_entry = kl_divergence(Normal(mean, log_sigma.exp()), Normal(0.0, 1.0))
    assert ours == pytest.approx(per_entry.sum(1).mean().item(), rel=1e-12)
    assert mean_divergence(mean.float(), log_sigma.float()).item() == pytest.approx(ours, rel=1e-6)


def test_heads_are_shared_within_a_modality_and_tissue_only():
    with seeded(0, "cpu") as (_, device):
        network = VariationalGraphAutoencoder(usual_tissue().graphs, device)
        network.losses(1)["loss"].backward()  # scrna, scrna, scatac
    assert network.encoder.group == [0, 0, 1]
    assert len(network.encoder.third) == len(network.log_sigma) == 2
    for head in (network.encoder.third, network.log_sigma):
        assert head[0].weight.grad.abs().max() > 0
        assert head[1].weight.grad is None
