"""Performer: transformer layers whose attention costs time and memory linear in the number of tokens."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-4
"""Added to each exponential of a random feature, as in the authors' code: no token is forgotten entirely."""


def orthogonal_projection(n_features: int, width: int) -> Tensor:
    """Draw the directions of the random features: Gaussian vectors, orthogonal in blocks of `width`.

    A block is a random rotation (uniform: the signs that QR leaves open are those of R's diagonal) whose rows
    get the lengths of independent Gaussian vectors. Each row on its own is then a standard Gaussian vector,
    so the kernel estimate stays unbiased, and orthogonal ones estimate it with less variance (Choromanski et
    al. 2021, theorem 2).

    Returns
    -------
    Tensor
        Shape (n_features, width), from torch's global generator, on the CPU.
    """
    blocks = []
    for _ in range(math.ceil(n_features / width)):
        rotation, upper = torch.linalg.qr(torch.randn(width, width))
        blocks.append((rotation * upper.diagonal().sign()).T)
    lengths = torch.randn(n_features, width).norm(dim=1, keepdim=True)
    directions: Tensor = torch.cat(blocks)[:n_features] * lengths
    return directions


def positive_features(
    x: Tensor, projection: Tensor, *, shared: tuple[int, ...] = (), epsilon: float = EPSILON
) -> Tensor:
    """Map tokens to positive random features whose inner products estimate exp(x . y).

    ``exp(w . x - |x|^2 / 2) / sqrt(m)`` for each of the m rows w of the projection (Choromanski et al. 2021,
    lemma 1). The largest ``w . x`` is subtracted in the exponent, so that nothing overflows; this scales the
    features by a factor, which attention cancels if it belongs to one query or to all keys.

    Parameters
    ----------
    x
        Shape (..., width).
    projection
        Shape (m, width).
    shared
        Further dimensions over which the maximum is taken; the dimension of the features always is one.
    epsilon
        Added to each exponential.

    Returns
    -------
    Tensor
        Shape (..., m).
    """
    exponent = x @ projection.T
    largest = exponent.detach().amax(dim=(*shared, -1), keepdim=True)
    scale = math.log(len(projection)) / 2
    exponent.sub_(x.square().sum(-1, keepdim=True) / 2 + (largest + scale))
    return exponent.exp_() + epsilon * math.exp(-scale)


def linear_attention(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Return the mean of the values, weighted for each query by its inner products with the keys.

    The inner products themselves, n_queries x n_keys numbers, are never formed.

    Parameters
    ----------
    queries, keys
        Positive features, shapes (..., n_queries, m) and (..., n_keys, m).
    values
        Shape (..., n_keys, width).

    Returns
    -------
    Tensor
        Shape (..., n_queries, width).
    """
    counted = functional.pad(values, (0, 1), value=1.0)  # the last column sums the weights
    sums = queries @ (keys.transpose(-1, -2) @ counted)
    return sums[..., :-1] / sums[..., -1:]


@dataclass(frozen=True)
class PerformerShape:
    """Sizes of a Performer.

    Parameters
    ----------
    width
        Of the states.
    depth
        Number of layers.
    heads, head_width
        Number of attention heads, and the width of a query, key or value of one.
    features
        Random features of a head.
    hidden
        Width inside the feed-forward part.
    """

    width: int
    depth: int
    heads: int
    head_width: int
    features: int
    hidden: int

    @classmethod
    def usual(cls, width: int, depth: int, heads: int) -> PerformerShape:
        """Split the width among the heads, with d ln d features for a head of width d, and 4 x width inside.

        Raises
        ------
        ValueError
            If the heads do not divide the width.
        """
        if heads < 1 or width < 1 or width % heads:
            raise ValueError(f"width {width} is not a multiple of {heads} heads")
        each = width // heads
        return cls(width, depth, heads, each, max(1, int(each * math.log(each))), 4 * width)


class PerformerLayer(nn.Module):
    """Self-attention and a feed-forward part, each on normalised states and added to them.

    The random directions are drawn once, when the layer is made, and all heads use the same.

    Parameters
    ----------
    shape
        Sizes.
    """

    projection: Tensor

    def __init__(self, shape: PerformerShape) -> None:
        super().__init__()
        self.heads, self.head_width = shape.heads, shape.head_width
        attended = shape.heads * shape.head_width
        self.attention_norm = nn.LayerNorm(shape.width)
        self.query = nn.Linear(shape.width, attended, bias=False)
        self.key = nn.Linear(shape.width, attended, bias=False)
        self.value = nn.Linear(shape.width, attended, bias=False)
        self.out = nn.Linear(attended, shape.width)
        self.register_buffer("projection", orthogonal_projection(shape.features, shape.head_width))
        self.feed_norm = nn.LayerNorm(shape.width)
        self.feed_in = nn.Linear(shape.width, shape.hidden)
        self.feed_out = nn.Linear(shape.hidden, shape.width)

    def forward(self, states: Tensor, chosen: Tensor | None = None) -> Tensor:
        """Return the next states of all tokens, or of the chosen ones only.

        Parameters
        ----------
        states
            Shape (n_cells, n_tokens, width).
        chosen
            Positions of the tokens wanted of each cell, shape (n_cells, n_chosen). All tokens are attended
            to all the same.

        Returns
        -------
        Tensor
            Shape (n_cells, n_tokens or n_chosen, width).
        """
        normalised = self.attention_norm(states)
        keys, values = self._by_head(self.key, normalised), self._by_head(self.value, normalised)
        if chosen is not None:
            rows = chosen[..., None].expand(-1, -1, states.shape[-1])
            states, normalised = states.gather(1, rows), normalised.gather(1, rows)
        queries = self._by_head(self.query, normalised)
        scale = self.head_width**-0.25  # both sides together: exp(q . k / sqrt(width of a head))
        attended = linear_attention(
            positive_features(queries * scale, self.projection),
            positive_features(keys * scale, self.projection, shared=(0, 2)),  # one factor per cell
            values,
        )
        states = states + self.out(attended.movedim(0, 2).flatten(2))
        fed: Tensor = self.feed_out(functional.gelu(self.feed_in(self.feed_norm(states))))
        return states + fed

    def _by_head(self, linear: nn.Linear, states: Tensor) -> Tensor:
        """Return shape (heads, n_cells, n_tokens, head_width); with heads first, products are batched."""
        split: Tensor = linear(states).unflatten(2, (self.heads, self.head_width))
        return split.movedim(2, 0).contiguous()


class Performer(nn.Module):
    """Layers one after the other, and a last normalisation.

    Parameters
    ----------
    shape
        Sizes.
    """

    def __init__(self, shape: PerformerShape) -> None:
        super().__init__()
        self.layers = nn.ModuleList(PerformerLayer(shape) for _ in range(shape.depth))
        self.norm = nn.LayerNorm(shape.width)

    def forward(self, states: Tensor, chosen: Tensor | None = None) -> Tensor:
        """Return the last states of all tokens, or the same of the chosen ones at less cost.

        Parameters
        ----------
        states, chosen
            As for a layer.
        """
        last = len(self.layers) - 1
        for number, layer in enumerate(self.layers):
            states = layer(states, chosen if number == last else None)
        normalised: Tensor = self.norm(states)
        return normalised
