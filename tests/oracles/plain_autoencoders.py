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


def mean_cross_entropy(model, z, graph):
    """Mean over all pairs of genes, from the two means that torch_geometric's recon_loss adds up.

    A pair that costs nothing stands in for the edges, then for the pairs without edge: a made-up gene
    whose inner product with itself is huge, and one whose inner product with that is hugely negative.
    """
    certain = torch.full((1, z.shape[1]), 1e3, dtype=z.dtype)
    z = torch.cat([z, certain, -certain])
    n = graph.n_genes
    edges = edge_list(graph)
    others = torch.tensor(np.array((~graph.adjacency.toarray()).nonzero()))
    free_edge, free_other = torch.tensor([[n], [n]]), torch.tensor([[n], [n + 1]])
    total = torch.zeros((), dtype=z.dtype)
    if edges.shape[1]:
        total = total + edges.shape[1] * model.recon_loss(z, edges, free_other)
    if others.shape[1]:
        total = total + others.shape[1] * model.recon_loss(z, free_edge, others)
    return total / n**2


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


class PlainAdam:
    """Adam of Kingma and Ba (2015), algorithm 1, one parameter at a time.

    Parameters without gradient are left alone, and count their own steps.
    """

    def __init__(self, rates):
        self.rates = rates  # list of (parameter, step size)
        self.moments = {id(p): (torch.zeros_like(p), torch.zeros_like(p), 0) for p, _ in rates}

    @torch.no_grad()
    def step(self, loss):
        gradients = torch.autograd.grad(loss, [p for p, _ in self.rates], allow_unused=True)
        for (parameter, rate), gradient in zip(self.rates, gradients, strict=True):
            if gradient is None:
                continue
            first, second, t = self.moments[id(parameter)]
            first = 0.9 * first + 0.1 * gradient
            second = 0.999 * second + 0.001 * gradient**2
            t += 1
            self.moments[id(parameter)] = first, second, t
            parameter -= rate * (first / (1 - 0.9**t)) / ((second / (1 - 0.999**t)).sqrt() + 1e-8)
