"""GAE and VGAE against torch_geometric's layers, with the losses written out."""

import numpy as np
import plain_autoencoders as plain
import pytest
import torch
from method_cases import CASES, fitted
from torch import nn
from torch.distributions import Normal, kl_divergence

from geneboard.methods.gae import GAE
from geneboard.methods.training import seeded
from geneboard.methods.vgae import VGAE, mean_divergence

RATES = {GAE: 1e-4, VGAE: 1e-3}


class PlainEncoder(nn.Module):
    """Mean, and for VGAE log sigma, of a dataset from a row of GCNConv."""

    def __init__(self, layers, graph):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.features, self.edges = torch.tensor(graph.features), plain.edge_list(graph)

    def forward(self):
        first, second, *heads = self.layers
        hidden = nn.functional.mish(first(self.features, self.edges))
        hidden = nn.functional.mish(second(hidden, self.edges))
        return tuple(head(hidden, self.edges) for head in heads)


def plain_training(method, tissue, seed, epochs):
    """Train GCNConv layers from the same weights with the same noise, one Adam step per dataset."""
    with seeded(seed, "cpu") as (_, device):
        network = method().network(tissue.graphs, device)
        noise = iter([torch.randn(graph.n_genes, 32) for _ in range(epochs) for graph in tissue.graphs])
    further = [network.log_sigma] if method is VGAE else []
    rows = plain.convolutions(network.encoder, *further)
    encoders = [PlainEncoder(layers, graph) for layers, graph in zip(rows, tissue.graphs, strict=True)]

    def loss(i):
        mean, *rest = encoders[i]()
        z, divergence = mean, 0.0
        for log_sigma in rest:
            z = mean + next(noise) * torch.exp(log_sigma)
            divergence = -0.5 * (1 + 2 * log_sigma - mean**2 - log_sigma.exp() ** 2).sum()
        logits, target = z @ z.T, torch.tensor(tissue.graphs[i].adjacency.toarray(), dtype=torch.float32)
        entropy = (torch.logaddexp(logits, torch.zeros(())) - target * logits).mean()
        return entropy + divergence / tissue.graphs[i].n_genes ** 2

    step = plain.steps_of(torch.optim.Adam(network.parameters(), lr=RATES[method]))
    history = plain.trained(epochs, len(encoders), loss, step)
    with torch.no_grad():
        return history, [encoder()[0].numpy() for encoder in encoders]


@pytest.mark.parametrize("method", RATES)
@pytest.mark.parametrize("case", ["usual", "isolated genes", "empty graph", "complete graph", "one dataset"])
def test_training_equals_plain_torch_geometric(case, method):
    tissue = CASES[case]()
    made = fitted(method(epochs=5), tissue, seed=3)
    plain.assert_trained_alike(made, *plain_training(method, tissue, seed=3, epochs=5), 1e-4, rel=1e-5)


def test_divergence_equals_torch_distributions():
    mean, log_sigma = torch.tensor(np.random.default_rng(1).standard_normal((2, 50, 32)))
    per_entry = kl_divergence(Normal(mean, log_sigma.exp()), Normal(0.0, 1.0))
    assert mean_divergence(mean, log_sigma).item() == pytest.approx(per_entry.sum(1).mean().item(), rel=1e-12)


def test_layers_are_shared_within_a_modality_and_tissue_only():
    with seeded(0, "cpu") as (_, device):
        network = VGAE().network(CASES["usual"]().graphs, device)  # scrna, scrna, scatac
        network.losses(1)["loss"].backward()
    assert network.encoder.group == [0, 0, 1]
    assert len(network.encoder.first) == 3
    for layers in (network.encoder.second, network.encoder.third, network.log_sigma):
        of_scrna, of_scatac = layers
        assert of_scrna.weight.grad.abs().max() > 0
        assert of_scatac.weight.grad is None
