"""Encoders of MuSe-GNN: the dense transformer, and what torch_geometric brings."""

import numpy as np
import pytest
import torch
from torch_geometric.nn import GATConv, GATv2Conv, GCNConv, GPSConv, TransformerConv

from geneboard.benchmark.plugin_kit.compliance_tissues import gene_graph, usual_tissue
from geneboard.methods.base import no_progress
from geneboard.methods.encoders import convolution, convolution_with_skip, graph_form
from geneboard.methods.layers import GraphTransformer, NeighbourMask
from geneboard.methods.musegnn import MuseGNN

CPU = torch.device("cpu")
GRAPH = gene_graph("a", [f"G{k}" for k in range(60)], isolated=(0, 17, 59))
ENCODERS = {
    "transformer": GraphTransformer,
    "gcn": GCNConv,
    "gat": GATConv,
    "gps": GPSConv,
    "GATv2Conv": GATv2Conv,
    "TransformerConv": TransformerConv,
    "SAGEConv": None,
    "ARMAConv": None,
}


@pytest.mark.parametrize("encoder", ENCODERS)
def test_kinds_and_widths(encoder):
    graph = graph_form(encoder, GRAPH.adjacency, CPU)
    x = torch.randn(60, 24)
    layer = convolution(encoder, 24, heads=4)
    assert layer(x, graph).shape == (60, 128)
    assert convolution_with_skip(encoder, 24, heads=2)(x, graph).shape == (60, 96)
    if ENCODERS[encoder] is not None:
        assert isinstance(layer.layer if encoder == "gps" else layer, ENCODERS[encoder])
    if encoder not in ("gcn", "gps", "SAGEConv", "ARMAConv"):
        assert layer.heads == 4


def test_each_encoder_takes_the_graph_in_its_form():
    dense = np.zeros((60, 60), dtype=bool)
    dense[[0, 3], [2, 3]] = True  # directed: gene 0 hears gene 2
    adjacency = type(GRAPH.adjacency)(dense)
    mask = graph_form("transformer", adjacency, CPU)
    assert isinstance(mask, NeighbourMask)
    assert torch.equal(mask.bias == 0, torch.tensor(dense))
    assert graph_form("gat", adjacency, CPU).tolist() == [[2, 3], [0, 3]]  # source, target


@pytest.mark.parametrize("encoder", ["gcn", "gat", "gps", "GATv2Conv"])
def test_encoder_learns_and_repeats(encoder):
    def fitted():
        method = MuseGNN(epochs=25, encoder=encoder)
        return method.fit_embed(usual_tissue(), seed=0, device="cpu", progress=no_progress)

    made, again = fitted(), fitted()
    assert made.history["reconstruction"][-1] < made.history["reconstruction"][0] - 0.05
    assert made.dim == 32
    for one, other in zip(made.values, again.values, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize(
    ("encoder", "sentence"),
    [
        ("gatconv", "there is no encoder 'gatconv'; did you mean 'GATConv'?"),
        ("zzz", "there is no encoder 'zzz'; known are transformer, gcn, gat, gps, GPSConv, "),
        ("ChebConv", "cannot be made of widths, states and edges alone: .*missing.*'K'"),
        ("MixHopConv", "cannot be made of widths, states and edges alone: its output is 192 wide, not 64"),
    ],
)
def test_encoders_that_cannot_be_made(encoder, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        MuseGNN(encoder=encoder)
    assert "\n" not in str(caught.value)


def test_checking_an_encoder_draws_no_random_number():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    MuseGNN(encoder="GATv2Conv")
    assert torch.equal(torch.rand(1), expected)
