"""Gene sets that are over-represented in a list of genes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy.stats import false_discovery_control

from geneboard.datasets.knowledge.gene_sets import GeneSets

COLUMNS = ("set", "overlap", "set_size", "rich_factor", "p_value", "fdr", "genes")


def over_represented(listed: Iterable[str], background: Iterable[str], sets: GeneSets) -> pd.DataFrame:
    """Test every set of a library by the hypergeometric distribution, as gseapy does.

    Parameters
    ----------
    listed
        The genes; those outside of the background do not count.
    background
        All genes that could have been listed.
    sets
        The library; sets with fewer than 5 or more than 300 genes of the background are not asked.

    Returns
    -------
    pandas.DataFrame
        One row for each set with a gene in common, the smallest p-value first: ``set``, ``overlap``,
        ``set_size`` (genes of the background), ``rich_factor`` (overlap / set_size), ``p_value``, ``fdr``
        (Benjamini-Hochberg over all sets asked) and ``genes`` (with ";" between them).
    """
    from gseapy.stats import calc_pvalues  # a second to import

    every = set(background)
    asked, own = sets.within(every).sets, set(listed) & every
    found = list(calc_pvalues(own, {name: set(genes) for name, genes in asked.items()}, every)) if own else []
    if not found:
        return pd.DataFrame(columns=list(COLUMNS))
    names, p_values, _, overlaps, sizes, genes = found
    without = np.ones(len(asked) - len(names))
    columns = (
        names,
        overlaps,
        sizes,
        np.divide(overlaps, sizes),
        p_values,
        false_discovery_control(np.concatenate([p_values, without]))[: len(names)],
        [";".join(sorted(hit)) for hit in genes],
    )
    table = pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))
    return table.sort_values(["p_value", "set"], ignore_index=True)
