"""GAE against a plain torch_geometric model, and its learning."""

import numpy as np
import plain_autoencoders as plain
import pytest
import torch
from torch import nn
from torch_geometric.nn.models import GAE as PlainGAE

from geneboard.benchmark.plugin_kit.compliance_tissues import EDGE_CASES, usual_tissue
from geneboard.methods.base import no_progress
from geneboard.methods.gae import GAE, ConvolutionEncoder, reconstruction
from geneboard.methods.training import seeded


def plain_training(tissue, seed, epochs):
    """Train GCNConv layers from the same weights with the published step order, one Adam step per dataset."""
    with seeded(seed, "cpu"):
        network = ConvolutionEncoder(tissue.graphs)
    layers = plain.convolutions(network)
    edges = [plain.edge_list(graph) for graph in tissue.graphs]
    features = [torch.tensor(graph.features) for graph in tissue.graphs]
    targets = [torch.tensor(graph.adjacency.toarray(), dtype=torch.float32) for graph in tissue.graphs]

    def embed(i):
        hidden = nn.functional.mish(layers[i][0](features[i], edges[i]))
        return layers[i][2](nn.functional.mish(layers[i][1](hidden, edges[i])), edges[i])

    def loss(i):
        z = embed(i)
        p = torch.sigmoid(z @ z.T).clamp(1e-7, 1 - 1e-7)
        return -(targets[i] * p.log() + (1 - targets[i]) * (1 - p).log()).mean()

    step = plain.steps_of(torch.optim.Adam(network.parameters(), lr=1e-4))
    history = plain.trained(epochs, len(layers), loss, step)
    with torch.no_grad():
        return history, [embed(i).numpy() for i in range(len(layers))]


@pytest.mark.parametrize("case", ["usual", "isolated genes", "empty graph", "one dataset"])
def test_training_equals_plain_torch_geometric(case):
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    made = GAE(epochs=5).fit_embed(tissue, seed=3, device="cpu", progress=no_progress)
    plain.assert_trained_alike(made, *plain_training(tissue, seed=3, epochs=5), 1e-4, abs=1e-5)


@pytest.mark.parametrize("case", ["usual", "empty graph", "complete graph"])
def test_loss_is_that_of_torch_geometric_over_all_pairs(case):
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    graph = tissue.graphs[0]
    z = torch.tensor(np.random.default_rng(0).standard_normal((graph.n_genes, 32)) / 3)
    target = torch.tensor(graph.adjacency.toarray(), dtype=torch.float64)
    expected = plain.mean_cross_entropy(PlainGAE(nn.Identity()), z, graph).item()
    assert reconstruction(z, target).item() == pytest.approx(expected, rel=1e-9)
    assert reconstruction(z.float(), target.float()).item() == pytest.approx(expected, rel=1e-6)


def test_layers_are_shared_within_a_modality_and_tissue_only():
    network = ConvolutionEncoder(usual_tissue().graphs)
    assert network.group == [0, 0, 1]
    assert len(network.first) == 3
    assert len(network.second) == len(network.third) == 2
