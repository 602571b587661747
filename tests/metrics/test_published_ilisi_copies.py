"""The published iLISI on perfect copies: where it breaks down, iLISI_knn does not."""

from __future__ import annotations

import numpy as np
import pytest

from geneboard.metrics.ilisi import graph_lisi
from geneboard.metrics.joint.nearest_rows import nearest_rows_lisi
from geneboard.metrics.neighbours import neighbour_graph


@pytest.mark.parametrize(("n_copies", "breaks_down"), [(4, False), (8, True), (16, True)])
def test_perfect_copies(n_copies: int, breaks_down: bool) -> None:
    points = np.random.default_rng(0).standard_normal((150, 16))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    rows, labels = np.tile(points, (n_copies, 1)), np.repeat(np.arange(n_copies), 150)
    published = (np.median(graph_lisi(neighbour_graph(rows.astype(np.float32)), labels)) - 1) / (n_copies - 1)
    nearest = nearest_rows_lisi(rows, labels, n_copies)
    assert nearest is not None
    assert (published == 0) == breaks_down
    assert (np.median(nearest) - 1) / (n_copies - 1) > 0.75
