"""Question 1: genes of one gene set, and whether they are near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geneboard.datasets.knowledge.gene_sets import GeneSets
from geneboard.metrics.biology.null import AgainstNull

NEIGHBOURS = 10
"""Neighbours of a gene in which partners are looked for."""

RESAMPLES = 1000
"""Bootstrap samples of the gene sets."""


@dataclass(frozen=True)
class Retrieval:
    """How well the cosine similarity of two genes tells that they share a gene set.

    Attributes
    ----------
    auc
        ROC AUC, mean over datasets, with its null; None where no dataset has one.
    auc_by_dataset
        One for each dataset, NaN where it has no pair of one of the classes.
    recall
        Share of a gene's partners that are among its 10 nearest genes, over what chance gives; mean over
        genes with a partner, then over datasets. 1 is chance.
    recall_by_dataset
        The same for each dataset.
    n_genes
        Genes of each dataset that have a vector and are in some set.
    n_sets
        Sets with at least two of these genes in one dataset.
    reason
        Why there is no number; empty if there is one.
    """

    auc: AgainstNull | None
    auc_by_dataset: tuple[float, ...]
    recall: float | None
    recall_by_dataset: tuple[float, ...]
    n_genes: tuple[int, ...]
    n_sets: int
    reason: str = ""


def retrieval(
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    strata: Sequence[np.ndarray],
    sets: GeneSets,
    *,
    draws: int = 200,
    seed: int = 0,
) -> Retrieval:
    """Ask whether two genes of one set are more alike than two genes of none in common.

    Parameters
    ----------
    values
        For each dataset its vectors, shape (n_genes, dim); rows of zeros are genes without one.
    genes
        For each dataset the names of the genes, as the sets have them (human symbols); unique.
    strata
        For each dataset the cell of each gene (`strata.gene_strata`), shape (n_genes,).
    sets
        A library, restricted to the genes of the tissue (`GeneSets.within`).
    draws
        Permutations of the names within cells.
    seed
        Determines permutations and resampled sets.
    """
    raise NotImplementedError
