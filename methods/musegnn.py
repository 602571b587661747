"""MuSe-GNN: graph transformers with shared weights, tied across datasets by two further losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.autoencoders import adam
from geneboard.methods.base import GeneEmbeddings, Method, Progress
from geneboard.methods.contrastive import GraphPair, Neighbourhoods, info_nce, weighted_similarity
from geneboard.methods.decoders import with_decoder_auc
from geneboard.methods.encoders import TRANSFORMER, check_encoder, graph_form
from geneboard.methods.layers import dense_adjacency
from geneboard.methods.muse_network import FIRST_WIDTH, MuseNetwork
from geneboard.methods.training import seeded, train

PAIRS_KEPT = 16
"""Partners of each dataset whose comparison with it is kept, on average."""


@dataclass(frozen=True)
class MuseGNN(Method):
    """MuSe-GNN (Liu et al. 2023), with its published settings.

    One epoch is one optimiser step per dataset, in order. A step encodes dataset i and a random partner j
    and minimises the reconstruction loss of i (not of j), minus the weighted similarity of the genes that i
    and j share, plus the contrastive loss of the genes that only one of them has. The embedding is the
    output of the encoder.

    Variants exchange the graph convolutions of the encoder (widths, norms and decoder stay as they are),
    divide them into other heads, or leave a part out, for ablations. The published scripts are of two minds
    about the heads: model.py and the joint training have four of width 32 and then two, which is the default;
    the comparison on ten tissues has one of width 128 and then one of width 64, which is ``heads=1``.

    Deviations from the published script:

    - The positive of an anchor is drawn anew at each step, not once before training, and never is the gene
      itself: not through a self-loop, and a gene without neighbours is no anchor. There it was its own
      positive.
    - Anchors are drawn without replacement, separately from the genes of i only and those of j only; there
      one list of indices served both, which assumes equal gene counts.
    - The contrastive loss runs from anchors to positives, with the other positives as negatives (the
      InfoNCE of the paper); there it is symmetric, with the other anchors among the negatives.
    - Without common genes the contrastive loss remains, and without anchors from one dataset those of the
      other; there the rest of the loss was dropped. A single dataset has the reconstruction loss only;
      there it failed.
    - Common genes keep the order of the dataset; there it was that of a set.
    - The decoder's Mish takes its input as at least -30, where it is -3e-12 (`FlooredMish`): below, it and
      its gradient become subnormal numbers, which slow a CPU down by the epoch.
    - The first layer of the decoder multiplies Z (W Z)^T instead of (Z Z^T) W^T, with the same result up to
      rounding.

    Parameters
    ----------
    epochs
        Passes over the datasets.
    learning_rate, decoder_learning_rate
        Adam step size of encoders and decoders.
    similarity_weight
        Weight of the similarity of common genes; 0 leaves it out.
    contrastive_weight, temperature
        Weight and temperature of the contrastive loss; weight 0 leaves it out, anchors and all.
    anchors
        At most so many anchors from each of the two datasets.
    encoder
        Graph convolution of the encoder: ``"transformer"`` as published, ``"gcn"`` (Kipf and Welling 2017),
        ``"gat"`` (Velickovic et al. 2018), ``"gps"`` (Rampasek et al. 2022), or the name of another one in
        ``torch_geometric.nn``, for example ``"GATv2Conv"``. All but the first run on edge lists: slowly.
    heads
        Attention heads that share the width of the first layer, 128: 1, 2, 4, 8 and so on. The second, of
        width 64, has half as many, or one.
    share_weights
        Whether datasets of a modality and tissue share all layers but the first; if not, each has its own.
    patience
        Epochs without improvement before training stops early, see `train`; 0 trains all epochs.

    Raises
    ------
    ValueError
        If there is no such encoder, it needs more than widths, states and edges, or the heads do not divide
        the width.
    """

    name = "musegnn"
    title = "MuSe-GNN"
    reference = "arXiv:2310.02275"
    kind = "published"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 100}
    ablations: ClassVar[Sequence[Mapping[str, Any]]] = (
        {"share_weights": False},
        {"similarity_weight": 0.0},
        {"contrastive_weight": 0.0},
        {"similarity_weight": 0.0, "contrastive_weight": 0.0},
        {"encoder": "gcn"},
        {"encoder": "gat"},
        {"encoder": "gps"},
    )

    epochs: int = 2000
    learning_rate: float = 1e-4
    decoder_learning_rate: float = 1e-3
    similarity_weight: float = 1.0
    contrastive_weight: float = 0.01
    temperature: float = 0.07
    anchors: int = 100
    encoder: str = TRANSFORMER
    heads: int = 4
    share_weights: bool = True
    patience: int = 0

    def __post_init__(self) -> None:
        check_encoder(self.encoder)
        if self.heads < 1 or FIRST_WIDTH % self.heads:
            raise ValueError(f"{self.heads} heads do not divide the width of {FIRST_WIDTH}")

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train on a tissue and embed its genes in 32 dimensions."""
        with seeded(seed, device) as (rng, place):
            network = MuseNetwork(
                tissue.graphs, self.encoder, heads=self.heads, share_weights=self.share_weights
            ).to(place)
            objective = MuseObjective(self, network, tissue.graphs, place)
            history = train(
                lambda i: objective.losses(objective.draw(i, rng)),
                network,
                self.optimizer(network),
                rng=rng,
                method=self.name,
                epochs=self.epochs,
                steps=len(tissue.graphs),
                progress=progress,
                patience=self.patience,
            )
            network.eval()
            with torch.no_grad():
                embedded = [objective.embed(i) for i in range(len(tissue.graphs))]
                logits = [network.decode(i, z).cpu().numpy() for i, z in enumerate(embedded)]
        values = [z.cpu().numpy() for z in embedded]
        return with_decoder_auc(GeneEmbeddings.of(tissue, values, history), tissue, logits)

    def optimizer(self, network: MuseNetwork) -> torch.optim.Optimizer:
        """Return Adam with the learning rates of encoders and decoders."""
        encoders = nn.ModuleList([network.first_layers, network.shared_layers])
        return adam((encoders, self.learning_rate), (network.decoders, self.decoder_learning_rate))


