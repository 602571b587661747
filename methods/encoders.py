"""The graph convolutions that the encoder of MuSe-GNN can be made of, all with the same widths."""

from __future__ import annotations

import inspect
from typing import Any

import torch
from scipy import sparse
from torch import Tensor, nn

from geneboard.datasets.errors import closest
from geneboard.methods.base import EMBEDDING_DIM
from geneboard.methods.layers import GraphTransformer, NeighbourMask

TRANSFORMER = "transformer"
"""The published encoder: the one that is computed on dense arrays, not by torch_geometric on edge lists."""

SHORT_NAMES = {"gcn": "GCNConv", "gat": "GATConv", "gps": "GPSConv"}

GraphForm = NeighbourMask | Tensor
"""What a convolution takes as graph: a mask, or edges of shape (2, n_edges), source first."""


def check_encoder(encoder: str) -> None:
    """Check that a convolution can be made of two widths and applied to states and edges, on three genes.

    Raises
    ------
    ValueError
        If it cannot, or there is no such convolution.
    """
    if encoder == TRANSFORMER:
        return
    known = [TRANSFORMER, *SHORT_NAMES, *_convolutions()]
    if encoder not in known:
        raise ValueError(f"there is no encoder {encoder!r}{closest(encoder, known)}")
    edges = torch.tensor([[0, 0, 1, 1, 2], [0, 1, 0, 2, 1]])
    try:
        with torch.random.fork_rng(devices=[]):
            width = convolution(encoder, 8, 2 * EMBEDDING_DIM, heads=2)(torch.ones(3, 8), edges).shape[1]
    except (TypeError, ValueError, RuntimeError, ImportError, AttributeError, AssertionError) as error:
        fault = str(error).partition("\n")[0]
    else:
        if width == 2 * EMBEDDING_DIM:
            return
        fault = f"its output is {width} wide, not {2 * EMBEDDING_DIM}"
    raise ValueError(f"the encoder {encoder!r} cannot be made of widths, states and edges alone: {fault}")


def _convolutions() -> list[str]:
    """Return the names of the convolutions of torch_geometric from one width to another along edges."""
    from torch_geometric.nn import conv

    def takes(function: Any, *names: str) -> bool:
        return set(names) <= set(inspect.signature(function).parameters)

    classes = {name: getattr(conv, name) for name in conv.__all__ if name.endswith("Conv")}
    return ["GPSConv"] + [
        name
        for name, one in classes.items()
        if takes(one.__init__, "in_channels", "out_channels") and takes(one.forward, "x", "edge_index")
    ]


def graph_form(encoder: str, adjacency: sparse.csr_matrix, device: torch.device) -> GraphForm:
    """Return a boolean adjacency in the form that the convolutions of an encoder take it in."""
    if encoder == TRANSFORMER:
        return NeighbourMask.of(adjacency, device)
    return torch.from_numpy(adjacency.toarray().T).nonzero().T.contiguous().to(device)


def convolution(encoder: str, n_in: int, width: int, heads: int) -> nn.Module:
    """Return a convolution from `n_in` features to `width`.

    Parameters
    ----------
    encoder
        ``"transformer"``, a short name, or the name of a convolution in ``torch_geometric.nn``.
    n_in, width
        Width of input and output.
    heads
        Attention heads that the output is of, each with its part of the width, if it has any.
    """
    if encoder == TRANSFORMER:
        return GraphTransformer(n_in, width // heads, heads)
    from torch_geometric.nn import conv

    name = SHORT_NAMES.get(encoder, encoder)
    if name == "GPSConv":
        return GPSLayer(n_in, width, heads)
    named: Any = getattr(conv, name)
    with_heads = {"heads", "concat"} <= set(inspect.signature(named.__init__).parameters)
    layer: nn.Module = named(n_in, width // heads, heads=heads) if with_heads else named(n_in, width)
    return layer


def convolution_with_skip(encoder: str, n_in: int, width: int, heads: int) -> nn.Module:
    """Return two convolutions of the same input, side by side: one of some heads, and a skip of width 32.

    Heads of the graph transformer do not interact and start with weights that depend on the width of the
    input only. Where they are 32 wide the skip is simply one more head.

    Parameters
    ----------
    encoder, n_in, width, heads
        As for `convolution`, of the first one; its output comes first.
    """
    if encoder == TRANSFORMER and width == heads * EMBEDDING_DIM:
        return convolution(encoder, n_in, width + EMBEDDING_DIM, heads + 1)
    return SideBySide(convolution(encoder, n_in, width, heads), convolution(encoder, n_in, EMBEDDING_DIM, 1))


class SideBySide(nn.Module):
    """Two convolutions of the same input and graph, their outputs one after the other."""

    def __init__(self, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.first, self.second = first, second

    def forward(self, x: Tensor, graph: GraphForm) -> Tensor:
        """Return both outputs, shape (n_genes, width of the first + width of the second)."""
        return torch.cat([self.first(x, graph), self.second(x, graph)], dim=1)


class GPSLayer(nn.Module):
    """GPS layer (Rampasek et al. 2022) behind a linear layer that gives it its width.

    A graph convolution and an attention over all genes side by side. Its norms are `GraphNorm`, as in the
    rest of the encoder; the paper has batch norm.

    Parameters
    ----------
    n_in, width
        Width of input and output.
    heads
        Number of heads of the attention.
    """

    def __init__(self, n_in: int, width: int, heads: int) -> None:
        from torch_geometric.nn import GCNConv, GPSConv

        super().__init__()
        self.widen = nn.Linear(n_in, width)
        self.layer = GPSConv(width, GCNConv(width, width), heads=heads, norm="graph_norm")

    def forward(self, x: Tensor, edges: Tensor) -> Tensor:
        """Return states of shape (n_genes, width) for x of shape (n_genes, n_in)."""
        states: Tensor = self.layer(self.widen(x), edges)
        return states
