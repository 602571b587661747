"""Machine code that is compiled once on a machine and not in every process that scores."""

from __future__ import annotations

import contextlib
import functools


@functools.cache
def keep_compiled() -> None:
    """Make numba keep on disk what the neighbour graph and its UMAP layout compile at their first call.

    That takes about 5 s each time. umap keeps the code of its other functions, but not of these three. numba
    writes to ``NUMBA_CACHE_DIR``, beside umap's files or in the user's cache folder; it compiles again when
    umap or the processor differs.
    """
    from umap import layouts
    from umap.umap_ import compute_membership_strengths, smooth_knn_dist

    # The last has no public name; without it, every process that lays out an embedding compiles for 3 s.
    one_epoch = layouts._nb_optimize_layout_euclidean_single_epoch
    for function in (smooth_knn_dist, compute_membership_strengths, one_epoch):
        with contextlib.suppress(RuntimeError):  # no such folder can be written: compile each time
            function.enable_caching()
