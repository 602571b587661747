"""Layers and encoders of MuSe-GNN against torch_geometric."""

import numpy as np
import pytest
import torch
from torch import nn
from torch_geometric.nn import GATConv, GCNConv, GPSConv
from torch_geometric.nn import GraphNorm as PlainGraphNorm

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph, usual_tissue
from geneboard.methods.base import no_progress
from geneboard.methods.encoders import (
    GPSLayer,
    GraphAttention,
    convolution,
    convolution_with_skip,
    graph_form,
)
from geneboard.methods.layers import GraphConvolution, NeighbourMask, normalised_adjacency
from geneboard.methods.muse_network import MuseNetwork
from geneboard.methods.musegnn import MuseGNN

CPU = torch.device("cpu")
ENCODERS = ("gcn", "gat", "gps")
GRAPHS = {
    "dense with loops": gene_graph("a", [f"G{k}" for k in range(60)], density=0.3),
    "isolated genes": gene_graph("a", [f"G{k}" for k in range(60)], isolated=(0, 17, 59)),
    "empty": gene_graph("a", [f"G{k}" for k in range(60)], density=0.0),
    "complete": gene_graph("a", [f"G{k}" for k in range(60)], density=1.0),
}


def edge_list(adjacency):
    """Message from column to row, as torch_geometric orders it: source first."""
    rows, columns = adjacency.toarray().nonzero()
    return torch.tensor(np.array([columns, rows]))


def without_loops(adjacency):
    dense = adjacency.toarray()
    np.fill_diagonal(dense, val=False)
    return type(adjacency)(dense)


def assert_same_gradients(ours, theirs):
    """To 1e-5 of the largest entry: gradients are sums of any size."""
    for made, expected in zip(ours, theirs, strict=True):
        largest = expected.grad.abs().max().clamp(min=1e-3)
        assert (made.grad - expected.grad.reshape(made.shape)).abs().max() <= 1e-5 * largest


def assert_same_layer(layer, plain, x, parameters):
    """`layer` and `plain` map x to the same states, with the same gradients of x and of paired parameters."""
    x, y = x.clone().requires_grad_(), x.clone().requires_grad_()
    ours, theirs = layer(x), plain(y)
    assert (ours - theirs).abs().max() < 1e-5
    weights = torch.randn_like(ours)
    (ours * weights).sum().backward()
    (theirs * weights).sum().backward()
    assert_same_gradients([x, *(pair[0] for pair in parameters)], [y, *(pair[1] for pair in parameters)])


def gcn_pairs(layer, conv):
    return [(layer.weight, conv.lin.weight), (layer.bias, conv.bias)]


def gat_pairs(layer, conv):
    sources = [(layer.source, conv.att_src), (layer.target, conv.att_dst)]
    return [(layer.weight, conv.lin.weight), (layer.bias, conv.bias), *sources]


def gps_pairs(layer, linear, conv):
    norms = (layer.norm_local, conv.norm1), (layer.norm_attention, conv.norm2), (layer.norm_mlp, conv.norm3)
    pairs = [*gcn_pairs(layer.local, conv.conv)]
    for ours, theirs in (
        (layer.widen, linear),
        (layer.attention, conv.attn),
        (layer.mlp[0], conv.mlp[0]),
        (layer.mlp[2], conv.mlp[3]),  # dropout stands between
        *norms,
    ):
        pairs += [(parameter, theirs.get_parameter(name)) for name, parameter in ours.named_parameters()]
    return pairs


def randomise(pairs):
    """Give both sides the same weights, biases and norms away from their initial zeros and ones."""
    with torch.no_grad():
        for ours, theirs in pairs:
            if ours.ndim == 1:
                ours.add_(0.3 * torch.randn_like(ours))
            theirs.copy_(ours.reshape(theirs.shape))


def plain_gps(n_in, width, heads):
    conv = GPSConv(width, GCNConv(width, width), heads=heads, norm="graph_norm")
    return nn.Linear(n_in, width), conv


