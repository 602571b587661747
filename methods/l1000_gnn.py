"""Graph-network inference from the L1000 landmark genes, whose node states embed the genes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from geneboard.datasets.base import Tissue
from geneboard.methods.autoencoders import adam
from geneboard.methods.base import EMBEDDING_DIM, GeneEmbeddings, Method, Progress
from geneboard.methods.inference.gene_graph import coexpression_graph
from geneboard.methods.inference.graph_network import GraphNetwork
from geneboard.methods.joint_components import joint_components
from geneboard.methods.landmark_genes import LandmarkCells, too_few_landmarks
from geneboard.methods.training import seeded, train

CELLS_AT_ONCE = 32
"""Cells whose states are computed together after training, to bound memory."""


@dataclass(frozen=True)
class L1000GNN(Method):
    """The graph network that infers gene expression from landmarks (Kim et al. 2025), cell by cell.

    Each dataset has a network: all genes are nodes, edges go from every landmark to every gene, and to each
    other gene from its most and least similar ones (see `GraphNetwork`, `coexpression_graph`). Genes are
    standardised over the cells; the loss is the mean absolute error. After training, the last state of a gene
    is averaged over cells. One PCA over the genes of all datasets reduces these means to 32 dimensions.

    States of different datasets are comparable only as far as the networks share what a position in a state
    means. They share the weights that a landmark's value is multiplied with and those that read a value from
    a state, and the vector of a gene is the same in all datasets before training, not after it. Edge weights
    are each dataset's own. A part of the agreement between datasets is therefore the common start.

    Deviations from the published model:

    - Landmarks are inferred too, for an embedding of theirs: in each step a part of their values is withheld
      (0, the mean, takes their place), and these count in the loss as the other genes do. The published
      network has no last state of landmarks.
    - Edges come from the 10 most and least similar genes, not 50: a dataset has 1000 genes, not 12,320.
    - An epoch is one Adam step per dataset on a few cells drawn at random, so that the cost does not grow
      with the number of cells; the states are averaged over at most `cells` of them. There is no part of
      the cells for validation, and so no early stop.

    Batch, learning rate, similar genes and loss are the best of about ten combinations by AUC on real lung:
    its AUC there is not independent of that choice.

    Tissues where no dataset has two landmarks are skipped. In a single dataset without any, nothing is known
    of a cell, and the states follow from gene vectors and edges alone.

    Parameters
    ----------
    hidden
        Numbers in the state of a gene.
    n_layers
        Layers.
    n_similar
        Most, and least, similar genes with an edge to a gene.
    epochs
        Steps per dataset.
    batch
        Cells of a step.
    learning_rate
        Adam step size.
    clip
        Largest norm of the gradient.
    withheld
        Part of the landmark values that is withheld and inferred in a step.
    cells
        Cells of a dataset that states are averaged over, drawn at random if it has more.
    """

    name = "l1000_gnn"
    title = "L1000 GNN"
    reference = "10.1093/bib/bbaf273"
    kind = "baseline"
    quick: ClassVar[Mapping[str, Any]] = {"epochs": 200}

    hidden: int = 64
    n_layers: int = 4
    n_similar: int = 10
    epochs: int = 2000
    batch: int = 4
    learning_rate: float = 3e-3
    clip: float = 1.0
    withheld: float = 0.25
    cells: int = 256

    def skip(self, tissue: Tissue) -> str | None:
        """Decline tissues without landmarks."""
        return too_few_landmarks(tissue)

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        """Train a network for each dataset and embed its genes in 32 dimensions."""
        with seeded(seed, device) as (rng, place):
            networks = LandmarkNetworks(self, tissue, rng).to(place)
            optimizer = adam((networks, self.learning_rate))

            def clip_gradients(*_: Any) -> None:
                nn.utils.clip_grad_norm_(networks.parameters(), self.clip)

            optimizer.register_step_pre_hook(clip_gradients)
            history = train(
                networks.losses,
                networks,
                optimizer,
                rng=rng,
                method=self.name,
                epochs=self.epochs,
                steps=len(tissue.graphs),
                progress=progress,
            )
            states = [networks.mean_states(dataset) for dataset in range(len(tissue.graphs))]
        return GeneEmbeddings.of(tissue, joint_components(states, EMBEDDING_DIM), history)


class LandmarkNetworks(nn.Module):
    """One network per dataset, with the cells that it learns from.

    Parameters
    ----------
    settings
        Sizes, and how cells are drawn.
    tissue
        The datasets.
    rng
        Draws cells and the values that are withheld.
    """

    def __init__(self, settings: L1000GNN, tissue: Tissue, rng: np.random.Generator) -> None:
        super().__init__()
        self.settings, self.rng = settings, rng
        # In the order of their first appearance: what genes are called must not matter.
        genes = pd.Index(list(dict.fromkeys(gene for graph in tissue.graphs for gene in graph.genes)))
        vectors = torch.randn(len(genes), settings.hidden)
        self.networks = nn.ModuleList()
        self.orders: list[np.ndarray] = []
        for dataset, graph in enumerate(tissue.graphs):
            cells = LandmarkCells.of(graph)
            order = np.concatenate([cells.landmarks, cells.targets])
            network = self._network(cells, vectors[genes.get_indexer(graph.genes[order])])
            self.networks.append(network)
            self.orders.append(order)
            values = torch.from_numpy(np.hstack([cells.given, cells.inferred]).astype(np.float32))
            self.register_buffer(f"cells{dataset}", values)

    def _network(self, cells: LandmarkCells, vectors: Tensor) -> GraphNetwork:
        """Make the network of a dataset; landmarks come first in `vectors`, as in all states."""
        network = GraphNetwork(
            len(cells.landmarks),
            coexpression_graph(cells.given, cells.inferred, self.settings.n_similar),
            hidden=self.settings.hidden,
            n_layers=self.settings.n_layers,
            own_readout=False,
            infer_landmarks=True,
        )
        network.landmark_vectors = nn.Parameter(vectors[: len(cells.landmarks)].clone())
        network.target_vectors = nn.Parameter(vectors[len(cells.landmarks) :].clone())
        if self.networks:
            first = self.networks[0]
            assert isinstance(first, GraphNetwork)
            network.value_weights, network.readout = first.value_weights, first.readout
        return network

    def losses(self, dataset: int) -> dict[str, Tensor]:
        """Return the mean absolute error of withheld landmarks and other genes in a few random cells."""
        cells = self._draw(dataset, self.settings.batch)
        network = self.networks[dataset]
        n_landmarks = len(network.get_parameter("landmark_vectors"))
        drawn = self.rng.random((len(cells), n_landmarks)) < self.settings.withheld
        withheld = torch.from_numpy(drawn).to(cells.device)
        asked = torch.ones_like(cells)
        asked[:, :n_landmarks] = withheld
        inferred = network(cells[:, :n_landmarks].masked_fill(withheld, 0.0))
        error = (inferred - cells).abs() * asked
        return {"loss": error.sum() / asked.sum().clamp(min=1)}

    def mean_states(self, dataset: int) -> np.ndarray:
        """Return the last states of all genes, in the order of the dataset, averaged over cells.

        Float64 of shape (n_genes, hidden).
        """
        network = self.networks[dataset]
        assert isinstance(network, GraphNetwork)
        cells = self._draw(dataset, self.settings.cells)[:, : len(network.landmark_vectors)]
        with torch.no_grad():
            sums = [
                network.states(part).sum(dim=1, dtype=torch.float64)
                for part in torch.split(cells, CELLS_AT_ONCE)
            ]
        means = (torch.stack(sums).sum(dim=0) / len(cells)).cpu().numpy()
        states = np.empty_like(means)
        states[self.orders[dataset]] = means
        return states

    def _draw(self, dataset: int, n: int) -> Tensor:
        """Return random cells of a dataset, each at most once."""
        cells = self.get_buffer(f"cells{dataset}")
        rows = self.rng.permutation(len(cells))[:n]
        return cells[torch.from_numpy(rows).to(cells.device)]
