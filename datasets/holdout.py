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
from functools import cache
from pathlib import Path

import numpy as np

from geneboard.datasets.base import HELDOUT, GeneGraph
from geneboard.datasets.graph_cache import cached_graph, content_sha256
from geneboard.datasets.graphs.counted import CountsToRead
from geneboard.datasets.graphs.pipeline import build_graph, build_heldout_graph

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


def dataset_graphs(
    source: CountsToRead, cache_folder: Path | None, *, holdout: bool
) -> tuple[GeneGraph, GeneGraph | None]:
    """Return the graph of a dataset, and that of the cells held out; from the cache where they are there.

    Parameters
    ----------
    source
        The counts; not read where the graphs are in the cache.
    cache_folder
        Where graphs are kept; None builds them every time.
    holdout
        Whether half of the cells are held out.

    Raises
    ------
    InputError
        If the counts cannot be read, or too few cells or genes of them pass quality control.
    """
    dataset, determined_by, read = source.dataset, source.determined_by, cache(source.read)

    def graph_of(rows: np.ndarray | None = None) -> GeneGraph:
        counts, species, provenance = read()
        return build_graph(counts if rows is None else counts[rows], dataset, species, provenance)

    if not holdout:
        return cached_graph(cache_folder, dataset.settings, determined_by, graph_of), None
    split = content_sha256([Path(__file__)])  # other halves are other graphs

    def half_graph(half: str, make: Callable[[np.ndarray], GeneGraph]) -> GeneGraph:
        def from_half() -> GeneGraph:
            graph = make(halves(read()[0].n_obs, dataset.name)[HALVES.index(half)])
            return replace(graph, provenance={**graph.provenance, "half": half})

        key = {**determined_by, "half": half, "split": split}
        return cached_graph(cache_folder, dataset.settings, key, from_half)

    training = half_graph(TRAINING, graph_of)
    return training, half_graph(HELDOUT, lambda rows: build_heldout_graph(read()[0][rows], dataset, training))
