"""Source "synthetic": the published human datasets of ten tissues, simulated with a known covariance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from geneboard.datasets import simulated_spots, simulation
from geneboard.datasets.base import TISSUES, GeneGraph, Source, StepProgress, Tissue
from geneboard.datasets.catalogue import CatalogueEntry, human_training_datasets
from geneboard.datasets.errors import InputError, closest_name
from geneboard.datasets.graph_cache import content_sha256
from geneboard.datasets.graphs.counted import (
    CountedDataset,
    CountedTissue,
    CountsRead,
    CountsToRead,
    steps_of_dataset,
)
from geneboard.datasets.graphs.settings import PipelineSettings
from geneboard.datasets.holdout import LABEL, dataset_graphs
from geneboard.datasets.l1000 import landmarks
from geneboard.datasets.simulation import (
    SimulatedTissue,
    SimulationSettings,
    simulate_counts,
    simulate_tissue,
    true_vectors,
)

SIMULATOR = (Path(simulation.__file__), Path(simulated_spots.__file__))
"""The code that draws counts."""

PIPELINE = PipelineSettings(n_genes=500, min_genes_per_cell=50)
"""The pool is a twentieth of a genome, so a cell shows fewer genes than the published bound of 200."""


class Synthetic(Source):
    """Simulated counts with the ids and modalities of the published human training datasets.

    Parameters
    ----------
    seed
        Every count is determined by it, the tissue and the dataset.
    cache
        Where prepared graphs are kept; None prepares them every time.
    settings
        Size of the simulation.
    holdout
        Hold out half of the cells of every dataset for scoring (`datasets.holdout`).
    """

    name: ClassVar[str] = "synthetic"
    title: ClassVar[str] = "Simulated counts with a known covariance (the default, no data needed)"

    def __init__(
        self,
        seed: int = 0,
        cache: Path | None = None,
        settings: SimulationSettings | None = None,
        holdout: bool = False,
    ) -> None:
        self.seed = seed
        self.cache = cache
        self.settings = settings or SimulationSettings()
        self.holdout = holdout

    @property
    def label(self) -> str:
        """``synthetic``, and that cells are held out, if they are."""
        return self.name + (LABEL if self.holdout else "")

    def tissues(self) -> tuple[str, ...]:
        """Return the ten tissues of the published comparison."""
        return TISSUES

    def load(self, tissue: str, progress: StepProgress | None = None) -> Tissue:
        """Simulate and prepare the datasets of a tissue.

        Raises
        ------
        InputError
            If the tissue is not one of the ten.
        """
        entries, model = self._plan(tissue)
        made = [
            self._graph(entry, model, steps_of_dataset(progress, entry.name, number, len(entries)))
            for number, entry in enumerate(entries)
        ]
        steps_of_dataset(progress, tissue, len(entries), len(entries))("ready")
        graphs = tuple(graph for graph, _ in made)
        heldout = tuple(graph for _, graph in made if graph is not None) or None
        return Tissue(tissue, self.label, graphs, model.truth, heldout)

    def counted(self, tissue: str, progress: StepProgress | None = None) -> CountedTissue:
        """Return the counts of the datasets of a tissue, which are simulated when they are read.

        Raises
        ------
        InputError
            As `load` does.
        """
        entries, model = self._plan(tissue)
        counts = (
            self._counts(entry, model, steps_of_dataset(progress, entry.name, number, len(entries)))
            for number, entry in enumerate(entries)
        )
        return CountedTissue(tissue, self.label, tuple(counts), model.truth)

    def _plan(self, tissue: str) -> tuple[tuple[CatalogueEntry, ...], SimulatedTissue]:
        if tissue not in TISSUES:
            raise InputError(f"synthetic: there is no tissue {tissue!r}{closest_name(tissue, TISSUES)}.")
        return human_training_datasets(tissue), simulate_tissue(tissue, self.seed, self.settings)

    def _graph(
        self, entry: CatalogueEntry, model: SimulatedTissue, on_step: Callable[[str], None]
    ) -> tuple[GeneGraph, GeneGraph | None]:
        """Return the graph of a dataset, and that of the cells held out, if they are."""
        on_step("simulation")
        counts = self._counts(entry, model, on_step)
        graph, heldout = dataset_graphs(counts, self.cache, holdout=self.holdout)
        known = true_vectors(model, entry.modality, entry.id)
        # Genes outside of the pool are correlated with none: where they are selected they have zeros, too.
        truth = known.reindex(graph.genes, fill_value=0.0).to_numpy(dtype=np.float32)
        return replace(graph, true_vectors=truth), heldout

    def _counts(
        self, entry: CatalogueEntry, model: SimulatedTissue, on_step: Callable[[str], None]
    ) -> CountsToRead:
        simulated = {
            "name": entry.name,
            "seed": self.seed,
            "simulation": asdict(self.settings),
            "simulator": content_sha256(
                [*map(Path, (simulation.__file__, simulated_spots.__file__)), landmarks.PATH]
            ),
        }

        def simulate() -> CountsRead:
            return simulate_counts(model, entry.modality, entry.id), entry.species, simulated

        dataset = CountedDataset(entry.name, entry.tissue, entry.modality, PIPELINE, entry.name, on_step)
        return CountsToRead(dataset, simulate, simulated)
