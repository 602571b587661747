"""The graph network that infers expression along co-expression edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from methods.base import Progress
from methods.inference.base import FittedInference, InferenceData, InferenceMethod
from methods.inference.gene_graph import GraphKind, target_graph

if TYPE_CHECKING:
    from scipy import sparse

    from methods.inference.graph_network import GraphNetwork
    from methods.inference.organ_covariate import OrganCovariate


@dataclass(frozen=True)
class GNN(InferenceMethod):
    """Graph network of all genes (Kim et al. 2025), see `graph_network`.

    Edges go from every landmark to every gene, and to each inferred gene from the `n_similar` genes that are
    most, and as many that are least, similar to it over the training samples. Edge weights begin at
    1 / sqrt(in-degree), as the published initialisation explodes.

    Parameters
    ----------
    hidden
        Numbers in the state of a gene.
    n_layers
        Layers.
    n_similar
        Most, and least, similar genes with an edge to a gene.
    graph
        ``"coexpression"``; ``"random"`` and ``"none"`` are controls.
    own_readout
        Whether each gene has its own vector to read its value; published: one for all.
    organ
        Whether the organ is an input beside the landmarks.
    epochs, patience, batch, learning_rate, weight_decay, clip, refit
        As in `network_fitting.Schedule`.
    """

    hidden: int = 64
    n_layers: int = 4
    n_similar: int = 50
    graph: GraphKind = "coexpression"
    own_readout: bool = False
    organ: bool = False
    epochs: int = 200
    patience: int = 20
    batch: int = 16
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    clip: float = 1.0
    refit: bool = False

    name = "gnn"
    title = "GNN"
    reference = "10.1093/bib/bbaf273"
    kind = "published"
    quick = {"epochs": 30}  # noqa: RUF012 - a literal, read without import

    def fit(
        self,
        train: InferenceData,
        validation: InferenceData,
        *,
        seed: int,
        device: str,
        progress: Progress,
    ) -> FittedInference:
        """Find the edges on the training samples and train the network."""
        from methods.inference.network_fitting import Schedule, fit_network

        def make(
            data: InferenceData, covariate: OrganCovariate
        ) -> tuple[GraphNetwork, dict[str, np.ndarray]]:
            graph = target_graph(self.graph, data.landmarks, data.targets, self.n_similar, seed)
            n_inputs = data.landmarks.shape[1] + len(covariate.organs)
            return self._network(n_inputs, graph), {
                "edge_starts": graph.indptr,
                "edge_columns": graph.indices,
            }

        schedule = Schedule(
            epochs=self.epochs,
            patience=self.patience,
            batch=self.batch,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            clip=self.clip,
            loss="l1",
            refit=self.refit,
        )
        return fit_network(
            make,
            train,
            validation,
            schedule,
            organ=self.organ,
            name=self.name,
            seed=seed,
            device=device,
            progress=progress,
        )

    def restore(self, arrays: Mapping[str, np.ndarray]) -> FittedInference:
        """Return the saved network, on the CPU."""
        from scipy import sparse

        from methods.inference.network_fitting import FittedNetwork, load_weights
        from methods.inference.organ_covariate import OrganCovariate

        fixed = {name: arrays[name] for name in ("edge_starts", "edge_columns")}
        starts, columns = fixed.values()
        n_targets = len(starts) - 1
        edges = (np.ones(len(columns), dtype=bool), columns, starts)
        network = self._network(
            len(arrays["weight:landmark_vectors"]), sparse.csr_array(edges, shape=(n_targets, n_targets))
        )
        return FittedNetwork(
            network=load_weights(network, arrays),
            covariate=OrganCovariate.restore(arrays),
            batch=self.batch,
            fixed=fixed,
        )

    def _network(self, n_inputs: int, graph: sparse.csr_array) -> GraphNetwork:
        from methods.inference.graph_network import GraphNetwork

        return GraphNetwork(
            n_inputs, graph, hidden=self.hidden, n_layers=self.n_layers, own_readout=self.own_readout
        )
