"""The network of the GNN: genes that pass their states along weighted edges."""

from __future__ import annotations

import math

import torch
from scipy import sparse
from torch import Tensor, nn

from geneboard.methods.inference.edge_product import Edges


class EdgeWeights(nn.Module):
    """The weights of one layer, h <- ReLU((W * A) h + b), with one weight per edge and one bias per gene.

    The edges from landmarks, which go to every gene, are a dense block; those among targets are sparse. Both
    have the deviation 1 / sqrt(in-degree) at first, so that states keep their size from layer to layer.

    Parameters
    ----------
    n_landmarks
        Number of landmarks, to all of which every gene is connected.
    edges
        Edges among targets, shared by all layers.
    to_landmarks
        Whether landmarks get a new state; after the last layer it matters only if they are inferred too.
    """

    def __init__(self, n_landmarks: int, edges: Edges, *, to_landmarks: bool) -> None:
        super().__init__()
        n_targets = edges.shape[0]
        n_neighbours = edges.row_starts.diff()
        scale = 1 / torch.sqrt((n_landmarks + n_neighbours).clamp(min=1).float())
        self.between_targets = nn.Parameter(torch.randn(len(edges)) * scale.repeat_interleave(n_neighbours))
        self.to_targets = nn.Parameter(torch.randn(n_targets, n_landmarks) * scale[:, None])
        self.target_bias = nn.Parameter(torch.zeros(n_targets, 1))
        self.to_landmarks: nn.Parameter | None = None
        self.landmark_bias: nn.Parameter | None = None
        if to_landmarks:
            scaled = torch.randn(n_landmarks, n_landmarks) / math.sqrt(max(n_landmarks, 1))
            self.to_landmarks = nn.Parameter(scaled)
            self.landmark_bias = nn.Parameter(torch.zeros(n_landmarks, 1))


class GraphNetwork(nn.Module):
    """Infers targets from landmarks; all genes are nodes.

    The first state of a gene is a learned vector, plus, for a landmark, its value times a weight vector.
    Layers follow (`EdgeWeights`), and a target's value is read from its last state by one vector of weights
    that all targets share or that each has for itself.

    The first layer is cheaper than it looks: what landmarks send is linear in their values, so their values
    are multiplied with the edges once, and not once for each of the hidden numbers.

    Parameters
    ----------
    n_landmarks
        Number of inputs.
    graph
        Edges among targets, shape (n_targets, n_targets).
    hidden
        Numbers in the state of a gene.
    n_layers
        At least one.
    own_readout
        Whether each inferred gene has a vector of its own to read its value.
    infer_landmarks
        Whether values are read from the last states of the landmarks too.

    Shapes
    ------
    Values of landmarks (n_samples, n_landmarks) give values of targets (n_samples, n_targets); with
    `infer_landmarks` the landmarks come first, (n_samples, n_landmarks + n_targets). Inside, states are
    (n_genes, n_samples * hidden): one product of matrices serves all samples of a batch.
    """

    def __init__(
        self,
        n_landmarks: int,
        graph: sparse.csr_array,
        *,
        hidden: int,
        n_layers: int,
        own_readout: bool,
        infer_landmarks: bool = False,
    ) -> None:
        super().__init__()
        self.edges = Edges(graph)
        self.infer_landmarks = infer_landmarks
        n_targets = self.edges.shape[0]
        n_inferred = n_targets + (n_landmarks if infer_landmarks else 0)
        self.hidden = hidden
        self.landmark_vectors = nn.Parameter(torch.randn(n_landmarks, hidden))
        self.target_vectors = nn.Parameter(torch.randn(n_targets, hidden))
        self.value_weights = nn.Parameter(torch.randn(hidden))
        self.layers = nn.ModuleList(
            EdgeWeights(n_landmarks, self.edges, to_landmarks=infer_landmarks or number < n_layers - 1)
            for number in range(n_layers)
        )
        self.readout = nn.Parameter(torch.randn(n_inferred if own_readout else 1, hidden, 1) / hidden)
        self.readout_bias = nn.Parameter(torch.zeros(n_inferred, 1))

    def forward(self, values: Tensor) -> Tensor:
        """Return the values of the inferred genes."""
        predicted = self.states(values) @ self.readout  # (n_inferred, n_samples, 1)
        return (predicted.squeeze(2) + self.readout_bias).T

    def states(self, values: Tensor) -> Tensor:
        """Return the last states of the inferred genes, shape (n_inferred, n_samples, hidden)."""
        first, *others = self.layers
        landmarks, targets = self._first_layer(first, values)
        for layer in others:
            landmarks, targets = self._layer(layer, landmarks, targets)
        states = torch.cat([landmarks, targets]) if self.infer_landmarks else targets
        return states.view(len(states), len(values), self.hidden)

    def _first_layer(self, layer: nn.Module, values: Tensor) -> tuple[Tensor, Tensor]:
        assert isinstance(layer, EdgeWeights)
        passed = layer.to_targets @ self.landmark_vectors
        passed = passed + self.edges(layer.between_targets, self.target_vectors)
        targets = self._with_values(passed + layer.target_bias, layer.to_targets @ values.T)
        if layer.to_landmarks is None or layer.landmark_bias is None:
            return self.landmark_vectors, targets
        passed = layer.to_landmarks @ self.landmark_vectors + layer.landmark_bias
        return self._with_values(passed, layer.to_landmarks @ values.T), targets

    def _with_values(self, passed: Tensor, amounts: Tensor) -> Tensor:
        states = torch.addcmul(passed[:, None, :], amounts[:, :, None], self.value_weights)
        return torch.relu_(states).flatten(1)

    def _layer(self, layer: nn.Module, landmarks: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        assert isinstance(layer, EdgeWeights)
        passed = self.edges(layer.between_targets, targets) + layer.target_bias
        targets = torch.relu_(torch.addmm(passed, layer.to_targets, landmarks))
        if layer.to_landmarks is not None and layer.landmark_bias is not None:
            landmarks = torch.relu_(torch.addmm(layer.landmark_bias, layer.to_landmarks, landmarks))
        return landmarks, targets
