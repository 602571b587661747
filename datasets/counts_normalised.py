"""Matrices of whole numbers or fractions that were counts once, and are normalised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy import sparse

CELLS_LOOKED_AT = 500
"""Cells, evenly spaced, that are looked at one by one."""

OFTEN = 5
"""Genes of a cell with the same value from which on it is no chance that another value is missing."""

SMALL = 8
"""Distance from the smallest value of a cell up to which values are frequent."""

SKIPPING = 0.1
"""Share of cells that skip a value above which a matrix of whole numbers was normalised.

In the 25 real datasets of shared/data at most 0.8 % of the cells do; drawn down to half the depth, without
their ones, doubled or with 300 genes only, at most 2 %. Rounded after each cell was brought to a million
counts, 66 to 100 % do; to ten thousand, 39 to 100 % in the 19 datasets that are not deeper than that; to the
mean or median depth of the dataset, 26 to 68 % in 23. Not seen are deeper data brought to ten thousand (12 %
in one, 0 to 2 % in five), and gene activity of a panel brought to its mean (3 and 19 %).
"""

MILLION = 1e6
SAME_TOTAL = 0.01
WITH_UNIT = 0.5
"""Share of cells whose values are multiples of one, above which one factor for all genes made them."""

LARGEST_MULTIPLE = 50
"""Multiples above it are not looked at: single precision and chance decide whether they are whole."""

LARGEST_LOG = 30
"""No logarithm of a count is larger."""


def looks_rounded(rows: sparse.csr_matrix) -> str | None:
    """Return what a matrix of whole numbers looks like that was normalised and rounded, None for counts.

    Where each cell was multiplied by a number of its own, 1.6 say, counts of 1, 2, 3 and 4 became 2, 3, 5 and
    6, and no gene of the cell has 4, although many have less and many more. Counts skip no value like that.
    Where the factors are below 1 no value is skipped; of these, matrices with one million in every cell (CPM,
    TPM) are told by their totals, which are never exactly the same after rounding, as those of counts
    drawn down to the same depth are. What is rounded otherwise (RPKM, sctransform's corrected counts,
    logarithms) is not seen.

    Parameters
    ----------
    rows
        Whole numbers, cells x genes.
    """
    totals = np.asarray(rows.sum(axis=1, dtype=np.float64)).ravel()
    if (np.abs(totals / MILLION - 1) < SAME_TOTAL).all() and np.ptp(totals) > 0:
        return "looks normalised to one million in every cell and rounded"
    unit = np.gcd.reduce(rows.data.astype(np.int64))
    cells = [values // unit for values in _cells(rows)]
    if _come_in_pairs(cells):
        cells = [values[values % 2 == 0] // 2 for values in cells]
    skipping = [_skips_a_value(values) for values in cells if len(values)]
    if np.mean(skipping) > SKIPPING:
        return (
            f"looks normalised and rounded ({np.mean(skipping):.0%} of the cells skip a value that counts "
            "would have)"
        )
    return None


def _come_in_pairs(cells: Sequence[np.ndarray]) -> bool:
    """Return whether even values outnumber odd ones, as the two ends of fragments do that are both counted.

    Gene activity of Tn5 insertions and reads of pairs have few odd values, and some cells none of 3 or 5.
    In cells that were normalised, ones are the most frequent value or none is there; only cells with ones are
    looked at.
    """
    with_ones = [values for values in cells if values.min() == 1]
    times = [sum(int((values == number).sum()) for values in with_ones) for number in range(7)]
    return 0 < times[1] < times[2] and times[3] < times[4] and times[5] <= times[6]


def _skips_a_value(values: np.ndarray) -> bool:
    """Return whether no gene has the value after a frequent one, although a larger one is frequent.

    Only small values are looked at, which are so frequent in counts that none is missing by chance. Where the
    smallest is large and frequent, the next must not be its double.
    """
    found, times = np.unique(values, return_counts=True)
    smallest = found[0]
    if smallest > SMALL and times[0] >= OFTEN and (len(found) == 1 or found[1] >= 2 * smallest - 1):
        return True
    often = np.flatnonzero((times >= OFTEN) & (found <= smallest + SMALL))
    return bool((found[often[:-1] + 1] > found[often[:-1]] + 1).any())


def looks_normalised(rows: sparse.csr_matrix) -> str | None:
    """Return what a matrix of fractions looks like, None if it may hold corrected counts.

    Normalised values and their logarithms come from counts by one factor for all genes of a cell, so that
    the values are multiples of what a count of 1 has become; corrected counts (SoupX, decontX) are not.

    Parameters
    ----------
    rows
        Values from 0 on, cells x genes.
    """
    if _same_totals(rows):
        return "looks normalised to the same total in every cell"
    if rows.data.max() < LARGEST_LOG:
        for base in (np.e, 2, 10):
            counts = rows.copy()
            counts.data = base**rows.data - 1
            if _same_totals(counts) or np.mean([_has_unit(values) for values in _cells(counts)]) > WITH_UNIT:
                return "looks log-transformed"
    fractions = [values[values != np.rint(values)] for values in _cells(rows)]
    return "looks normalised" if np.mean([_has_unit(values) for values in fractions]) > WITH_UNIT else None


def _has_unit(values: np.ndarray) -> bool:
    """Return whether the values of a cell are multiples of the smallest, as far as that can be told."""
    multiples = values / values.min(initial=np.inf)
    multiples = multiples[multiples < LARGEST_MULTIPLE]
    off = np.abs(multiples - np.rint(multiples))
    return len(multiples) >= 2 * OFTEN and bool(np.mean(off < 0.02) > 0.95)


def _same_totals(rows: sparse.csr_matrix) -> bool:
    totals = np.asarray(rows.sum(axis=1)).ravel()
    totals = totals[totals > 0]
    return bool(totals.std() < SAME_TOTAL * totals.mean())


def _cells(rows: sparse.csr_matrix) -> Iterator[np.ndarray]:
    """Yield the values above 0 of some cells that have any."""
    filled = np.flatnonzero(np.asarray(rows.sum(axis=1)).ravel())
    for row in filled[np.linspace(0, len(filled) - 1, min(len(filled), CELLS_LOOKED_AT)).astype(int)]:
        values = rows.data[rows.indptr[row] : rows.indptr[row + 1]]
        yield values[values > 0]