@dataclass(frozen=True, eq=False)
class StepDraw:
    """Everything random in one training step.

    Parameters
    ----------
    dataset
        The dataset whose step it is.
    partner
        The dataset it is compared with; None if there is no other, or no loss that compares.
    anchors, positives
        For the dataset and its partner, positions of the anchor genes and of the neighbour drawn for each.
    """

    dataset: int
    partner: int | None
    anchors: tuple[np.ndarray, np.ndarray]
    positives: tuple[np.ndarray, np.ndarray]

    @property
    def n_anchors(self) -> int:
        """Number of anchors of both datasets together."""
        return sum(map(len, self.anchors))


class MuseObjective:
    """The losses of MuSe-GNN on a tissue, with what stays constant kept.

    Parameters
    ----------
    settings
        Hyper-parameters.
    network
        The network to train.
    graphs
        The datasets.
    device
        Where the network is.
    """

    def __init__(
        self, settings: MuseGNN, network: MuseNetwork, graphs: tuple[GeneGraph, ...], device: torch.device
    ) -> None:
        self.settings, self.network, self.device = settings, network, device
        self.features = [torch.tensor(graph.features, device=device) for graph in graphs]
        self.graphs = [graph_form(settings.encoder, graph.adjacency, device) for graph in graphs]
        self.targets = [dense_adjacency(graph.adjacency, device) for graph in graphs]
        self.neighbourhoods = [Neighbourhoods.of(graph) for graph in graphs]
        # Made when a pair is drawn and kept for the last of them: all pairs of many datasets are too many.
        self.pair = lru_cache(maxsize=PAIRS_KEPT * len(graphs))(self._pair)

    def _pair(self, i: int, j: int) -> GraphPair:
        return GraphPair.of(self.neighbourhoods[i], self.neighbourhoods[j], self.device)

    def draw(self, dataset: int, rng: np.random.Generator) -> StepDraw:
        """Draw partner, anchors and positives of a dataset's step, as far as a loss needs them."""
        none = np.empty(0, dtype=np.int64)
        others = [j for j in range(len(self.features)) if j != dataset]
        if not others or not (self.settings.similarity_weight or self.settings.contrastive_weight):
            return StepDraw(dataset, None, (none, none), (none, none))
        partner = others[int(rng.integers(len(others)))]
        if not self.settings.contrastive_weight:
            return StepDraw(dataset, partner, (none, none), (none, none))
        pair = self.pair(dataset, partner)
        anchors = [
            rng.choice(only, min(self.settings.anchors, len(only)), replace=False)
            for only in (pair.only_first, pair.only_second)
        ]
        positives = [
            self.neighbourhoods[k].draw(genes, rng)
            for k, genes in zip((dataset, partner), anchors, strict=True)
        ]
        return StepDraw(dataset, partner, (anchors[0], anchors[1]), (positives[0], positives[1]))

    def embed(self, dataset: int) -> Tensor:
        """Return the embedding of a dataset, shape (n_genes, 32)."""
        return self.network.encode(dataset, self.features[dataset], self.graphs[dataset])

    def losses(self, draw: StepDraw) -> dict[str, Tensor]:
        """Return the loss of a step and its parts: reconstruction, similarity, contrastive.

        A part that does not exist (weight 0, no partner, no common genes, no anchors) is absent.
        """
        i, j = draw.dataset, draw.partner
        z = self.embed(i)
        reconstruction = functional.binary_cross_entropy_with_logits(
            self.network.decode(i, z), self.targets[i]
        )
        parts = {"loss": reconstruction, "reconstruction": reconstruction}
        if j is None:
            return parts
        pair = self.pair(i, j)
        similar = self.settings.similarity_weight != 0 and len(pair.weight) > 0
        if not similar and draw.n_anchors == 0:
            return parts
        z_partner = self.embed(j)
        if similar:
            parts["similarity"] = weighted_similarity(
                z[pair.common_first], z_partner[pair.common_second], pair.weight
            )
            parts["loss"] = parts["loss"] - self.settings.similarity_weight * parts["similarity"]
        if draw.n_anchors:
            anchors = torch.cat([z[self._rows(draw.anchors[0])], z_partner[self._rows(draw.anchors[1])]])
            positives = torch.cat(
                [z[self._rows(draw.positives[0])], z_partner[self._rows(draw.positives[1])]]
            )
            parts["contrastive"] = info_nce(anchors, positives, self.settings.temperature)
            parts["loss"] = parts["loss"] + self.settings.contrastive_weight * parts["contrastive"]
        return parts

    def _rows(self, genes: np.ndarray) -> Tensor:
        return torch.from_numpy(genes).to(self.device)
