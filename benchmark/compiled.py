"""Machine code that is compiled once on a machine and not in every process that scores."""

from __future__ import annotations

import contextlib


def keep_compiled() -> None:
    """Make numba keep on disk what scanpy's neighbour graph compiles at its first call, about 5 s each time.

    umap keeps the code of its other functions, but not of these two. numba writes to ``NUMBA_CACHE_DIR``,
    beside umap's files or in the user's cache folder; it compiles again when umap or the processor differs.
    """
    from umap.umap_ import compute_membership_strengths, smooth_knn_dist

    for function in (smooth_knn_dist, compute_membership_strengths):
        with contextlib.suppress(RuntimeError):  # no such folder can be written: compile each time
            function.enable_caching()
