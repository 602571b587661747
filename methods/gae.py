"""Graph auto-encoder: graph convolutions and an inner-product decoder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from geneboard.datasets.base import GeneGraph, Tissue
from geneboard.methods.autoencoders import Autoencoder, adam, train_and_embed
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.decoders import with_decoder_auc
from geneboard.methods.layers import GraphConvolution, dense_adjacency, normalised_adjacency, sharing_groups
from geneboard.methods.training import seeded


@dataclass(frozen=True)
class GAE(Method):
    """Graph auto-encoder (Kipf and Welling 2016), as set up for the comparison with MuSe-GNN.

    Graph convolutions n_cells -> 128 -> 64 -> 32 with Mish between; the first is each dataset's own, the
    others belong to all datasets of a modality and tissue. The inner products of the embeddings are the
    logits of the adjacency; the loss is the mean binary cross-entropy over all its entries. An epoch is one
    Adam step per dataset, in order.

    Deviations from the published script:

    - The inner products go into the loss as logits; there a sigmoid came before the loss, which applies its
      own.

    Parameters
    ----------
    epochs
        Passes over the datasets.
    learning_rate
        Adam step size.
    patience
        Stop early when the mean loss of so many epochs hardly falls, see `train`; 0 trains all.
    """

    name = "gae"
    title = "GAE"
    reference = "arXiv:1611.07308"
    kind = "published"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 200}

    epochs: int = 2000
    learning_rate: float = 1e-4
    patience: int = 0

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train on a tissue and embed its genes in 32 dimensions."""
        with seeded(seed, device) as (_, place):
            network = self.network(tissue.graphs, place).to(place)
            embeddings = train_and_embed(self, network, adam((network, self.learning_rate)), tissue, progress)
        return with_decoder_auc(embeddings, tissue, (z @ z.T for z in embeddings.values))

    def network(self, graphs: tuple[GeneGraph, ...], device: torch.device) -> GraphAutoencoder:
        """Return a network for the datasets; its layers are on the CPU."""
        return GraphAutoencoder(graphs, device)


@dataclass(frozen=True, eq=False)
class GraphInput:
    """A dataset in the form that the convolutions and the loss need.

    Parameters
    ----------
    propagation
        Normalised adjacency with self-loops, shape (n_genes, n_genes).
    propagated
        ``propagation @ features``, shape (n_genes, n_cells); constant, so made once.
    target
        Adjacency as float32, shape (n_genes, n_genes).
    """

    propagation: Tensor
    propagated: Tensor
    target: Tensor

    @classmethod
    def of(cls, graph: GeneGraph, device: torch.device) -> GraphInput:
        """Prepare a dataset."""
        propagation = normalised_adjacency(graph.adjacency, device)
        propagated = propagation @ torch.tensor(graph.features, device=device)
        return cls(propagation, propagated, dense_adjacency(graph.adjacency, device))


class ConvolutionEncoder(nn.Module):
    """Graph convolutions n_cells -> 128 -> 64 -> 32 with Mish between.

    Parameters
    ----------
    graphs
        The datasets.
    """

    def __init__(self, graphs: tuple[GeneGraph, ...]) -> None:
        super().__init__()
        self.group, n_groups = sharing_groups(graphs)
        width = EMBEDDING_DIM
        self.first = nn.ModuleList(GraphConvolution(graph.features.shape[1], 4 * width) for graph in graphs)
        self.second = nn.ModuleList(GraphConvolution(4 * width, 2 * width) for _ in range(n_groups))
        self.third = nn.ModuleList(GraphConvolution(2 * width, width) for _ in range(n_groups))

    def hidden(self, dataset: int, graph: GraphInput) -> Tensor:
        """Return the input of the third layer, shape (n_genes, 64)."""
        first = self.first[dataset]
        assert isinstance(first, GraphConvolution)
        states = functional.mish(first.on_propagated(graph.propagated))
        return functional.mish(self.second[self.group[dataset]](states, graph.propagation))

    def forward(self, dataset: int, graph: GraphInput) -> Tensor:
        """Return the embedding of a dataset, shape (n_genes, 32)."""
        hidden = self.hidden(dataset, graph)
        embedding: Tensor = self.third[self.group[dataset]](hidden, graph.propagation)
        return embedding


class GraphAutoencoder(Autoencoder):
    """Convolutions and inner products.

    Parameters
    ----------
    graphs
        The datasets.
    device
        Where to put their features and adjacencies; the layers are made on the CPU.
    """

    def __init__(self, graphs: tuple[GeneGraph, ...], device: torch.device) -> None:
        super().__init__()
        self.inputs = [GraphInput.of(graph, device) for graph in graphs]
        self.encoder = ConvolutionEncoder(graphs)

    def embed(self, dataset: int) -> Tensor:
        """Return the embedding of a dataset, shape (n_genes, 32)."""
        embedding: Tensor = self.encoder(dataset, self.inputs[dataset])
        return embedding

    def losses(self, dataset: int) -> dict[str, Tensor]:
        """Return the cross-entropy of a dataset's adjacency."""
        return {"loss": reconstruction(self.embed(dataset), self.inputs[dataset].target)}


def reconstruction(z: Tensor, target: Tensor) -> Tensor:
    """Return the mean binary cross-entropy between the logits ``z @ z.T`` and an adjacency.

    Parameters
    ----------
    z
        Embedding, shape (n_genes, dim).
    target
        Zeros and ones, shape (n_genes, n_genes).
    """
    return functional.binary_cross_entropy_with_logits(z @ z.T, target)
