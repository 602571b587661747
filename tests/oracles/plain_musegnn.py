"""MuSe-GNN on edge lists with torch_geometric."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch_geometric.nn import GraphNorm, TransformerConv
from transformer_weights import to_transformer_convs

from geneboard.datasets.base import GeneGraph
from geneboard.methods.layers import GraphTransformer
from geneboard.methods.muse_network import FirstLayer, MuseNetwork, SharedLayers
from geneboard.methods.musegnn import MuseGNN, StepDraw


class PlainMuse(nn.Module):
    """The published network of MuSe-GNN and its losses, one torch_geometric layer after the other.

    Parameters
    ----------
    settings
        Hyper-parameters; the encoder must be the published one.
    network
        The network to copy the weights of.
    graphs
        The datasets.
    """

    def __init__(self, settings: MuseGNN, network: MuseNetwork, graphs: tuple[GeneGraph, ...]) -> None:
        super().__init__()
        self.settings, self.graphs, self.group = settings, graphs, network.group
        self.first = nn.ModuleList(
            _PlainFirst(cast(FirstLayer, layer), settings.heads) for layer in network.first_layers
        )
        self.shared = nn.ModuleList(
            _PlainShared(cast(SharedLayers, layer), settings.heads) for layer in network.shared_layers
        )
        self.decoders = nn.ModuleList(_plain_decoder(decoder) for decoder in network.decoders)
        self.edges = [_edge_list(graph) for graph in graphs]
        self.features = [torch.tensor(graph.features) for graph in graphs]
        self.targets = [torch.tensor(graph.adjacency.toarray(), dtype=torch.float32) for graph in graphs]
        self._pairs: dict[tuple[int, int], tuple[list[int], list[int], Tensor]] = {}

    def optimizer(self) -> torch.optim.Optimizer:
        """Return Adam with the learning rates of encoders and decoders."""
        encoders = [*self.first.parameters(), *self.shared.parameters()]
        decoders = [*self.decoders.parameters()]
        return torch.optim.Adam(
            [
                {"params": encoders, "lr": self.settings.learning_rate},
                {"params": decoders, "lr": self.settings.decoder_learning_rate},
            ]
        )

    def embed(self, dataset: int) -> Tensor:
        """Return the embedding of a dataset, shape (n_genes, 32)."""
        hidden = self.first[dataset](self.features[dataset], self.edges[dataset])
        embedding: Tensor = self.shared[self.group[dataset]](hidden, self.edges[dataset])
        return embedding

    def loss(self, draw: StepDraw) -> Tensor:
        """Return the loss of a step."""
        i, j = draw.dataset, draw.partner
        z = self.embed(i)
        logits = self.decoders[i](z @ z.T)
        loss = nn.functional.binary_cross_entropy_with_logits(logits.flatten(), self.targets[i].flatten())
        if j is None:
            return loss
        z_partner = self.embed(j)
        rows_i, rows_j, weights = self.pair(i, j)
        if rows_i and self.settings.similarity_weight:
            similarity = nn.functional.cosine_similarity(z[rows_i], z_partner[rows_j])
            loss = loss - self.settings.similarity_weight * (weights * similarity).mean()
        if draw.n_anchors:
            loss = loss + self.settings.contrastive_weight * self._contrastive(z, z_partner, draw)
        return loss

    def _contrastive(self, z: Tensor, z_partner: Tensor, draw: StepDraw) -> Tensor:
        anchors = torch.cat([z[draw.anchors[0]], z_partner[draw.anchors[1]]])
        positives = torch.cat([z[draw.positives[0]], z_partner[draw.positives[1]]])
        similarity = nn.functional.cosine_similarity(anchors[:, None], positives[None], dim=2)
        scaled = similarity / self.settings.temperature
        return (scaled.logsumexp(dim=1) - scaled.diagonal()).mean()

    def pair(self, i: int, j: int) -> tuple[list[int], list[int], Tensor]:
        """Return positions of the common genes in both graphs and the Jaccard index of their neighbours."""
        if (i, j) not in self._pairs:
            first, second = self.graphs[i], self.graphs[j]
            common = pd.Index([gene for gene in first.genes if gene in second.genes], dtype=object)
            weights = []
            for gene in common:
                a, b = _neighbour_names(first, gene), _neighbour_names(second, gene)
                weights.append(len(a & b) / len(a | b) if a | b else 0.0)
            self._pairs[i, j] = (
                first.genes.get_indexer(common).tolist(),
                second.genes.get_indexer(common).tolist(),
                torch.tensor(weights, dtype=torch.float32),
            )
        return self._pairs[i, j]


class _PlainFirst(nn.Module):
    def __init__(self, layer: FirstLayer, heads: int) -> None:
        super().__init__()
        attention = cast(GraphTransformer, layer.convolution)
        self.conv = TransformerConv(attention.projections.in_features, 128 // heads, heads=heads)
        self.norm = GraphNorm(128)
        to_transformer_convs(attention, [self.conv])
        self.norm.load_state_dict(layer.norm.state_dict())

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        return nn.functional.mish(self.norm(self.conv(x, edges)))


class _PlainShared(nn.Module):
    def __init__(self, layer: SharedLayers, heads: int) -> None:
        super().__init__()
        half = max(1, heads // 2)
        self.conv2 = TransformerConv(128, 64 // half, heads=half)
        self.norm = GraphNorm(64)
        self.conv3 = TransformerConv(64, 32)
        self.skip = TransformerConv(128, 32)
        if isinstance(layer.wide, GraphTransformer):  # both in one
            to_transformer_convs(layer.wide, [self.conv2, self.skip])
        else:
            to_transformer_convs(cast(GraphTransformer, layer.wide.first), [self.conv2])
            to_transformer_convs(cast(GraphTransformer, layer.wide.second), [self.skip])
        to_transformer_convs(cast(GraphTransformer, layer.narrow), [self.conv3])
        self.norm.load_state_dict(layer.norm.state_dict())

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        hidden = nn.functional.mish(self.norm(self.conv2(x, edges)))
        embedding: Tensor = self.conv3(hidden, edges) + self.skip(x, edges)
        return embedding


def _plain_decoder(decoder: Any) -> nn.Sequential:
    layers = []
    for layer in (decoder.first, decoder.second, decoder.third):
        copy = nn.Linear(layer.in_features, layer.out_features)
        copy.load_state_dict(layer.state_dict())
        layers.append(copy)
    return nn.Sequential(layers[0], nn.Mish(), layers[1], nn.Mish(), layers[2])


def _edge_list(graph: GeneGraph) -> Tensor:
    return torch.tensor(np.array(graph.adjacency.toarray().nonzero()))


def _neighbour_names(graph: GeneGraph, gene: str) -> set[str]:
    row = graph.adjacency[[graph.genes.get_loc(gene)]].toarray()[0]
    return set(graph.genes[row])
