"""What the autoencoders share: from a network to embeddings, optimiser, masked input, dense encoder."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Progress
from geneboard.methods.training import train

MASK_LEVELS = 2**16
"""Masked shares are multiples of one part in so many: two random bytes decide about an entry."""


class Autoencoder(nn.Module, ABC):
    """A network for the datasets of a tissue, together with its inputs and targets."""

    @abstractmethod
    def losses(self, dataset: int) -> Mapping[str, Tensor]:
        """Return the losses of a training step on a dataset, ``"loss"`` and its parts."""

    @abstractmethod
    def embed(self, dataset: int) -> Tensor:
        """Return the embedding of a dataset, shape (n_genes, 32)."""


class Schedule(Protocol):
    """What training needs to know of a method."""

    name: ClassVar[str]

    @property
    def epochs(self) -> int:
        """Passes over the datasets."""

    @property
    def patience(self) -> int:
        """Stop early when the mean loss of so many epochs hardly falls; 0 trains all."""


def train_and_embed(
    method: Schedule,
    network: Autoencoder,
    optimizer: torch.optim.Optimizer,
    tissue: Tissue,
    progress: Progress,
    rng: np.random.Generator | None = None,
) -> GeneEmbeddings:
    """Train with one step per dataset and epoch, in order, then embed all genes.

    Parameters
    ----------
    method
        Name and length of the training.
    network
        Made for this tissue.
    optimizer
        Steps its parameters.
    tissue
        Gene graphs, for the names.
    progress
        Called after each epoch.
    rng
        What the losses draw from, if anything.
    """
    history = train(
        network.losses,
        network,
        optimizer,
        rng=rng,
        method=method.name,
        epochs=method.epochs,
        steps=len(tissue.graphs),
        progress=progress,
        patience=method.patience,
    )
    with torch.no_grad():
        values = [network.embed(i).cpu().numpy() for i in range(len(tissue.graphs))]
    return GeneEmbeddings.of(tissue, values, history)


def adam(*parts: tuple[nn.Module, float]) -> torch.optim.Optimizer:
    """Return Adam for the given parts of a network, each with its step size."""
    groups = [{"params": list(part.parameters()), "lr": step_size} for part, step_size in parts]
    return torch.optim.Adam(groups, fused=True)


def masked(features: Tensor, share: float, rng: np.random.Generator) -> Tensor:
    """Return a copy in which each entry is 0 with a given probability, whatever the other entries are.

    The mask is drawn on the CPU, so that it is the same on every device.

    Parameters
    ----------
    features
        Shape (n_genes, n_cells); stays as it is.
    share
        The probability, 0 to 1.
    rng
        Where the mask is drawn from.
    """
    kept = rng.integers(MASK_LEVELS, size=features.shape, dtype=np.uint16) >= round(share * MASK_LEVELS)
    return features * torch.from_numpy(kept).to(features.device)


class DenseEncoder(nn.Module):
    """Linear layers n_cells -> 128 -> 64 -> 32 with Mish between, for each gene on its own.

    Parameters
    ----------
    graphs
        The datasets. Each has a first layer of its own.
    group
        Number of the group of each dataset, from 0; the second and third layer belong to the group.

    Shapes
    ------
    Input (n_genes, n_cells), output (n_genes, 32).
    """

    def __init__(self, graphs: Sequence[GeneGraph], group: Sequence[int]) -> None:
        super().__init__()
        width = EMBEDDING_DIM
        self.group = list(group)
        self.first = nn.ModuleList(nn.Linear(graph.features.shape[1], 4 * width) for graph in graphs)
        self.rest = nn.ModuleList(
            nn.Sequential(nn.Mish(), nn.Linear(4 * width, 2 * width), nn.Mish(), nn.Linear(2 * width, width))
            for _ in range(max(self.group) + 1)
        )

    def forward(self, dataset: int, features: Tensor) -> Tensor:
        """Return the embedding of a dataset's genes."""
        embedding: Tensor = self.rest[self.group[dataset]](self.first[dataset](features))
        return embedding


class MaskedAutoencoder(Autoencoder):
    """A dense encoder that sees features with hidden entries in training; subclasses decode.

    Parameters
    ----------
    graphs
        The datasets.
    group
        Which datasets share layers, see `DenseEncoder`.
    share
        Probability that an entry of the input is hidden in a training step.
    rng
        Where masks are drawn from.
    device
        Where to put the features; the layers are made on the CPU.
    """

    def __init__(
        self,
        graphs: Sequence[GeneGraph],
        group: Sequence[int],
        share: float,
        rng: np.random.Generator,
        device: torch.device,
    ) -> None:
        super().__init__()
        self.share, self.rng = share, rng
        self.features = [torch.tensor(graph.features, device=device) for graph in graphs]
        self.encoder = DenseEncoder(graphs, group)

    def embed(self, dataset: int) -> Tensor:
        """Return the embedding of a dataset without mask, shape (n_genes, 32)."""
        embedding: Tensor = self.encoder(dataset, self.features[dataset])
        return embedding

    def embed_masked(self, dataset: int) -> Tensor:
        """Return the embedding of a dataset under a new mask, shape (n_genes, 32)."""
        embedding: Tensor = self.encoder(dataset, masked(self.features[dataset], self.share, self.rng))
        return embedding
