"""How an embedding is laid out in two dimensions: UMAP of the very neighbour graph that the metrics use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geneboard.benchmark.tasks.embedding.maps.layout import GRID, Layout
from geneboard.metrics.compiled_code import keep_compiled

if TYPE_CHECKING:
    from scipy import sparse

    from geneboard.datasets.base import Tissue
    from geneboard.metrics.base import EmbeddingRows

EPOCHS = 200
SAMPLE = 1000
"""Rows that are kept: as many as a small panel can show."""

MIN_DISTANCE = 0.5
"""scanpy's default, as is all that is not given."""

SEED = 0


def layout_of(rows: EmbeddingRows, tissue: Tissue) -> Layout:
    """Return the layout of an embedding.

    The neighbour graph and the Leiden clusters are those of `metrics.neighbours.shared_view`. The sample is
    the same for all embeddings with the same rows.

    Parameters
    ----------
    rows
        One row per (gene, dataset) pair of the tissue.
    tissue
        The gene graphs.
    """
    from geneboard.metrics.neighbours import shared_view

    view = shared_view(rows, tissue)
    coordinates = umap_coordinates(rows.matrix, view.connectivities)
    kept = sample_of(rows.dataset)
    module, modules = _modules(rows.gene, tissue)
    return Layout(
        coordinates=on_grid(coordinates)[kept],
        dataset=rows.dataset[kept],
        datasets=tuple(graph.name for graph in tissue.graphs),
        cluster=view.clusters[kept],
        n_clusters=int(view.clusters.max()) + 1,
        module=None if module is None else module[kept],
        modules=modules,
        n_rows=len(rows.matrix),
    )


def umap_coordinates(matrix: np.ndarray, graph: sparse.csr_matrix) -> np.ndarray:
    """Return the UMAP coordinates of rows, the same whenever they are computed.

    Parameters
    ----------
    matrix
        Embedding, shape (n_rows, dim); its two principal components are where the rows start.
    graph
        UMAP connectivities of the rows, shape (n_rows, n_rows).

    Returns
    -------
    np.ndarray
        Shape (n_rows, 2).
    """
    import anndata
    import scanpy

    keep_compiled()
    random = np.random.RandomState(SEED)  # the kind that umap takes
    start = _principal_components(matrix)
    # Rows that are alike must not start, and so stay, in one place.
    start = (start + random.normal(scale=1e-4, size=start.shape)).astype(np.float32)
    if not graph.nnz:
        return start
    neighbours = {"connectivities_key": "connectivities", "params": {"method": "umap", "use_rep": "X"}}
    data = anndata.AnnData(matrix, obsp={"connectivities": graph}, uns={"neighbors": neighbours})
    scanpy.tl.umap(data, min_dist=MIN_DISTANCE, maxiter=EPOCHS, init_pos=start, random_state=random)
    return np.asarray(data.obsm["X_umap"])


def _principal_components(matrix: np.ndarray) -> np.ndarray:
    """Return the first two principal components, scaled to at most 10; zeros where there are none."""
    centred = matrix.astype(np.float64) - matrix.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)
    start = np.zeros((len(matrix), 2))
    components = centred @ directions[:, ::-1][:, :2]
    start[:, : components.shape[1]] = components
    span = np.abs(start).max()
    return start * (10 / span) if span > 0 else start


def on_grid(coordinates: np.ndarray) -> np.ndarray:
    """Return coordinates as whole numbers in 0..`GRID`, with the same unit on both axes."""
    low = coordinates.min(axis=0)
    span = (coordinates.max(axis=0) - low).max()
    scaled = (coordinates - low) * (GRID / span if span > 0 else 0.0)
    return np.asarray(np.rint(scaled).clip(0, GRID).astype(np.int32))


def sample_of(dataset: np.ndarray) -> np.ndarray:
    """Return which rows are kept: at most `SAMPLE`, drawn at random and ordered by dataset."""
    n_rows = len(dataset)
    drawn = np.random.default_rng(SEED).choice(n_rows, min(n_rows, SAMPLE), replace=False)
    return drawn[np.lexsort((drawn, dataset[drawn]))]


def _modules(gene: np.ndarray, tissue: Tissue) -> tuple[np.ndarray | None, tuple[str, ...]]:
    """Return the module of each row and the names of all modules; None for real data."""
    if tissue.truth is None:
        return None, ()
    import pandas as pd

    labels = tissue.truth.reindex(gene).astype(str)
    codes, names = pd.factorize(labels, sort=True)
    return np.asarray(codes), tuple(map(str, names))
