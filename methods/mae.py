"""Masked autoencoder: restores hidden entries of a dataset's features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.autoencoders import MaskedAutoencoder, adam, train_and_embed
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.layers import sharing_groups
from geneboard.methods.training import seeded


@dataclass(frozen=True)
class MAE(Method):
    """Masked autoencoder (after He et al. 2022), as set up for the comparison with MuSe-GNN.

    The graph plays no part. Linear layers n_cells -> 128 -> 64 -> 32 with Mish between encode each gene from
    its features, a quarter of which are set to 0 in a draw anew at each step. The first layer is each
    dataset's own, the others belong to all datasets of a modality and tissue: the paper does not say so of
    this baseline, but the published script, which made its numbers, does it. Layers 32 -> 64 -> 128 ->
    n_cells, each dataset's own, decode. The loss is the mean squared error against the
    features without mask, over all entries, hidden or not. The embedding is that of the features without
    mask. An epoch is one Adam step per dataset, in order.

    Deviations from the published script:

    - The mask is on the input only; there it was written into the target as well.
    - It is drawn anew at each step, each entry on its own; there once before training, with a fixed number
      of draws with replacement, which hid 22 % instead of 25 %.
    - The optimiser steps the decoder; there it had an optimiser that was never called.
    - The embedding is that of the features without mask; there of the masked ones.

    Parameters
    ----------
    epochs
        Passes over the datasets.
    learning_rate, decoder_learning_rate
        Adam step size of encoders and decoders.
    masked_share
        Probability that an entry of the input is hidden.
    share_weights
        False gives each dataset an encoder of its own; nothing then relates the datasets.
    patience
        Stop early when the mean loss of so many epochs hardly falls, see `train`; 0 trains all.
    """

    name = "mae"
    title = "MAE"
    reference = "arXiv:2111.06377"
    kind = "published"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 200}

    epochs: int = 1000
    learning_rate: float = 5e-4
    decoder_learning_rate: float = 1e-3
    masked_share: float = 0.25
    share_weights: bool = True
    patience: int = 0

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train on a tissue and embed its genes in 32 dimensions."""
        with seeded(seed, device) as (rng, place):
            group = sharing_groups(tissue.graphs)[0] if self.share_weights else range(len(tissue.graphs))
            network = FeatureAutoencoder(tissue.graphs, group, self.masked_share, rng, place).to(place)
            return train_and_embed(self, network, self.optimizer(network), tissue, progress, rng)

    def optimizer(self, network: FeatureAutoencoder) -> torch.optim.Optimizer:
        """Return Adam with the learning rates of encoders and decoders."""
        return adam((network.encoder, self.learning_rate), (network.decoders, self.decoder_learning_rate))


class FeatureAutoencoder(MaskedAutoencoder):
    """Encoder and decoder of the features for each dataset.

    Parameters
    ----------
    graphs, group, share, rng, device
        As in `MaskedAutoencoder`.
    """

    def __init__(
        self,
        graphs: tuple[GeneGraph, ...],
        group: Sequence[int],
        share: float,
        rng: np.random.Generator,
        device: torch.device,
    ) -> None:
        super().__init__(graphs, group, share, rng, device)
        self.decoders = nn.ModuleList(_feature_decoder(graph.features.shape[1]) for graph in graphs)

    def losses(self, dataset: int) -> dict[str, Tensor]:
        """Return the squared error of a dataset restored from a new mask."""
        restored = self.decoders[dataset](self.embed_masked(dataset))
        return {"loss": functional.mse_loss(restored, self.features[dataset])}


def _feature_decoder(n_cells: int) -> nn.Sequential:
    width = EMBEDDING_DIM
    return nn.Sequential(
        nn.Linear(width, 2 * width),
        nn.Mish(),
        nn.Linear(2 * width, 4 * width),
        nn.Mish(),
        nn.Linear(4 * width, n_cells),
    )
