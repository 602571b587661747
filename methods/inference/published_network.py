"""The network of the GNN with the biases and the initial weights of its publication."""

from __future__ import annotations

import math

import torch
from scipy import sparse
from torch import Tensor, nn

from geneboard.methods.inference.graph_network import EdgeWeights, GraphNetwork


class PublishedNetwork(GraphNetwork):
    """`GraphNetwork` as the code of Kim et al. 2025 (github.com/HyunjinHwn/GeneExpressionGNN) builds it.

    Every hidden number of a gene has a bias of its own, all genes share that of the readout, and edge weights
    and biases are uniform between -s and s at first, with s = 1 / sqrt(edges per pair of genes). That is more
    than 1, so that states grow by orders of magnitude from layer to layer; training has to undo it.

    Parameters
    ----------
    n_landmarks, graph, hidden, n_layers
        As for `GraphNetwork`.
    """

    def __init__(self, n_landmarks: int, graph: sparse.csr_array, *, hidden: int, n_layers: int) -> None:
        super().__init__(n_landmarks, graph, hidden=hidden, n_layers=n_layers, own_readout=False)
        n_genes = n_landmarks + self.edges.shape[0]
        largest = 1 / math.sqrt((n_landmarks * n_genes + len(self.edges)) / n_genes**2)
        for layer in self.layers:
            assert isinstance(layer, EdgeWeights)
            layer.target_bias = nn.Parameter(layer.target_bias.repeat(1, hidden))
            if layer.landmark_bias is not None:
                layer.landmark_bias = nn.Parameter(layer.landmark_bias.repeat(1, hidden))
            for weights in layer.parameters():
                nn.init.uniform_(weights, -largest, largest)
        self.readout_bias = nn.Parameter(torch.zeros(1, 1))

    def _layer(self, layer: nn.Module, landmarks: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        assert isinstance(layer, EdgeWeights)
        n_samples = targets.shape[1] // self.hidden
        passed = self.edges(layer.between_targets, targets) + layer.target_bias.repeat(1, n_samples)
        targets = torch.relu_(torch.addmm(passed, layer.to_targets, landmarks))
        if layer.to_landmarks is not None and layer.landmark_bias is not None:
            bias = layer.landmark_bias.repeat(1, n_samples)
            landmarks = torch.relu_(torch.addmm(bias, layer.to_landmarks, landmarks))
        return landmarks, targets
