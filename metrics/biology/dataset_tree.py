"""Question 5: the tree of the datasets of several tissues, and whether those of one are near each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import average
from scipy.spatial.distance import squareform
from scipy.stats import rankdata

from geneboard.metrics.biology.dataset_similarity import DIGITS, DRAWS, dataset_similarities
from geneboard.metrics.biology.null import AgainstNull
from geneboard.metrics.biology.relabelled import relabelled

LEAST_COMMON = 20
"""Genes that two datasets need in common: below, their similarity is that of a few pairs."""


@dataclass(frozen=True, eq=False)
class DatasetTree:
    """Which datasets are alike.

    Attributes
    ----------
    datasets, tissues
        Name and tissue of each dataset, in the order of the alphabet.
    similarity
        Of the profiles, shape (n_datasets, n_datasets), -1 to 1 (`dataset_similarities`).
    merges
        The tree as scipy writes it, by average linkage of 1 - similarity, shape (n_datasets - 1, 4).
    support
        Share of the bootstrap trees that have the clade of each merge, shape (n_datasets - 1,); NaN of the
        root, and of a merge that ties with the next one and so is no clade.
    auc
        ROC AUC over pairs of datasets, of one tissue against different ones, by similarity: higher is better,
        .5 is chance. The null permutes the tissues of the datasets, the interval is a bootstrap over genes.
    auc_mean_vector
        The same by the cosine of mean vectors; None where some have no length.
    auc_common
        The same by the share of genes in common (Jaccard), which is no knowledge of the embedding.
    least_p
        The smallest p that the null can attain.
    common
        The fewest and the most genes that two datasets have in common.
    reason
        Why there is nothing; empty if there is.
    """

    datasets: tuple[str, ...]
    tissues: tuple[str, ...]
    similarity: np.ndarray
    merges: np.ndarray
    support: np.ndarray
    auc: AgainstNull | None
    auc_mean_vector: AgainstNull | None
    auc_common: float
    least_p: float
    common: tuple[int, int]
    reason: str = ""

    @property
    def between_tissues(self) -> pd.DataFrame:
        """Mean similarity of datasets of two tissues, and of one; NaN for a tissue with a single dataset."""
        names = sorted(set(self.tissues))
        own = np.array([[tissue == name for tissue in self.tissues] for name in names], dtype=float)
        apart = ~np.eye(len(self.tissues), dtype=bool)
        pairs = own @ apart @ own.T
        summed = own @ (self.similarity * apart) @ own.T
        means = np.divide(summed, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0)
        return pd.DataFrame(means, index=names, columns=names)


def dataset_tree(
    datasets: Sequence[str],
    values: Sequence[np.ndarray],
    genes: Sequence[pd.Index],
    tissues: Sequence[str],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> DatasetTree:
    """Compare the datasets of several tissues by what an embedding says of their genes.

    Parameters
    ----------
    datasets, tissues
        Name and tissue of each dataset.
    values, genes, draws
        As for `dataset_similarity.dataset_similarities`.
    seed
        Determines bootstrap samples, and permuted tissues where there are too many to compare all.
    """
    order = sorted(range(len(datasets)), key=lambda place: datasets[place])
    names, of = tuple(datasets[k] for k in order), tuple(tissues[k] for k in order)
    found = dataset_similarities(
        [values[k] for k in order], [genes[k] for k in order], draws=draws, seed=seed
    )
    one, other = np.triu_indices(len(names), 1)
    same = np.asarray(of, dtype=object)[one] == np.asarray(of, dtype=object)[other]
    profiles, means = found.profile[:, one, other], found.mean_vector[:, one, other]
    common = found.common[one, other]
    fewest = (int(common.min()), int(common.max())) if len(common) else (0, 0)
    reason = ""
    if same.all() or not same.any():
        reason = "all datasets with vectors are of one tissue" if same.all() else "no tissue has two datasets"
    elif fewest[0] < LEAST_COMMON:
        pair = int(common.argmin())
        reason = (
            f"{names[one[pair]]} and {names[other[pair]]} have {fewest[0]} genes with a vector in common, "
            f"where {LEAST_COMMON} are needed"
        )
    elif np.isnan(profiles).any():
        pair = int(np.isnan(profiles).any(axis=0).argmax())
        reason = f"all pairs of genes are equally alike in {names[one[pair]]} or {names[other[pair]]}"
    if reason:
        nothing = np.empty((0, 4))
        return DatasetTree(
            names, of, found.profile[0], nothing, nothing[:, 0], None, None, np.nan, np.nan, fewest, reason
        )
    divisions = relabelled(of, seed)
    permuted = divisions[1:, one] == divisions[1:, other]
    own = np.diag(found.common)
    trees = [_tree(drawn) for drawn in found.profile]
    return DatasetTree(
        names,
        of,
        found.profile[0],
        trees[0],
        _support(trees),
        _against_null(profiles, same, permuted),
        None if np.isnan(means).any() else _against_null(means, same, permuted),
        float(pair_auc(common / (own[one] + own[other] - common), same)),
        1 / len(divisions),
        fewest,
    )


def pair_auc(similarity: np.ndarray, same: np.ndarray) -> np.ndarray:
    """Return the ROC AUC of pairs of one tissue against others, equal similarities counting half.

    Parameters
    ----------
    similarity, same
        Of pairs of datasets, and whether they are of one tissue, shape (..., n_pairs) both.
    """
    n = same.sum(axis=-1)
    ranks = rankdata(similarity, axis=-1)
    return np.asarray(((ranks * same).sum(axis=-1) - n * (n + 1) / 2) / (n * (same.shape[-1] - n)))


def _against_null(similarity: np.ndarray, same: np.ndarray, permuted: np.ndarray) -> AgainstNull:
    aucs = pair_auc(similarity, same)
    return AgainstNull.of(float(aucs[0]), pair_auc(similarity[:1], permuted), aucs[1:])


def _tree(similarity: np.ndarray) -> np.ndarray:
    distance = np.round(1 - similarity, DIGITS)
    return np.asarray(average(squareform(distance, checks=False)))


def clades(merges: np.ndarray) -> list[frozenset[int]]:
    """Return the datasets of each merge of a tree; empty for the root, and for one that ties with the next.

    Where three datasets are equally alike, which two are merged first is an accident and no clade.
    """
    n = len(merges) + 1
    members = [frozenset([leaf]) for leaf in range(n)]
    found: list[frozenset[int]] = []
    parent_height = np.full(n + len(merges), -np.inf)
    for left, right, height, _ in merges:
        members.append(members[int(left)] | members[int(right)])
        parent_height[[int(left), int(right)]] = height
    for place, (_, _, height, _) in enumerate(merges, start=n):
        is_clade = height < parent_height[place] - 10.0**-DIGITS
        found.append(members[place] if is_clade else frozenset())
    return found


def _support(trees: Sequence[np.ndarray]) -> np.ndarray:
    """Return the share of the trees but the first that have each clade of the first."""
    own, *drawn = (clades(tree) for tree in trees)
    others = [set(one) for one in drawn]
    return np.array(
        [np.mean([clade in other for other in others]) if clade and others else np.nan for clade in own]
    )
