"""Neural-network layers that several methods share, on dense graphs.

Co-expression graphs connect 10 to 35 % of all gene pairs. At that density a masked dense matrix product
beats gathering and scattering along edge lists many times over, so every layer here works on (n_genes,
n_genes) arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from geneboard.datasets.base import GeneGraph

_NO_EDGE = -1e30
"""Score of a pair without an edge. Finite, so that a gene without any edge gives no NaN in the softmax."""


def sharing_groups(graphs: Sequence[GeneGraph]) -> tuple[list[int], int]:
    """Return which datasets share layers: those of one modality and tissue.

    Returns
    -------
    tuple of list of int and int
        Number of each dataset's group, and the number of groups.
    """
    families = [(graph.modality, graph.tissue) for graph in graphs]
    distinct = list(dict.fromkeys(families))
    return [distinct.index(family) for family in families], len(distinct)


@dataclass(frozen=True, eq=False)
class NeighbourMask:
    """Which genes a gene attends to, in the form the attention needs; made once per graph.

    Parameters
    ----------
    bias
        Float32 of shape (n_genes, n_genes), 0 where row attends to column, hugely negative elsewhere.
    connected
        Float32 of shape (n_genes, 1), 0 for genes that attend to nothing; None if there is no such gene.
    """

    bias: Tensor
    connected: Tensor | None

    @classmethod
    def of(cls, adjacency: sparse.csr_matrix, device: torch.device) -> NeighbourMask:
        """Make the mask of a boolean adjacency; self-loops stay as they are."""
        edges = torch.from_numpy(adjacency.toarray()).to(device)
        bias = torch.full(edges.shape, _NO_EDGE, device=device).masked_fill_(edges, 0.0)
        connected = edges.any(1, keepdim=True)
        return cls(bias, None if bool(connected.all()) else connected.float())


class GraphTransformer(nn.Module):
    """Graph transformer convolution (Shi et al. 2021, UniMP, eq. 3 and 4) as masked dense attention.

    Equals ``torch_geometric.nn.TransformerConv(n_in, n_out, heads)``: scaled dot-product attention over the
    neighbours, heads concatenated, plus a linear skip of the gene itself. Query, key, value and skip are one
    matrix; its rows are ordered (query, key, value, skip) x heads x n_out.

    Heads do not interact. Two convolutions with the same input and graph are therefore one layer with the
    heads of both, and the network of MuSe-GNN makes use of that.

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

    def __init__(self, n_in: int, n_out: int, heads: int = 1) -> None:
        super().__init__()
        self.heads, self.n_out = heads, n_out
        self.projections = nn.Linear(n_in, 4 * heads * n_out)

    def forward(self, x: Tensor, mask: NeighbourMask) -> Tensor:
        """Return the new states of all genes."""
        n_genes = len(x)
        *parts, skip = self.projections(x).chunk(4, dim=1)
        query, key, value = (part.view(1, n_genes, self.heads, self.n_out).transpose(1, 2) for part in parts)
        message = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask.bias)
        message = message.transpose(1, 2).reshape(n_genes, self.heads * self.n_out)
        if mask.connected is not None:
            message = message * mask.connected
        states: Tensor = message + skip
        return states


class GraphNorm(nn.Module):
    """Normalisation of each feature over the genes of one graph (Cai et al. 2021).

    Equals ``torch_geometric.nn.GraphNorm`` on a single graph. There are no running statistics, so training
    and evaluation do the same.

    Parameters
    ----------
    width
        Number of features.
    """

    epsilon = 1e-5
    """Added to the variance."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.bias = nn.Parameter(torch.zeros(width))
        self.mean_scale = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        """Normalise x of shape (n_genes, width)."""
        x = x - x.mean(0) * self.mean_scale
        normalised: Tensor = x * (self.weight / (x.square().mean(0) + self.epsilon).sqrt()) + self.bias
        return normalised


def dense_adjacency(adjacency: sparse.csr_matrix, device: torch.device) -> Tensor:
    """Return a boolean adjacency as zeros and ones, float32 of shape (n_genes, n_genes)."""
    return torch.from_numpy(adjacency.toarray()).to(device, torch.float32)


def normalised_adjacency(adjacency: sparse.csr_matrix, device: torch.device) -> Tensor:
    """Return the propagation matrix of a graph convolution, D^-1/2 (A with full diagonal) D^-1/2.

    Parameters
    ----------
    adjacency
        Boolean, shape (n_genes, n_genes). A self-loop that is there already counts once, as in GCNConv.
    device
        Where to put the result.

    Returns
    -------
    Tensor
        Float32, dense, shape (n_genes, n_genes).
    """
    dense = dense_adjacency(adjacency, device).fill_diagonal_(1.0)
    scale = dense.sum(1).rsqrt()
    return dense.mul_(scale[:, None]).mul_(scale)


class GraphConvolution(nn.Module):
    """Graph convolution (Kipf and Welling 2017), equal to ``torch_geometric.nn.GCNConv`` on a dense graph.

    Parameters
    ----------
    n_in, n_out
        Width of input and output.
    """

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_out, n_in)))
        self.bias = nn.Parameter(torch.zeros(n_out))

    def forward(self, x: Tensor, propagation: Tensor) -> Tensor:
        """Return ``propagation @ x @ weight.T + bias`` for x of shape (n_genes, n_in)."""
        return torch.addmm(self.bias, propagation, x @ self.weight.T)

    def on_propagated(self, propagated: Tensor) -> Tensor:
        """Return the same for ``propagated = propagation @ x``, which is constant if x is the input."""
        return functional.linear(propagated, self.weight, self.bias)


class FlooredMish(torch.autograd.Function):
    """Mish that treats anything below -30 as -30.

    There Mish is -3e-12 or less in size, nothing beside the other terms of a float32 sum. But from about
    -90 on it and its derivative are subnormal numbers, which decoders soon produce by the thousand, and
    with one such number in two hundred a matrix product takes ten times as long.
    """

    floor = -30.0

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """Return x * tanh(softplus(x)) with x floored."""
        floored = x.clamp(min=FlooredMish.floor)
        ctx.save_for_backward(floored)
        return functional.mish(floored)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        """Return the gradient times the derivative at the floored x."""
        (floored,) = ctx.saved_tensors
        product: Tensor = torch.ops.aten.mish_backward(gradient, floored)
        return product


def floored_mish(x: Tensor) -> Tensor:
    """Return Mish of x, see `FlooredMish`."""
    states: Tensor = FlooredMish.apply(x)  # type: ignore[no-untyped-call]
    return states


class EdgeDecoder(nn.Module):
    """MLP from the rows of Z Z^T to the logits of the adjacency: G -> G -> G -> G with Mish between.

    The first layer is computed as ``Z (W Z)^T + b``, which is ``Z Z^T W^T + b`` without the product of two
    G x G matrices: a third of the decoder's cost for embeddings much narrower than G.

    Parameters
    ----------
    n_genes
        G.
    """

    def __init__(self, n_genes: int) -> None:
        super().__init__()
        self.first = nn.Linear(n_genes, n_genes)
        self.second = nn.Linear(n_genes, n_genes)
        self.third = nn.Linear(n_genes, n_genes)

    def forward(self, z: Tensor) -> Tensor:
        """Return logits of shape (n_genes, n_genes) for embeddings of shape (n_genes, dim)."""
        hidden = floored_mish(functional.linear(z, self.first.weight @ z, self.first.bias))
        logits: Tensor = self.third(floored_mish(self.second(hidden)))
        return logits