@pytest.mark.parametrize("loops", [True, False], ids=["loops as they are", "no loops"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_graph_attention_equals_gat_conv(graph, loops):
    torch.manual_seed(0)
    adjacency = GRAPHS[graph].adjacency if loops else without_loops(GRAPHS[graph].adjacency)
    layer, conv = GraphAttention(24, 32, heads=4), GATConv(24, 32, heads=4)
    pairs = gat_pairs(layer, conv)
    randomise(pairs)
    mask = graph_form("gat", adjacency, CPU)
    edges = edge_list(adjacency)
    assert_same_layer(lambda x: layer(x, mask), lambda y: conv(y, edges), torch.randn(60, 24), pairs)


def test_graph_attention_by_hand():
    """Two genes, one feature, one head: W = 2, source weight 1, target weight -1, x = 1 and 3."""
    graph = gene_graph("a", ["G0", "G1"], density=1.0)
    layer = GraphAttention(1, 1)
    for name, value in {"weight": [[2.0]], "source": [[1.0]], "target": [[-1.0]], "bias": [0.5]}.items():
        getattr(layer, name).data = torch.tensor(value)
    # Gene 0 has scores 0 to itself and 6 - 2 = 4 to gene 1; gene 1 has 0.2 * (2 - 6) = -0.8 and 0.
    first = (2 + 6 * np.exp(4)) / (1 + np.exp(4)) + 0.5
    second = (2 * np.exp(-0.8) + 6) / (np.exp(-0.8) + 1) + 0.5
    states = layer(torch.tensor([[1.0], [3.0]]), graph_form("gat", graph.adjacency, CPU))
    assert states.flatten().tolist() == pytest.approx([first, second], abs=1e-5)


def test_graph_attention_of_huge_scores_is_finite_and_keeps_strangers_out():
    torch.manual_seed(0)
    layer, mask = GraphAttention(8, 4, heads=2), graph_form("gat", GRAPHS["isolated genes"].adjacency, CPU)
    x = 1e4 * torch.randn(60, 8)
    states = layer(x, mask)
    assert torch.isfinite(states).all()
    isolated = 17
    alone = nn.functional.linear(x[isolated], layer.weight, layer.bias)
    torch.testing.assert_close(states[isolated], alone)


def test_graph_attention_starts_as_gat_conv_does():
    torch.manual_seed(0)
    layer, conv = GraphAttention(300, 128, heads=4), GATConv(300, 128, heads=4)
    for ours, theirs in gat_pairs(layer, conv):
        if theirs.any():
            assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.1)
            assert ours.abs().max().item() == pytest.approx(theirs.abs().max().item(), rel=0.02)
        else:
            assert not ours.any()


@pytest.mark.parametrize("graph", GRAPHS)
def test_gps_layer_equals_gps_conv(graph):
    torch.manual_seed(0)
    adjacency = GRAPHS[graph].adjacency
    layer, (linear, conv) = GPSLayer(24, 64, heads=2), plain_gps(24, 64, heads=2)
    pairs = gps_pairs(layer, linear, conv)
    assert {id(ours) for ours, _ in pairs} == {id(parameter) for parameter in layer.parameters()}
    randomise(pairs)
    propagation, edges = graph_form("gps", adjacency, CPU), edge_list(adjacency)
    x = torch.randn(60, 24)
    assert_same_layer(lambda x: layer(x, propagation), lambda y: conv(linear(y), edges), x, pairs)
    expected = layer(x, propagation)
    layer.eval()
    with torch.no_grad():  # nn.MultiheadAttention has another implementation for this case
        torch.testing.assert_close(layer(x, propagation), expected, atol=1e-5, rtol=1e-5)


def test_gps_layer_starts_as_gps_conv_does():
    torch.manual_seed(0)
    layer, (linear, conv) = GPSLayer(300, 128, heads=4), plain_gps(300, 128, heads=4)
    for ours, theirs in gps_pairs(layer, linear, conv):
        assert ours.abs().max().item() == pytest.approx(theirs.abs().max().item(), rel=0.05)
        if ours.ndim == 2:  # the others are too few for their spread, or constant
            assert ours.std().item() == pytest.approx(theirs.std().item(), rel=0.05)


def test_each_encoder_takes_the_graph_in_its_form():
    adjacency = without_loops(GRAPHS["dense with loops"].adjacency)
    plain = graph_form("transformer", adjacency, CPU)
    looped = graph_form("gat", adjacency, CPU)
    assert isinstance(plain, NeighbourMask)
    assert torch.equal(plain.bias == 0, torch.tensor(adjacency.toarray()))
    assert torch.equal(looped.bias == 0, torch.tensor(adjacency.toarray() | np.eye(60, dtype=bool)))
    for encoder in ("gcn", "gps"):
        assert torch.equal(graph_form(encoder, adjacency, CPU), normalised_adjacency(adjacency, CPU))


@pytest.mark.parametrize("encoder", ["transformer", *ENCODERS])
def test_widths(encoder):
    graph = graph_form(encoder, GRAPHS["dense with loops"].adjacency, CPU)
    x = torch.randn(60, 24)
    assert convolution(encoder, 24, heads=4)(x, graph).shape == (60, 128)
    assert convolution_with_skip(encoder, 24, heads=2)(x, graph).shape == (60, 96)


def plain_convolution(layer, edges):
    """The torch_geometric layers with the weights of one of ours, as a function of the input."""
    if isinstance(layer, GraphConvolution):
        conv = GCNConv(*layer.weight.shape[::-1])
        randomise(gcn_pairs(layer, conv))
        return lambda x: conv(x, edges)
    if isinstance(layer, GraphAttention):
        conv = GATConv(layer.weight.shape[1], 32, heads=len(layer.source))
        randomise(gat_pairs(layer, conv))
        return lambda x: conv(x, edges)
    assert isinstance(layer, GPSLayer)
    linear, conv = plain_gps(layer.widen.in_features, layer.widen.out_features, layer.attention.num_heads)
    randomise(gps_pairs(layer, linear, conv))
    return lambda x: conv(linear(x), edges)


def plain_norm(layer):
    copy = PlainGraphNorm(len(layer.weight))
    copy.load_state_dict(layer.state_dict())
    return copy


@pytest.mark.parametrize("encoder", ENCODERS)
def test_whole_encoder_equals_torch_geometric(encoder):
    torch.manual_seed(0)
    tissue = usual_tissue()
    network = MuseNetwork(tissue.graphs, encoder)
    for dataset, graph in enumerate(tissue.graphs):
        edges = edge_list(graph.adjacency)
        first, shared = network.first_layers[dataset], network.shared_layers[network.group[dataset]]
        one, two, skip, three = (
            plain_convolution(layer, edges)
            for layer in (first.convolution, shared.wide.first, shared.wide.second, shared.narrow)
        )
        norm_one, norm_two = plain_norm(first.norm), plain_norm(shared.norm)
        features = torch.tensor(graph.features)
        hidden = nn.functional.mish(norm_one(one(features)))
        expected = three(nn.functional.mish(norm_two(two(hidden)))) + skip(hidden)
        made = network.encode(dataset, features, graph_form(encoder, graph.adjacency, CPU))
        assert made.shape == (graph.n_genes, 32)
        torch.testing.assert_close(made, expected, atol=1e-4, rtol=1e-4)  # ten layers and norms deep


@pytest.mark.parametrize("encoder", ENCODERS)
def test_encoder_learns(encoder):
    made = MuseGNN(epochs=25, encoder=encoder).fit_embed(
        usual_tissue(), seed=0, device="cpu", progress=no_progress
    )
    assert made.history["reconstruction"][-1] < made.history["reconstruction"][0] - 0.05
    assert made.dim == 32
