"""GAE against a plain torch_geometric model, and its learning."""

import dataclasses

import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.nn import GCNConv

from benchmark.compliance_tissues import EDGE_CASES, usual_tissue
from methods.base import no_progress
from methods.gae import GAE, ConvolutionEncoder, GraphInput
from methods.training import seeded


def plain_training(tissue, seed, epochs):
    """Train GCNConv layers from the same weights with the published step order, one Adam step per dataset."""
    with seeded(seed, "cpu"):
        network = ConvolutionEncoder(tissue.graphs)
    layers = []
    for dataset, graph in enumerate(tissue.graphs):
        family = network.group[dataset]
        triple = []
        for source, widths in (
            (network.first[dataset], (graph.features.shape[1], 128)),
            (network.second[family], (128, 64)),
            (network.third[family], (64, 32)),
        ):
            conv = GCNConv(*widths)
            conv.lin.weight, conv.bias = source.weight, source.bias  # shared layers share parameters
            triple.append(conv)
        layers.append(triple)
    edges = [torch.tensor(np.array(graph.adjacency.toarray().nonzero())) for graph in tissue.graphs]
    features = [torch.tensor(graph.features) for graph in tissue.graphs]
    targets = [torch.tensor(graph.adjacency.toarray(), dtype=torch.float32) for graph in tissue.graphs]
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-4)

    def embed(i):
        hidden = nn.functional.mish(layers[i][0](features[i], edges[i]))
        return layers[i][2](nn.functional.mish(layers[i][1](hidden, edges[i])), edges[i])

    history = []
    for _ in range(epochs):
        losses = []
        for i in range(len(layers)):
            optimizer.zero_grad(set_to_none=True)
            z = embed(i)
            p = torch.sigmoid(z @ z.T).clamp(1e-7, 1 - 1e-7)
            loss = -(targets[i] * p.log() + (1 - targets[i]) * (1 - p).log()).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        history.append(np.mean(losses))
    with torch.no_grad():
        return history, [embed(i).numpy() for i in range(len(layers))]


@pytest.mark.parametrize("case", ["usual", "isolated genes", "a graph without edges", "one dataset"])
def test_training_equals_plain_torch_geometric(case):
    tissue = usual_tissue() if case == "usual" else EDGE_CASES[case]()
    made = GAE(epochs=5).fit_embed(tissue, seed=3, device="cpu", progress=no_progress)
    losses, embeddings = plain_training(tissue, seed=3, epochs=5)
    assert made.history["loss"] == pytest.approx(losses, abs=1e-5)
    for ours, theirs in zip(made.values, embeddings, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_published_settings():
    assert dataclasses.asdict(GAE()) == {"epochs": 2000, "learning_rate": 1e-4}


def test_layers_are_shared_within_a_modality_and_tissue_only():
    network = ConvolutionEncoder(usual_tissue().graphs)
    assert network.group == [0, 0, 1]
    assert len(network.first) == 3
    assert len(network.second) == len(network.third) == 2


def test_propagated_input_is_the_first_half_of_a_convolution():
    graph = usual_tissue().graphs[0]
    made = GraphInput.of(graph, torch.device("cpu"))
    torch.testing.assert_close(made.propagated, made.propagation @ torch.tensor(graph.features))
    assert torch.equal(made.target, torch.tensor(graph.adjacency.toarray(), dtype=torch.float32))


def test_loss_falls_at_every_epoch_of_a_small_step():
    made = GAE(epochs=60).fit_embed(usual_tissue(), seed=0, device="cpu", progress=no_progress)
    assert (np.diff(made.history["loss"]) < 0).all()
    assert made.history["loss"][-1] < made.history["loss"][0] - 0.01
