"""The graph convolutions that the encoder of MuSe-GNN can be made of, all with the same widths."""

from __future__ import annotations

from typing import Literal

import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from geneboard.methods.base import EMBEDDING_DIM
from geneboard.methods.layers import (
    GraphConvolution,
    GraphNorm,
    GraphTransformer,
    NeighbourMask,
    normalised_adjacency,
)

Encoder = Literal["transformer", "gcn", "gat", "gps"]
"""Graph transformer (published), graph convolution, graph attention, or GPS layer."""

GraphForm = NeighbourMask | Tensor
"""A graph in the form that a convolution takes it in."""


def graph_form(encoder: Encoder, adjacency: sparse.csr_matrix, device: torch.device) -> GraphForm:
    """Return a graph in the form that the convolutions of an encoder take it in.

    Parameters
    ----------
    encoder
        Kind of convolution.
    adjacency
        Boolean, shape (n_genes, n_genes).
    device
        Where to put it.
    """
    if encoder == "transformer":
        return NeighbourMask.of(adjacency, device)
    if encoder == "gat":
        return NeighbourMask.of(adjacency, device, self_loops=True)
    return normalised_adjacency(adjacency, device)


def convolution(encoder: Encoder, n_in: int, heads: int) -> nn.Module:
    """Return a convolution from `n_in` features to 32 per head; one without heads is as wide as with them.

    Parameters
    ----------
    encoder
        Kind of convolution.
    n_in
        Width of the input.
    heads
        Width of the output in units of 32, and number of attention heads if there are any.
    """
    if encoder == "transformer":
        return GraphTransformer(n_in, EMBEDDING_DIM, heads)
    if encoder == "gat":
        return GraphAttention(n_in, EMBEDDING_DIM, heads)
    if encoder == "gps":
        return GPSLayer(n_in, heads * EMBEDDING_DIM, heads)
    return GraphConvolution(n_in, heads * EMBEDDING_DIM)


def convolution_with_skip(encoder: Encoder, n_in: int, heads: int) -> nn.Module:
    """Return two convolutions of the same input, side by side: one of some heads, and a skip of one head.

    Heads of the graph transformer do not interact and start with weights that depend on the width of the
    input only, so there the skip is simply one more head.

    Parameters
    ----------
    encoder, n_in
        As for `convolution`.
    heads
        Heads of the first one; its output comes first.
    """
    if encoder == "transformer":
        return convolution(encoder, n_in, heads + 1)
    return SideBySide(convolution(encoder, n_in, heads), convolution(encoder, n_in, 1))


class SideBySide(nn.Module):
    """Two convolutions of the same input and graph, their outputs one after the other."""

    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor, graph: GraphForm) -> Tensor:
        """Return both outputs, shape (n_genes, width of the first + width of the second)."""
        return torch.cat([self.first(x, graph), self.second(x, graph)], dim=1)


class GraphAttention(nn.Module):
    """Graph attention (Velickovic et al. 2018, eq. 1 to 5) as masked dense attention.

    Equals ``torch_geometric.nn.GATConv(n_in, n_out, heads)``: gene i takes the mean of W x_j over its
    neighbours j and itself, weighted by the softmax of LeakyReLU(s . W x_j + t . W x_i); heads concatenated,
    plus a bias.

    Per head, training keeps two arrays of shape (n_genes, n_genes): 64 MB each for four heads and 2000 genes.

    Parameters
    ----------
    n_in, n_out
        Width of the input, and of the output of one head.
    heads
        Number of attention heads.

    Shapes
    ------
    Input (n_genes, n_in), output (n_genes, heads * n_out).
    """

    negative_slope = 0.2

    def __init__(self, n_in: int, n_out: int, heads: int = 1) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(heads * n_out, n_in)))
        self.source = nn.Parameter(nn.init.xavier_uniform_(torch.empty(heads, n_out)))
        self.target = nn.Parameter(nn.init.xavier_uniform_(torch.empty(heads, n_out)))
        self.bias = nn.Parameter(torch.zeros(heads * n_out))

    def forward(self, x: Tensor, mask: NeighbourMask) -> Tensor:
        """Return the new states of all genes; every gene must have a self-loop in the mask."""
        values = functional.linear(x, self.weight).view(len(x), *self.source.shape).transpose(0, 1)
        source = values @ self.source[:, :, None]  # (heads, n_genes, 1)
        target = values @ self.target[:, :, None]
        # In place, because the sum itself is needed no more and three such arrays at a time are enough.
        scores = functional.leaky_relu(target + source.mT, self.negative_slope, inplace=True)
        message = (scores + mask.bias).softmax(dim=2) @ values
        return message.transpose(0, 1).reshape(len(x), -1) + self.bias


class GPSLayer(nn.Module):
    """GPS layer (Rampasek et al. 2022) behind a linear layer that gives it its width.

    Equals ``torch_geometric.nn.GPSConv(width, GCNConv(width, width), heads, norm="graph_norm")`` after a
    linear layer n_in -> width: a graph convolution and an attention over all genes side by side, each with
    residual and norm, then a two-layer ReLU MLP on their sum with residual and norm. Without dropout. The
    norms are `GraphNorm`, as in the rest of the encoder; the paper has batch norm. The MLP is twice as wide
    inside.

    Parameters
    ----------
    n_in, width
        Width of input and output.
    heads
        Number of heads of the attention.
    """

    def __init__(self, n_in: int, width: int, heads: int) -> None:
        super().__init__()
        self.widen = nn.Linear(n_in, width)
        self.local = GraphConvolution(width, width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.norm_local, self.norm_attention, self.norm_mlp = (GraphNorm(width) for _ in range(3))

    def forward(self, x: Tensor, propagation: Tensor) -> Tensor:
        """Return states of shape (n_genes, width) for x of shape (n_genes, n_in)."""
        x = self.widen(x)
        batch = x[None]
        attended = self.attention(batch, batch, batch, need_weights=False)[0].squeeze(0)
        hidden = self.norm_local(self.local(x, propagation) + x) + self.norm_attention(attended + x)
        states: Tensor = self.norm_mlp(hidden + self.mlp(hidden))
        return states
