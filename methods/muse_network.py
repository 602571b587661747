"""The network of MuSe-GNN: first layers and decoders by dataset, later layers that datasets share."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from geneboard.datasets.base import GeneGraph
from geneboard.methods.base import EMBEDDING_DIM
from geneboard.methods.encoders import TRANSFORMER, GraphForm, convolution, convolution_with_skip
from geneboard.methods.layers import EdgeDecoder, GraphNorm, sharing_groups


class MuseNetwork(nn.Module):
    """First layer and decoder of each dataset, and the layers shared by a modality and tissue.

    Parameters
    ----------
    graphs
        The datasets.
    encoder
        Kind of graph convolution, see `convolution`.
    heads
        Attention heads of the first layer, see `MuseGNN`.
    share_weights
        If False, every dataset has later layers of its own.
    """

    def __init__(
        self,
        graphs: tuple[GeneGraph, ...],
        encoder: str = TRANSFORMER,
        *,
        heads: int = 4,
        share_weights: bool = True,
    ) -> None:
        super().__init__()
        own = list(range(len(graphs))), len(graphs)
        self.group, n_groups = sharing_groups(graphs) if share_weights else own
        self.first_layers = nn.ModuleList(
            FirstLayer(graph.features.shape[1], encoder, heads) for graph in graphs
        )
        self.shared_layers = nn.ModuleList(SharedLayers(encoder, max(1, heads // 2)) for _ in range(n_groups))
        self.decoders = nn.ModuleList(EdgeDecoder(graph.n_genes) for graph in graphs)

    def encode(self, dataset: int, features: Tensor, graph: GraphForm) -> Tensor:
        """Return the embedding of a dataset, shape (n_genes, 32)."""
        hidden = self.first_layers[dataset](features, graph)
        embedding: Tensor = self.shared_layers[self.group[dataset]](hidden, graph)
        return embedding

    def decode(self, dataset: int, embedding: Tensor) -> Tensor:
        """Return the logits of a dataset's adjacency, shape (n_genes, n_genes)."""
        logits: Tensor = self.decoders[dataset](embedding)
        return logits


FIRST_WIDTH, SECOND_WIDTH = 4 * EMBEDDING_DIM, 2 * EMBEDDING_DIM


class FirstLayer(nn.Module):
    """Graph convolution n_cells -> 128 with four heads or another number of them, GraphNorm, Mish."""

    def __init__(self, n_cells: int, encoder: str, heads: int) -> None:
        super().__init__()
        self.convolution = convolution(encoder, n_cells, FIRST_WIDTH, heads)
        self.norm = GraphNorm(FIRST_WIDTH)

    def forward(self, features: Tensor, graph: GraphForm) -> Tensor:
        """Return states of shape (n_genes, 128)."""
        return functional.mish(self.norm(self.convolution(features, graph)))


class SharedLayers(nn.Module):
    """Layers 128 -> 64 -> 32 beside a skip 128 -> 32, shared by the datasets of a modality and tissue.

    Graph convolution with two heads or another number of them, GraphNorm, Mish, graph convolution. The skip
    is a graph convolution with the same input as the first one: `wide` is both.
    """

    def __init__(self, encoder: str, heads: int) -> None:
        super().__init__()
        self.wide = convolution_with_skip(encoder, FIRST_WIDTH, SECOND_WIDTH, heads)
        self.norm = GraphNorm(SECOND_WIDTH)
        self.narrow = convolution(encoder, SECOND_WIDTH, EMBEDDING_DIM, heads=1)

    def forward(self, hidden: Tensor, graph: GraphForm) -> Tensor:
        """Return embeddings of shape (n_genes, 32)."""
        path, skip = self.wide(hidden, graph).split([SECOND_WIDTH, EMBEDDING_DIM], dim=1)
        embedding: Tensor = self.narrow(functional.mish(self.norm(path)), graph) + skip
        return embedding
