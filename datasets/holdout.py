"""Half of the cells for methods, the other half for scoring: no cell is in both.

The cells are split as they were read, before quality control or anything else is learnt from them. So the
training half goes through the ordinary pipeline as if there were no other cells, and nothing of the held-out
half (which genes are frequent, how deep cells are sequenced) reaches what methods see. The price is that the
numbers of cells that pass quality control differ a little between the halves.

Spots are split as cells are, although neighbouring spots resemble each other: for spatial data the held-out
half is less of a test.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import anndata
import numpy as np

from geneboard.datasets.base import HELDOUT, GeneGraph
from geneboard.datasets.graph_cache import cached_graph, content_sha256
from geneboard.datasets.graphs.settings import PipelineSettings

TRAINING = "training"
HALVES = (TRAINING, HELDOUT)
LABEL = ":holdout"
"""What is added to the label of a source: a run with held-out cells is another source of data."""


def halves(n_cells: int, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Split the cells of a dataset in half, at random but always the same for a dataset of that name.

    Parameters
    ----------
    n_cells
        Number of cells; of an odd number the training half gets one more.
    name
        Name of the dataset.

    Returns
    -------
    tuple of numpy.ndarray
        Sorted positions of the cells for training, and of those held out.
    """
    seed = int.from_bytes(hashlib.sha256(f"halves of {name}".encode()).digest()[:8])
    order = np.random.default_rng(seed).permutation(n_cells)
    n_heldout = n_cells // 2
    return np.sort(order[n_heldout:]), np.sort(order[:n_heldout])


def halved_graphs(
    read: Callable[[], anndata.AnnData],
    build: Callable[[anndata.AnnData], GeneGraph],
    build_heldout: Callable[[anndata.AnnData, GeneGraph], GeneGraph],
    *,
    name: str,
    cache_folder: Path | None,
    settings: PipelineSettings,
    origin: dict[str, Any],
) -> tuple[GeneGraph, GeneGraph]:
    """Return the graphs of the two halves of a dataset, from the cache where they are there.

    Parameters
    ----------
    read
        Gives the counts of all cells; not called where both graphs are in the cache.
    build
        Makes the graph of the cells for training.
    build_heldout
        Makes the graph of the held-out cells, on the genes of the other.
    name
        Name of the dataset.
    cache_folder, settings, origin
        As in `cached_graph`.
    """
    split = content_sha256([Path(__file__)])  # other halves are other graphs

    def graph_of(half: str, make: Callable[[anndata.AnnData], GeneGraph]) -> GeneGraph:
        def from_half() -> GeneGraph:
            counts = read()
            graph = make(counts[halves(counts.n_obs, name)[HALVES.index(half)]])
            return replace(graph, provenance={**graph.provenance, "half": half})

        return cached_graph(cache_folder, settings, {**origin, "half": half, "split": split}, from_half)

    training = graph_of(TRAINING, build)
    return training, graph_of(HELDOUT, lambda counts: build_heldout(counts, training))
