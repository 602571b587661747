"""MuSe-GNN on edge lists with torch_geometric: the oracle of the dense implementation, and its opponent.

Needs the optional package torch_geometric.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn
from torch_geometric.nn import GraphNorm, TransformerConv

from geneboard.benchmark.plain.weights import to_transformer_convs
from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.layers import GraphTransformer
from geneboard.methods.muse_network import FirstLayer, MuseNetwork, SharedLayers
from geneboard.methods.musegnn import MuseGNN, MuseObjective, StepDraw
from geneboard.methods.training import seeded


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
        self.first = nn.ModuleList(_PlainFirst(cast(FirstLayer, layer)) for layer in network.first_layers)
        self.shared = nn.ModuleList(
            _PlainShared(cast(SharedLayers, layer)) for layer in network.shared_layers
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
    def __init__(self, layer: FirstLayer) -> None:
        super().__init__()
        attention = cast(GraphTransformer, layer.convolution)
        self.conv = TransformerConv(attention.projections.in_features, 32, heads=4)
        self.norm = GraphNorm(128)
        to_transformer_convs(attention, [self.conv])
        self.norm.load_state_dict(layer.norm.state_dict())

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        return nn.functional.mish(self.norm(self.conv(x, edges)))


class _PlainShared(nn.Module):
    def __init__(self, layer: SharedLayers) -> None:
        super().__init__()
        self.conv2 = TransformerConv(128, 32, heads=2)
        self.norm = GraphNorm(64)
        self.conv3 = TransformerConv(64, 32)
        self.skip = TransformerConv(128, 32)
        to_transformer_convs(cast(GraphTransformer, layer.wide), [self.conv2, self.skip])
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


def time_epoch(tissue: Tissue, threads: int, *, repeats: int = 3, seed: int = 0) -> dict[str, float]:
    """Time a training epoch of MuSe-GNN, dense and on edge lists, from the same weights with the same draws.

    Parameters
    ----------
    tissue
        Gene graphs.
    threads
        Threads of torch; set back afterwards.
    repeats
        Epochs of the dense implementation after a first one to warm up. The plain one has two. Of
        each the fastest counts.
    seed
        Seed of weights and draws.

    Returns
    -------
    dict of str to float
        ``threads``; ``fast_seconds``, ``plain_seconds`` and ``ratio`` (plain / fast) of an epoch;
        ``loss_difference``, the largest difference of a step's loss over the first two epochs of training;
        ``gflop``, floating-point operations of the matrix products of a dense epoch in units of 1e9;
        ``peak_gflops``, rate of a 2000 x 2000 product; ``share_of_peak``, the rate of the epoch by that.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with seeded(seed, "cpu") as (rng, device):
            settings = MuseGNN()
            network = MuseNetwork(tissue.graphs)
            plain = PlainMuse(settings, network, tissue.graphs)
            fast = MuseObjective(settings, network, tissue.graphs, device)
            epochs = [[fast.draw(i, rng) for i in range(len(tissue.graphs))] for _ in range(repeats + 1)]
            for draw in (draw for epoch in epochs for draw in epoch):
                if draw.partner is not None:
                    plain.pair(draw.dataset, draw.partner)
            peak = _peak_gflops()
            fast_runs = _run(lambda draw: fast.losses(draw)["loss"], settings.optimizer(network), epochs)
            plain_runs = _run(plain.loss, plain.optimizer(), epochs[:2])
            difference = max(
                abs(a - b)
                for (_, ours), (_, theirs) in zip(fast_runs, plain_runs, strict=False)
                for a, b in zip(ours, theirs, strict=True)
            )
            fast_seconds = min(seconds for seconds, _ in fast_runs[1:])
            plain_seconds = min(seconds for seconds, _ in plain_runs)
            gflop = sum(step_flop(tissue, draw) for draw in epochs[-1]) / 1e9
            peak = max(peak, _peak_gflops())
    finally:
        torch.set_num_threads(before)
    return {
        "threads": threads,
        "fast_seconds": fast_seconds,
        "plain_seconds": plain_seconds,
        "ratio": plain_seconds / fast_seconds,
        "loss_difference": difference,
        "gflop": gflop,
        "peak_gflops": peak,
        "share_of_peak": gflop / fast_seconds / peak,
    }


def _run(
    loss_of: Callable[[StepDraw], Tensor], optimizer: torch.optim.Optimizer, epochs: list[list[StepDraw]]
) -> list[tuple[float, list[float]]]:
    """Train, and return seconds and the losses of the steps for each epoch."""
    runs = []
    for draws in epochs:
        started = time.perf_counter()
        losses = []
        for draw in draws:
            optimizer.zero_grad(set_to_none=True)
            loss = loss_of(draw)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            losses.append(float(loss.detach()))
        runs.append((time.perf_counter() - started, losses))
    return runs


def step_flop(tissue: Tissue, draw: StepDraw) -> float:
    """Return the floating-point operations of the matrix products of a dense training step.

    A product of m x k and k x n counts 2 m k n. Attention counts two products forward and four backward,
    without what its kernel computes a second time; a linear layer one forward and two backward, or one if
    its input is data.
    """
    total = 0.0
    for dataset in (draw.dataset, draw.partner):
        if dataset is None:
            continue
        genes, cells = tissue.graphs[dataset].features.shape
        heads = 4 + 3 + 1
        total += heads * 6 * 2 * genes * genes * 32
        total += 2 * 2 * genes * cells * 512
        total += 3 * 2 * genes * (128 * 384 + 64 * 128)
    genes = tissue.graphs[draw.dataset].n_genes
    low_rank = 2 * 3 * 2 * genes * genes * 32
    return total + low_rank + 2 * 3 * 2 * genes**3


def _peak_gflops(size: int = 2000, repeats: int = 5) -> float:
    """Return the rate of a float32 matrix product in units of 1e9 operations a second."""
    a, b = torch.ones(size, size), torch.ones(size, size)
    best = float("inf")
    for _ in range(repeats):
        started = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - started)
    return 2 * size**3 / best / 1e9
