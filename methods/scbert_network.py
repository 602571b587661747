"""The network of scBERT: gene and expression embeddings, a Performer, and the prediction of levels."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from geneboard.methods.expression_levels import NO_TARGET, MaskedCells
from geneboard.methods.performer import Performer, PerformerShape


class ScBertNetwork(nn.Module):
    """Tokens are the genes of a cell; each starts as the sum of its gene vector and its level's vector.

    Parameters
    ----------
    gene_vectors
        Float32 of shape (n_genes, width). Not trained, as published.
    n_levels
        Levels of expressed entries. Tokens are 0 (not expressed), 1 to `n_levels`, and the mask.
    shape
        Sizes of the Performer.
    """

    gene_vectors: Tensor

    def __init__(self, gene_vectors: Tensor, n_levels: int, shape: PerformerShape) -> None:
        super().__init__()
        self.n_levels = n_levels
        self.register_buffer("gene_vectors", gene_vectors)
        self.level_vectors = nn.Embedding(n_levels + 2, shape.width)
        self.performer = Performer(shape)
        self.predict = nn.Linear(shape.width, n_levels + 2)

    @property
    def mask_token(self) -> int:
        """The token that stands for a hidden level."""
        return self.n_levels + 1

    @property
    def device(self) -> torch.device:
        """Where the network is."""
        return self.gene_vectors.device

    def states(self, genes: Tensor, tokens: np.ndarray, chosen: Tensor | None = None) -> Tensor:
        """Return the last states, shape (n_cells, n_tokens or n_chosen, width).

        Parameters
        ----------
        genes
            Rows of `gene_vectors`, shape (n_tokens,).
        tokens
            Shape (n_cells, n_tokens).
        chosen
            Positions in `genes` of the states wanted of each cell, shape (n_cells, n_chosen); None: all.
        """
        levels = self.level_vectors(torch.from_numpy(tokens).to(self.device))
        states: Tensor = self.performer(self.gene_vectors[genes] + levels, chosen)
        return states

    def loss(self, genes: Tensor, cells: MaskedCells) -> Tensor:
        """Return the mean cross-entropy of the chosen levels; 0 if no entry is expressed."""
        chosen, targets = (torch.from_numpy(part).to(self.device) for part in (cells.chosen, cells.targets))
        logits = self.predict(self.states(genes, cells.tokens, chosen))
        total = functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=NO_TARGET, reduction="sum"
        )
        return total / max(1, cells.n_targets)

    @torch.no_grad()
    def mean_states(self, genes: Tensor, levels: np.ndarray, batch_size: int) -> np.ndarray:
        """Return the mean over all cells of each gene's last state, nothing masked.

        Parameters
        ----------
        genes
            Rows of `gene_vectors`, shape (n_tokens,).
        levels
            Shape (n_cells, n_tokens).
        batch_size
            Cells at a time.

        Returns
        -------
        numpy.ndarray
            Float64 of shape (n_tokens, width).
        """
        total = torch.zeros(len(genes), self.gene_vectors.shape[1], dtype=torch.float64, device=self.device)
        for start in range(0, len(levels) if len(genes) else 0, batch_size):
            total += self.states(genes, levels[start : start + batch_size]).sum(0, dtype=torch.float64)
        return (total / len(levels)).cpu().numpy()
