"""Weight-shared masked autoencoder: restores the gene graph from features with hidden entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.autoencoders import MaskedAutoencoder, adam, train_and_embed
from geneboard.methods.base import GeneEmbeddings, Method, Progress
from geneboard.methods.decoders import with_decoder_auc
from geneboard.methods.layers import EdgeDecoder, dense_adjacency, sharing_groups
from geneboard.methods.training import seeded


@dataclass(frozen=True)
class WSMAE(Method):
    """Weight-shared masked autoencoder, a baseline introduced with MuSe-GNN (Liu et al. 2023).

    Linear layers n_cells -> 128 -> 64 -> 32 with Mish between encode each gene from its features, a quarter
    of which are set to 0 in a draw anew at each step. The first layer is each dataset's own, the others
    belong to all datasets of a modality and tissue. The decoder, one per dataset, is that of MuSe-GNN: it
    turns the inner products of the embeddings into logits of the adjacency. The loss is the mean binary
    cross-entropy over all its entries. The embedding is that of the features without mask. An epoch is one
    Adam step per dataset, in order.

    Deviations from the published script:

    - The mask is drawn anew at each step, each entry on its own; there once before training, with a fixed
      number of draws with replacement, which hid 22 % instead of 25 %.
    - The embedding is that of the features without mask; there of the masked ones.
    - Sigmoid and cross-entropy are computed as one, which is exact also where the sigmoid rounds to 0 or 1.
    - The decoder's Mish takes its input as at least -30, and its first layer multiplies Z (W Z)^T, as in
      MuSe-GNN here (`FlooredMish`, `EdgeDecoder`); the result is the same up to rounding.

    Parameters
    ----------
    epochs
        Passes over the datasets.
    learning_rate, decoder_learning_rate
        Adam step size of encoders and decoders.
    masked_share
        Probability that an entry of the input is hidden.
    patience
        Stop early when the mean loss of so many epochs hardly falls, see `train`; 0 trains all.
    """

    name = "wsmae"
    title = "WSMAE"
    reference = "arXiv:2310.02275"
    kind = "published"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 100}

    epochs: int = 2000
    learning_rate: float = 1e-4
    decoder_learning_rate: float = 5e-4
    masked_share: float = 0.25
    patience: int = 0

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train on a tissue and embed its genes in 32 dimensions."""
        with seeded(seed, device) as (rng, place):
            network = EdgeAutoencoder(tissue.graphs, self.masked_share, rng, place).to(place)
            optimizer = adam(
                (network.encoder, self.learning_rate), (network.decoders, self.decoder_learning_rate)
            )
            embeddings = train_and_embed(self, network, optimizer, tissue, progress, rng)
            with torch.no_grad():
                logits = [network.decode(i).cpu().numpy() for i in range(len(tissue.graphs))]
        return with_decoder_auc(embeddings, tissue, logits)


class EdgeAutoencoder(MaskedAutoencoder):
    """Encoder of the features with shared layers, and a decoder of the edges for each dataset.

    Parameters
    ----------
    graphs, share, rng, device
        As in `MaskedAutoencoder`.
    """

    def __init__(
        self, graphs: tuple[GeneGraph, ...], share: float, rng: np.random.Generator, device: torch.device
    ) -> None:
        super().__init__(graphs, sharing_groups(graphs)[0], share, rng, device)
        self.targets = [dense_adjacency(graph.adjacency, device) for graph in graphs]
        self.decoders = nn.ModuleList(EdgeDecoder(graph.n_genes) for graph in graphs)

    def decode(self, dataset: int) -> Tensor:
        """Return the logits of a dataset's adjacency without mask, shape (n_genes, n_genes)."""
        logits: Tensor = self.decoders[dataset](self.embed(dataset))
        return logits

    def losses(self, dataset: int) -> dict[str, Tensor]:
        """Return the cross-entropy of a dataset's adjacency, restored from a new mask."""
        logits = self.decoders[dataset](self.embed_masked(dataset))
        return {"loss": functional.binary_cross_entropy_with_logits(logits, self.targets[dataset])}
