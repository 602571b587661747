"""Assignments of datasets to tissues: the true one, and permuted ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from math import factorial, prod

import numpy as np
import pandas as pd

from geneboard.metrics.biology.assignments import MOST


def relabelled(tissues: Sequence[str], seed: int) -> np.ndarray:
    """Return all divisions of datasets into groups as large as the tissues, or some drawn at random.

    Groups have no names: where two tissues have as many datasets, to exchange them changes nothing.

    Parameters
    ----------
    tissues
        Tissue of each dataset.
    seed
        Determines those drawn at random, where there are more than 1000.

    Returns
    -------
    np.ndarray
        Number of the group of each dataset, shape (n_divisions, n_datasets); the first row is the truth. The
        smallest p that can be attained is 1 / n_divisions.
    """
    truth = pd.factorize(np.asarray(tissues, dtype=object))[0]
    sizes = np.bincount(truth).tolist()
    same_size = Counter(sizes).values()
    n = factorial(len(truth)) // prod(map(factorial, sizes)) // prod(map(factorial, same_size))
    if n > MOST:
        rng = np.random.default_rng(seed)
        return np.array([truth, *(rng.permutation(truth) for _ in range(MOST - 1))])
    rows = np.zeros((n, len(truth)), dtype=np.int64)
    for row, groups in zip(rows, _divisions(list(range(len(truth))), sizes), strict=True):
        for number, members in enumerate(groups):
            row[list(members)] = number
    return np.vstack([truth, rows[(rows != truth).any(axis=1)]])


def _divisions(free: Sequence[int], sizes: Sequence[int]) -> Iterator[tuple[tuple[int, ...], ...]]:
    """Return every division once, groups in the order of their first members as in `pandas.factorize`."""
    if not free:
        yield ()
        return
    first, *rest = free
    for size in sorted(set(sizes)):
        left = list(sizes)
        left.remove(size)
        for others in combinations(rest, size - 1):
            outside = [one for one in rest if one not in others]
            for groups in _divisions(outside, left):
                yield ((first, *others), *groups)
