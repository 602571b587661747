"""The genes nearest to a gene: in each dataset, on average over datasets, and between tissues."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.metrics.auc import unit_length

MEAN = "mean"
"""Stands in the column dataset for the average over datasets."""

MEAN_NEEDS = 0.5
"""Share of the gene's datasets that another gene must be in to have a place on average: one that is near in a
single dataset would else stand before those that are near in all."""

TIE = 9
"""Decimals after which similarities are equal, and the order is that of the alphabet."""


def similarities(genes: np.ndarray, datasets: np.ndarray, matrix: np.ndarray, gene: str) -> pd.DataFrame:
    """Return the cosine similarity of a gene to all others, dataset by dataset.

    Parameters
    ----------
    genes, datasets
        Gene and dataset of each row, shape (n_rows,).
    matrix
        Embedding, shape (n_rows, dim).
    gene
        Name of a gene that is in some dataset.

    Returns
    -------
    pandas.DataFrame
        Rows are the other genes, columns the datasets that have the gene. NaN where the other gene is not in
        the dataset, and where either vector is zero, which has no direction.
    """
    columns = {}
    for dataset in dict.fromkeys(datasets[genes == gene]):
        inside = np.flatnonzero(datasets == dataset)
        names, vectors = genes[inside], unit_length(matrix[inside])
        own = vectors[names == gene][0]
        cosine = (vectors @ own).clip(-1.0, 1.0)
        cosine[~vectors.any(axis=1) | (not own.any())] = np.nan
        columns[dataset] = pd.Series(cosine, index=names).drop(gene)
    return pd.DataFrame(columns)


def on_average(values: pd.DataFrame) -> pd.Series:
    """Return the mean of `similarities` over datasets, of genes that are in at least half of them."""
    usable = values.dropna(axis="columns", how="all")
    there = usable.notna().sum(axis="columns")
    mean: pd.Series = usable.mean(axis="columns")[there >= max(MEAN_NEEDS * usable.shape[1], 1)]
    return mean


def ranked(values: pd.Series) -> pd.Series:
    """Return similarities from the highest down, without missing ones; equal ones by name."""
    known = values.dropna()
    order = np.lexsort((known.index.to_numpy(dtype=str), -known.round(TIE).to_numpy()))
    return known.iloc[order]


@dataclass(frozen=True)
class Contrast:
    """How the nearest genes of a gene differ between tissues.

    Attributes
    ----------
    n_common
        Number of genes that have a place in all tissues; `shared` is about these.
    shared
        Genes that are among the nearest in all tissues, of the common genes.
    chance
        How many would be shared if each tissue had drawn its nearest by lot.
    own
        By tissue, the genes that are among its nearest, in no other tissue's and not `shared`, each with its
        rank in the other tissues; None where it has no place there.
    """

    n_common: int
    shared: Sequence[str]
    chance: float
    own: Mapping[str, Mapping[str, Mapping[str, int | None]]]


def contrast(orders: Mapping[str, pd.Series], top: int) -> Contrast:
    """Compare rankings of the same gene.

    Parameters
    ----------
    orders
        By tissue the similarity of other genes, from the highest down (`ranked`).
    top
        How many of them are the nearest.
    """
    common = set.intersection(*(set(order.index) for order in orders.values()))
    firsts = [[gene for gene in order.index if gene in common][:top] for order in orders.values()]
    shared = [gene for gene in firsts[0] if all(gene in first for first in firsts)]
    size = min(top, len(common))
    chance = len(common) * (size / len(common)) ** len(orders) if common else 0.0
    nearest = {tissue: list(order.index[:top]) for tissue, order in orders.items()}
    own: dict[str, dict[str, dict[str, int | None]]] = {}
    for tissue, genes in nearest.items():
        others = {other: order for other, order in orders.items() if other != tissue}
        elsewhere = {*shared, *(gene for other in others for gene in nearest[other])}
        alone = [gene for gene in genes if gene not in elsewhere]
        own[tissue] = {gene: {other: _rank(order, gene) for other, order in others.items()} for gene in alone}
    return Contrast(len(common), shared, chance, own)


def _rank(order: pd.Series, gene: str) -> int | None:
    return list(order.index).index(gene) + 1 if gene in order.index else None


def shared_sets(
    sets: Mapping[str, frozenset[str]], gene: str, others: Iterable[str]
) -> list[tuple[str, ...]]:
    """Return the names of the gene sets that a gene shares with each of some others, small sets first."""
    with_gene = sorted((len(members), name) for name, members in sets.items() if gene in members)
    return [tuple(name for _, name in with_gene if other in sets[name]) for other in others]
