"""Dense layers equal torch_geometric's on edge lists, gradients included."""

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import nn
from torch_geometric.nn import GCNConv, TransformerConv
from torch_geometric.nn import GraphNorm as PlainGraphNorm
from transformer_weights import stacked, to_transformer_convs

from geneboard.methods.layers import (
    EdgeDecoder,
    GraphConvolution,
    GraphNorm,
    GraphTransformer,
    NeighbourMask,
    floored_mish,
    normalised_adjacency,
)

CPU = torch.device("cpu")


def random_edges(n, density, *, loops, isolated=(), seed=0, symmetric=True):
    rng = np.random.default_rng(seed)
    edges = rng.random((n, n)) < density
    if symmetric:
        edges = np.triu(edges, 1)
        edges |= edges.T
    np.fill_diagonal(edges, loops)
    for gene in isolated:
        edges[gene] = edges[:, gene] = False
    return sparse.csr_matrix(edges)


def edge_list(adjacency):
    """Message from column to row, as torch_geometric orders it: source first."""
    rows, columns = adjacency.toarray().nonzero()
    return torch.tensor(np.array([columns, rows]))


GRAPHS = {
    "dense with loops": random_edges(60, 0.3, loops=True),
    "no loops": random_edges(60, 0.2, loops=False, seed=1),
    "isolated genes": random_edges(60, 0.2, loops=True, isolated=(0, 17, 59), seed=2),
    "empty": random_edges(60, 0.0, loops=False),
    "complete": random_edges(60, 1.1, loops=True),
    "directed": random_edges(60, 0.2, loops=False, seed=3, symmetric=False),
}


def assert_same_gradient(ours, theirs):
    """To 1e-5 of the largest entry: gradients are sums of any size."""
    assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max().clamp(min=1e-3)


@pytest.mark.parametrize("heads", [(1,), (4,), (2, 1)], ids=str)
@pytest.mark.parametrize("graph", GRAPHS)
def test_graph_transformer_equals_transformer_conv(graph, heads):
    torch.manual_seed(0)
    adjacency = GRAPHS[graph]
    convs = [TransformerConv(24, 32, heads=h) for h in heads]
    layer = GraphTransformer(24, 32, heads=sum(heads))
    to_transformer_convs(layer, convs)
    x = torch.randn(60, 24).requires_grad_()
    y = x.detach().clone().requires_grad_()

    ours = layer(x, NeighbourMask.of(adjacency, CPU))
    theirs = torch.cat([conv(y, edge_list(adjacency)) for conv in convs], dim=1)
    assert (ours - theirs).abs().max() < 1e-5

    weights = torch.randn_like(ours)
    (ours * weights).sum().backward()
    (theirs * weights).sum().backward()
    assert_same_gradient(x.grad, y.grad)
    for parameter in ("weight", "bias"):
        assert_same_gradient(
            getattr(layer.projections, parameter).grad, stacked(convs, parameter, gradient=True)
        )


def test_huge_scores_stay_finite_and_forbidden_genes_out():
    layer = GraphTransformer(8, 4)
    x = 1e4 * torch.randn(60, 8)
    adjacency = GRAPHS["no loops"]
    mask = NeighbourMask.of(adjacency, CPU)
    states = layer(x, mask)
    assert torch.isfinite(states).all()
    stranger = int(np.flatnonzero(adjacency.toarray()[0] == 0)[1])
    y = x.clone()
    y[stranger] += 1e4
    assert torch.equal(layer(y, mask)[0], states[0])


def test_initial_weights_have_the_distribution_of_transformer_conv():
    torch.manual_seed(0)
    layer, conv = GraphTransformer(300, 32, heads=4), TransformerConv(300, 32, heads=4)
    for parameter in ("weight", "bias"):
        ours = getattr(layer.projections, parameter).detach()
        theirs = stacked([conv], parameter)
        assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.1)
        assert ours.abs().max().item() == pytest.approx(theirs.abs().max().item(), rel=0.02)


