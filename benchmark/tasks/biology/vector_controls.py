"""Controls beside vectors made elsewhere: random ones, and ones that were told the answers before a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geneboard.benchmark.external.precomputed import PrecomputedEntry
from geneboard.datasets.knowledge.time_split import TimeSplit, embedded_time_split
from geneboard.methods.base import GeneEmbeddings

RANDOM, CONTAMINATED = "random", "contaminated"

NOISE = 0.1
"""Standard deviation of what is added to the labels, which are 0 and 1: no two genes are the same."""

TITLES = {RANDOM: "Random", CONTAMINATED: "Contaminated"}

CONTAMINATED_MEANING = (
    "vectors made of the GO labels before the day of the split, with noise. It shows what an embedding looks "
    "like that has seen the answers: high before the day, lower since."
)


def controls_like(entry: PrecomputedEntry, genes: Sequence[pd.Index]) -> list[PrecomputedEntry]:
    """Return the controls that have vectors for the genes and datasets of a file.

    Parameters
    ----------
    entry
        The file.
    genes
        Its genes in each dataset. The contaminated control needs enough that the split over time knows.
    """
    from geneboard.metrics.biology.over_time import has_enough  # sklearn takes seconds, and tables need names

    names = [RANDOM]
    if any(has_enough(own, term) for own in genes for term in embedded_time_split().terms.values()):
        names.append(CONTAMINATED)
    return [
        replace(entry, name=name, attributes={**entry.attributes, "title": TITLES[name], "kind": "control"})
        for name in names
    ]


def control_vectors(name: str, like: GeneEmbeddings, seed: int) -> GeneEmbeddings:
    """Return the vectors of a control, for the genes of others."""
    rng = np.random.default_rng(seed)
    if name == RANDOM:
        drawn = [rng.normal(size=one.shape) for one in like.values]
    else:
        split = embedded_time_split()
        drawn = [
            _labels(genes, split) + NOISE * rng.normal(size=(len(genes), len(split.terms)))
            for genes in like.genes
        ]
    return replace(like, values=tuple(one.astype(np.float32) for one in drawn))


def _labels(genes: pd.Index, split: TimeSplit) -> np.ndarray:
    """Return which gene had which term before the day, 0 or 1, shape (n_genes, n_terms)."""
    had = [
        genes.isin(frozenset().union(*(part.positive for part in (*term.folds, term.before))))
        for term in split.terms.values()
    ]
    return np.column_stack(had).astype(float)
