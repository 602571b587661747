"""The machine code of the neighbour graph and its layout is taken from disk, and gives the same graph."""

from __future__ import annotations

import numpy as np

from geneboard.benchmark.engine.processes import Processes
from geneboard.benchmark.tasks.embedding.maps.layout_umap import umap_coordinates
from geneboard.benchmark.tasks.embedding.maps.make_layouts import LIBRARIES
from geneboard.metrics.neighbours import neighbour_graph


def graph_and_hits() -> tuple[bytes, list[int]]:
    """Return a neighbour graph, and how often each function came from disk."""
    from umap import layouts
    from umap.umap_ import compute_membership_strengths, smooth_knn_dist

    matrix = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
    graph = neighbour_graph(matrix)
    umap_coordinates(matrix, graph)
    kept = (smooth_knn_dist, compute_membership_strengths, layouts._nb_optimize_layout_euclidean_single_epoch)
    return graph.data.tobytes(), [sum(one.stats.cache_hits.values()) for one in kept]


def test_second_process_compiles_nothing() -> None:
    with Processes(1, libraries=LIBRARIES) as pool:
        first, _ = pool.submit(graph_and_hits).result()  # perhaps nothing was compiled on this machine yet
        second, hits = pool.submit(graph_and_hits).result()
    assert hits == [1, 1, 1]
    assert first == second == graph_and_hits()[0]
