"""The product of learnable edge weights with the states of genes, in memory that follows the edges."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

# What is used of it is tested here against dense products, forwards and backwards.
warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta state")


class Edges(nn.Module):
    """Edges of a graph, and where each is in the transposed graph.

    Parameters
    ----------
    graph
        Shape (n_rows, n_columns); an edge for each stored entry, whose value does not matter.
    """

    row_starts: Tensor
    columns: Tensor
    column_starts: Tensor
    rows: Tensor
    order: Tensor

    def __init__(self, graph: sparse.csr_array) -> None:
        super().__init__()
        self.shape = (int(graph.shape[0]), int(graph.shape[1]))
        numbered = sparse.csr_array((np.arange(graph.nnz), graph.indices, graph.indptr), shape=self.shape)
        turned = sparse.csr_array(numbered.T)
        for name, array in (
            ("row_starts", numbered.indptr),
            ("columns", numbered.indices),
            ("column_starts", turned.indptr),
            ("rows", turned.indices),
            ("order", turned.data),
        ):
            kind = np.int64 if name == "order" else np.int32
            self.register_buffer(name, torch.from_numpy(array.astype(kind)), persistent=False)

    def __len__(self) -> int:
        return len(self.columns)

    def forward(self, weights: Tensor, states: Tensor) -> Tensor:
        """Return for every row the sum of its neighbours' states, each times the weight of the edge.

        Parameters
        ----------
        weights
            Shape (n_edges,), in the order of the rows, then of the columns.
        states
            Shape (n_columns, n_states).

        Returns
        -------
        torch.Tensor
            Shape (n_rows, n_states).
        """
        if not len(self):
            return states.new_zeros(self.shape[0], states.shape[1])
        if states.is_cuda or torch.backends.mkl.is_available():  # type: ignore[no-untyped-call]
            product: Tensor = _SparseProduct.apply(weights, states, self)  # type: ignore[no-untyped-call]
            return product
        # Without MKL a processor has no product of sparse matrices; this is the same, at half the speed.
        return functional.embedding_bag(
            self.columns, states, self.row_starts[:-1], mode="sum", per_sample_weights=weights
        )


class _SparseProduct(torch.autograd.Function):
    """As torch's own product of a CSR matrix, but with a gradient for the stored entries alone."""

    @staticmethod
    def forward(ctx: Any, weights: Tensor, states: Tensor, edges: Edges) -> Tensor:
        ctx.save_for_backward(weights, states)
        ctx.edges = edges
        return _matrix(edges.row_starts, edges.columns, weights, edges.shape) @ states

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        weights, states = ctx.saved_tensors
        edges: Edges = ctx.edges
        gradient = gradients[0].contiguous()
        of_weights = of_states = None
        if ctx.needs_input_grad[0]:
            pattern = _matrix(edges.row_starts, edges.columns, torch.zeros_like(weights), edges.shape)
            of_weights = torch.sparse.sampled_addmm(pattern, gradient, states.T, beta=0).values()
        if ctx.needs_input_grad[1]:
            turned = _matrix(edges.column_starts, edges.rows, weights[edges.order], edges.shape[::-1])
            of_states = turned @ gradient
        return of_weights, of_states, None


def _matrix(starts: Tensor, indices: Tensor, values: Tensor, shape: tuple[int, int]) -> Tensor:
    return torch.sparse_csr_tensor(starts, indices, values, shape, check_invariants=False)
