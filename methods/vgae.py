"""Variational graph auto-encoder: GAE whose embedding is a normal distribution for each gene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from geneboard.datasets.base import GeneGraph
from geneboard.methods.base import EMBEDDING_DIM
from geneboard.methods.gae import GAE, GraphAutoencoder, reconstruction
from geneboard.methods.layers import GraphConvolution


@dataclass(frozen=True)
class VGAE(GAE):
    """Variational graph auto-encoder (Kipf and Welling 2016), as set up for the comparison with MuSe-GNN.

    The convolutions of GAE, with two third layers side by side: one gives the mean and one the logarithm of
    the standard deviation σ of each gene's embedding. Both are shared by the datasets of a modality and
    tissue. Training decodes a sample mean + σ ε, with ε drawn anew at each step; the embedding is the mean.

    With G genes the loss of a step is

        mean over all G x G entries of the cross-entropy of the adjacency (inner products as logits)
        + 1/G * mean over genes of KL(N(mean, σ²) || N(0, 1)), summed over the 32 dimensions.

    The cross-entropy is a mean over G² entries where the evidence lower bound has a sum, so a sum over
    genes of KL has to be divided by G² too. That is the mean over genes and a further 1/G, as in Kipf's
    implementation.

    Deviations from the published script:

    - The inner products go into the loss as logits; there a sigmoid came before the loss, which applies its
      own.
    - Mish follows the first layer once; there it was applied twice.
    - The mean KL over genes is multiplied by 1/G; there it was not.

    Parameters
    ----------
    epochs
        Passes over the datasets.
    learning_rate
        Adam step size.
    patience
        Stop early when the mean loss of so many epochs hardly falls, see `train`; 0 trains all.
    """

    name = "vgae"
    title = "VGAE"
    reference = "arXiv:1611.07308"
    kind = "published"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 200}

    epochs: int = 3000
    learning_rate: float = 1e-3

    def network(self, graphs: tuple[GeneGraph, ...], device: torch.device) -> GraphAutoencoder:
        """Return a network for the datasets; its layers are on the CPU."""
        return VariationalGraphAutoencoder(graphs, device)


class VariationalGraphAutoencoder(GraphAutoencoder):
    """Convolutions with a second head for log σ, and inner products of samples.

    Parameters
    ----------
    graphs
        The datasets.
    device
        Where to put their features and adjacencies; the layers are made on the CPU.
    """

    def __init__(self, graphs: tuple[GeneGraph, ...], device: torch.device) -> None:
        super().__init__(graphs, device)
        self.log_sigma = nn.ModuleList(
            GraphConvolution(2 * EMBEDDING_DIM, EMBEDDING_DIM) for _ in self.encoder.third
        )

    def distribution(self, dataset: int) -> tuple[Tensor, Tensor]:
        """Return mean and log σ of a dataset, both of shape (n_genes, 32)."""
        graph, family = self.inputs[dataset], self.encoder.group[dataset]
        hidden = self.encoder.hidden(dataset, graph)
        mean: Tensor = self.encoder.third[family](hidden, graph.propagation)
        log_sigma: Tensor = self.log_sigma[family](hidden, graph.propagation)
        return mean, log_sigma

    def losses(self, dataset: int) -> dict[str, Tensor]:
        """Return the loss of a sample and its parts: reconstruction, and KL as a mean over genes."""
        mean, log_sigma = self.distribution(dataset)
        noise = torch.randn(mean.shape).to(mean.device)  # from the CPU, so that devices draw the same
        z = mean + log_sigma.exp() * noise
        parts = {
            "reconstruction": reconstruction(z, self.inputs[dataset].target),
            "kl": mean_divergence(mean, log_sigma),
        }
        return {"loss": parts["reconstruction"] + parts["kl"] / len(mean), **parts}


def mean_divergence(mean: Tensor, log_sigma: Tensor) -> Tensor:
    """Return KL(N(mean, σ²) || N(0, 1)), summed over dimensions and averaged over genes.

    Parameters
    ----------
    mean, log_sigma
        Shape (n_genes, dim).
    """
    per_entry = mean.square() + (2 * log_sigma).exp() - 1 - 2 * log_sigma
    return per_entry.sum(dim=1).mean() / 2
