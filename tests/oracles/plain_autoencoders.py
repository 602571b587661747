"""Slow, plain counterparts of the autoencoders: torch_geometric's models, and formulas in float64."""

import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.nn import GCNConv


def convolutions(encoder, *heads):
    """For each dataset the GCNConv with the parameters of its three layers, then those of further heads."""
    rows = []
    for dataset, family in enumerate(encoder.group):
        layers = [encoder.first[dataset], encoder.second[family], encoder.third[family]]
        row = []
        for source in [*layers, *(head[family] for head in heads)]:
            conv = GCNConv(*source.weight.shape[::-1])
            conv.lin.weight, conv.bias = source.weight, source.bias  # shared layers share parameters
            row.append(conv)
        rows.append(row)
    return rows


def edge_list(graph):
    return torch.tensor(np.array(graph.adjacency.toarray().nonzero()))


def mish(x):
    """Mish by its formula."""
    return x * torch.tanh(torch.log1p(torch.exp(x)))


def doubles(module):
    """Parameters of the linear layers of a module, in order, as float64 copies: weight, bias, weight, ..."""
    return [
        parameter.detach().double().requires_grad_()
        for layer in module.modules()
        if isinstance(layer, nn.Linear)
        for parameter in (layer.weight, layer.bias)
    ]


def perceptron(x, parameters):
    """Linear layers with Mish between."""
    for k in range(0, len(parameters), 2):
        x = (mish(x) if k else x) @ parameters[k].T + parameters[k + 1]
    return x


def hidden_quarter(graph, rng):
    """Features as float64, each entry set to 0 where two random bytes are below a quarter of their range."""
    drawn = rng.integers(65536, size=graph.features.shape, dtype=np.uint16)
    return torch.tensor(np.where(drawn < 16384, 0.0, graph.features.astype(np.float64)))


def trained(epochs, n_datasets, loss_of, step):
    """Mean loss of each epoch; an epoch is one step per dataset, in order."""
    history = []
    for _ in range(epochs):
        losses = []
        for dataset in range(n_datasets):
            loss = loss_of(dataset)
            step(loss)
            losses.append(loss.item())
        history.append(np.mean(losses))
    return history


def steps_of(optimizer):
    """A step of an optimiser of torch, on a loss."""

    def step(loss):
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()

    return step


def assert_trained_alike(made, losses, embeddings, tolerance, **of_losses):
    assert made.history["loss"] == pytest.approx(losses, **of_losses)
    for ours, theirs in zip(made.values, embeddings, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=tolerance)