def test_graph_norm_equals_torch_geometric():
    torch.manual_seed(0)
    ours, theirs = GraphNorm(6), PlainGraphNorm(6)
    for name, parameter in theirs.named_parameters():
        parameter.data.normal_()
        ours.get_parameter(name).data.copy_(parameter)
    x = (5 + 2 * torch.randn(40, 6)).requires_grad_()
    y = x.detach().clone().requires_grad_()
    weights = torch.randn(40, 6)
    torch.testing.assert_close(ours(x), theirs(y), atol=1e-5, rtol=1e-5)
    (ours(x) * weights).sum().backward()
    (theirs(y) * weights).sum().backward()
    torch.testing.assert_close(x.grad, y.grad, atol=1e-5, rtol=1e-5)
    for name, parameter in theirs.named_parameters():
        torch.testing.assert_close(ours.get_parameter(name).grad, parameter.grad, atol=1e-5, rtol=1e-5)


def test_graph_norm_starts_as_torch_geometric_does():
    theirs = dict(PlainGraphNorm(6).named_parameters())
    for name, parameter in GraphNorm(6).named_parameters():
        assert torch.equal(parameter, theirs[name])


@pytest.mark.parametrize("graph", [name for name in GRAPHS if name != "directed"])
def test_graph_convolution_equals_gcn_conv(graph):
    torch.manual_seed(0)
    adjacency = GRAPHS[graph]
    ours, theirs = GraphConvolution(12, 7), GCNConv(12, 7)
    ours.weight.data.copy_(theirs.lin.weight)
    theirs.bias.data.normal_()
    ours.bias.data.copy_(theirs.bias)
    x = torch.randn(60, 12, requires_grad=True)
    y = x.detach().clone().requires_grad_()
    propagation = normalised_adjacency(adjacency, CPU)
    expected = theirs(y, edge_list(adjacency))
    made = ours(x, propagation)
    torch.testing.assert_close(made, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours.on_propagated(propagation @ x), expected, atol=1e-5, rtol=1e-5)
    weights = torch.randn_like(made)
    (made * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(x.grad, y.grad, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(ours.weight.grad, theirs.lin.weight.grad, atol=1e-4, rtol=1e-5)
    torch.testing.assert_close(ours.bias.grad, theirs.bias.grad, atol=1e-5, rtol=1e-5)


def test_graph_convolution_starts_as_gcn_conv_does():
    torch.manual_seed(0)
    ours, theirs = GraphConvolution(300, 128), GCNConv(300, 128)
    assert ours.weight.std().item() == pytest.approx(theirs.lin.weight.std().item(), rel=0.05)
    assert ours.weight.abs().max().item() == pytest.approx(theirs.lin.weight.abs().max().item(), rel=0.01)
    assert not ours.bias.any()
    assert not theirs.bias.any()


def test_edge_decoder_equals_an_mlp_on_the_rows_of_the_gram_matrix():
    torch.manual_seed(0)
    decoder = EdgeDecoder(50)
    plain = nn.Sequential(decoder.first, nn.Mish(), decoder.second, nn.Mish(), decoder.third)
    z = torch.randn(50, 32, requires_grad=True)
    weights = torch.randn(50, 50)
    torch.testing.assert_close(decoder(z), plain(z @ z.T), atol=1e-5, rtol=1e-5)
    parameters = [z, *decoder.parameters()]
    ours = torch.autograd.grad((decoder(z) * weights).sum(), parameters)
    theirs = torch.autograd.grad((plain(z @ z.T) * weights).sum(), parameters)
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-4)


def subnormal(x):
    return int(((x != 0) & (x.abs() < torch.finfo(x.dtype).tiny)).sum())


def test_floored_mish_is_mish_and_never_subnormal():
    x = torch.linspace(-200, 60, 5001).requires_grad_()
    y = x.detach().clone().requires_grad_()
    made, plain = floored_mish(x), nn.functional.mish(y)
    torch.testing.assert_close(made, plain, atol=1e-11, rtol=1e-6)
    made.sum().backward()
    plain.sum().backward()
    torch.testing.assert_close(x.grad, y.grad, atol=1e-11, rtol=1e-6)
    assert subnormal(plain) > 100  # what the floor is for
    assert subnormal(y.grad) > 100
    assert subnormal(made) == 0
    assert subnormal(x.grad) == 0
