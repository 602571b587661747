"""The graph network against a dense plain implementation with the same weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import Tensor

from geneboard.methods.inference.edge_product import Edges
from geneboard.methods.inference.gnn import GNN
from geneboard.methods.inference.graph_network import EdgeWeights, GraphNetwork


def random_graph(n: int = 13, seed: int = 0, density: float = 0.3) -> sparse.csr_array:
    random = np.random.default_rng(seed)
    dense = random.random((n, n)) < density
    np.fill_diagonal(dense, False)
    dense[4] = False  # a gene without neighbours
    return sparse.csr_array(dense)


@pytest.mark.parametrize(
    ("part", "place", "value"), [("edge_columns", 0, 99), ("edge_columns", 1, -1), ("edge_starts", 2, 10**6)]
)
def test_edges_of_a_file_that_lead_nowhere(part: str, place: int, value: int) -> None:
    graph, method = random_graph(), GNN(hidden=2, n_layers=1)
    arrays = {"edge_starts": graph.indptr.copy(), "edge_columns": graph.indices.copy()}
    arrays["weight:landmark_vectors"] = np.zeros((5, 2), dtype=np.float32)
    assert method.rebuild(arrays)[0].edges.columns.tolist() == graph.indices.tolist()
    arrays[part][place] = value
    with pytest.raises(ValueError, match=r"counted from 0|do not go up from 0"):
        method.rebuild(arrays)


def network_of(
    graph: sparse.csr_array, n_layers: int, *, own_readout: bool = False, infer_landmarks: bool = False
) -> GraphNetwork:
    torch.manual_seed(1)
    network = GraphNetwork(
        5, graph, hidden=4, n_layers=n_layers, own_readout=own_readout, infer_landmarks=infer_landmarks
    )
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if name.endswith("bias"):
                parameter.normal_()
    return network.double()


def dense_predictions(network: GraphNetwork, graph: sparse.csr_array, values: Tensor) -> Tensor:
    """One sample after the other: h <- ReLU((W * A) h + b) with a square W over all genes."""
    n_targets = graph.shape[0]
    row, column = (torch.from_numpy(ends.astype(np.int64)) for ends in graph.tocoo().coords)
    predictions = []
    for sample in values:
        given = network.landmark_vectors + sample[:, None] * network.value_weights
        states = torch.cat([given, network.target_vectors])
        for layer in network.layers:
            assert isinstance(layer, EdgeWeights)
            among = torch.zeros(n_targets, n_targets, dtype=values.dtype)
            among = among.index_put((row, column), layer.between_targets)
            weights, bias = torch.cat([layer.to_targets, among], dim=1), layer.target_bias
            if layer.to_landmarks is not None:
                nothing = torch.zeros(len(given), n_targets, dtype=values.dtype)
                weights = torch.cat([torch.cat([layer.to_landmarks, nothing], dim=1), weights])
                bias = torch.cat([layer.landmark_bias, bias])
            states = torch.relu(weights @ states + bias)
        own = network.readout.expand(len(states), -1, -1).squeeze(2)
        predictions.append((states * own).sum(dim=1) + network.readout_bias[:, 0])
    return torch.stack(predictions)


@pytest.mark.parametrize(("n_layers", "own_readout"), [(1, False), (2, True), (4, False)])
@pytest.mark.parametrize("density", [0.3, 0.0])
@pytest.mark.parametrize("infer_landmarks", [False, True])
def test_forward_and_gradients(
    n_layers: int, own_readout: bool, density: float, infer_landmarks: bool
) -> None:
    graph = random_graph(density=density)
    network = network_of(graph, n_layers, own_readout=own_readout, infer_landmarks=infer_landmarks)
    values = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    found, expected = network(values), dense_predictions(network, graph, values)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    weights = torch.randn_like(found)
    learned = [values, *(p for p in network.parameters() if p.numel())]
    one = torch.autograd.grad((found * weights).sum(), learned, materialize_grads=True)
    other = torch.autograd.grad((expected * weights).sum(), learned, materialize_grads=True)
    for gradient, plain in zip(one, other, strict=True):
        torch.testing.assert_close(gradient, plain, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("mkl", [True, False])
def test_edge_product(mkl: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mkl, "is_available", lambda: mkl)
    graph = random_graph()
    edges = Edges(graph)
    weights = torch.randn(graph.nnz, dtype=torch.float64, requires_grad=True)
    states = torch.randn(13, 6, dtype=torch.float64, requires_grad=True)
    row, column = (torch.from_numpy(ends.astype(np.int64)) for ends in graph.tocoo().coords)
    dense = torch.zeros(13, 13, dtype=torch.float64).index_put((row, column), weights)
    towards = torch.randn(13, 6, dtype=torch.float64)
    one = torch.autograd.grad((edges(weights, states) * towards).sum(), (weights, states))
    other = torch.autograd.grad((dense @ states * towards).sum(), (weights, states))
    torch.testing.assert_close(edges(weights, states), dense @ states)
    for gradient, plain in zip(one, other, strict=True):
        torch.testing.assert_close(gradient, plain)


def test_memory_follows_the_edges() -> None:
    graph = random_graph(n=400, density=0.01)
    network = GraphNetwork(5, graph, hidden=4, n_layers=2, own_readout=False)
    largest = max(tensor.numel() for tensor in [*network.parameters(), *network.buffers()])
    assert largest <= max(graph.nnz, 5 * 400)


def test_states_keep_their_size() -> None:
    """The published initialisation grows by orders of magnitude in every layer."""
    torch.manual_seed(0)
    graph = random_graph(n=200, density=0.3)
    network = GraphNetwork(50, graph, hidden=16, n_layers=6, own_readout=False)
    landmarks, targets = network._first_layer(network.layers[0], torch.randn(8, 50))
    first = float(targets.std())
    for layer in list(network.layers)[1:]:
        landmarks, targets = network._layer(layer, landmarks, targets)
    assert 0.05 < float(targets.std()) / first < 5
