"""Weights of this project's fused layers in the form of torch_geometric's, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from geneboard.methods.layers import GraphTransformer

_PARTS = ("lin_query", "lin_key", "lin_value", "lin_skip")


def stacked(convolutions: Sequence[Any], parameter: str, *, gradient: bool = False) -> Tensor:
    """Return the weights of some TransformerConv as those of one `GraphTransformer` with the heads of all.

    Parameters
    ----------
    convolutions
        ``torch_geometric.nn.TransformerConv`` with the same input and the same width of a head.
    parameter
        ``"weight"`` or ``"bias"``.
    gradient
        Return the gradients instead.
    """
    rows = []
    for part in _PARTS:
        for convolution in convolutions:
            value = getattr(getattr(convolution, part), parameter)
            rows.append(value.grad if gradient else value.detach())
    return torch.cat(rows)


@torch.no_grad()
def to_transformer_convs(layer: GraphTransformer, convolutions: Sequence[Any]) -> None:
    """Give one or several TransformerConv the weights of a layer, heads in their order."""
    heads = [convolution.heads * convolution.out_channels for convolution in convolutions]
    for parameter in ("weight", "bias"):
        blocks = iter(getattr(layer.projections, parameter).split(heads * len(_PARTS)))
        for part in _PARTS:
            for convolution in convolutions:
                getattr(getattr(convolution, part), parameter).copy_(next(blocks))
