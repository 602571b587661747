"""The tree of datasets: by hand, as slow plain definitions have it, and what must not change it."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import average, cophenet
from scipy.spatial.distance import squareform
from scipy.stats import ortho_group, pearsonr
from sklearn.metrics import roc_auc_score

from geneboard.metrics.biology import dataset_similarity
from geneboard.metrics.biology.dataset_similarity import dataset_similarities, profile_correlation
from geneboard.metrics.biology.dataset_tree import DatasetTree, clades, dataset_tree, pair_auc
from geneboard.metrics.biology.relabelled import relabelled

TISSUES = ("lung", "lung", "lung", "heart", "heart", "liver", "liver")


def small_datasets(seed: int = 0, noise: float = 1.0) -> tuple[list[np.ndarray], list[pd.Index]]:
    """Seven datasets of three tissues, in each the same vectors but for noise and a rotation."""
    rng = np.random.default_rng(seed)
    pool = np.array([f"GENE{number:03d}" for number in range(90)])
    of_tissue = {tissue: rng.normal(size=(90, 6)) for tissue in dict.fromkeys(TISSUES)}
    values, genes = [], []
    for tissue in TISSUES:
        own = rng.permutation(90)[:70]
        vectors = of_tissue[tissue][own] + noise * rng.normal(size=(70, 6))
        values.append(vectors @ ortho_group.rvs(6, random_state=rng))
        genes.append(pd.Index(pool[own]))
    return values, genes


def tree_of(values: list[np.ndarray], genes: list[pd.Index], seed: int = 3) -> DatasetTree:
    names = [f"d{place}" for place in range(len(values))]
    return dataset_tree(names, values, genes, TISSUES[: len(values)], seed=seed, draws=50)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.sqrt((one @ one) * (other @ other)))


def plain_similarity(values, genes, i, j, drawn):
    """Pair by pair of the genes drawn, of which one may stand there several times."""
    first, second = (dict(zip(genes[k], values[k], strict=True)) for k in (i, j))
    both = [gene for gene in drawn if gene in first and gene in second]
    pairs = [(a, b) for a, b in combinations(both, 2) if a != b]
    profiles = [[cosine(own[a], own[b]) for a, b in pairs] for own in (first, second)]
    means = [np.mean([own[a] / np.linalg.norm(own[a]) for a in both], axis=0) for own in (first, second)]
    return pearsonr(*profiles).statistic, cosine(*means)


def test_similarities_are_those_of_a_plain_implementation() -> None:
    values, genes = small_datasets()
    values[0][:5] = 0  # genes without a vector
    kept = [np.flatnonzero(own.any(axis=1)) for own in values]
    found = dataset_similarities(values, genes, draws=3, seed=1)
    names = sorted(set().union(*(own[rows] for own, rows in zip(genes, kept, strict=True))))
    counts = np.random.default_rng(1).multinomial(len(names), np.full(len(names), 1 / len(names)), 3)
    for draw, drawn in enumerate([names, *(np.repeat(names, count) for count in counts)]):
        for i, j in ((0, 1), (2, 5), (6, 3)):
            with_vector = [gene for gene in drawn if not (i == 0 and gene in genes[0][:5])]
            profile, means = plain_similarity(values, genes, i, j, with_vector)
            assert found.profile[draw, i, j] == pytest.approx(profile, abs=2e-5)
            assert found.mean_vector[draw, i, j] == pytest.approx(means, abs=2e-5)
    assert found.common[0, 1] == len(set(genes[0][5:]) & set(genes[1]))


def test_by_hand() -> None:
    # cosines of the pairs (a, b), (a, c), (b, c): 1, 0, 0 and 0, 1, 0: covariance -1/9, variances 2/9
    one = np.array([[1.0, 1, 0], [1, 1, 0], [0, 0, 1]])
    other = np.array([[1.0, 0, 1], [0, 1, 0], [1, 0, 1]])
    weights = np.array([[1.0, 1, 1], [2, 1, 1], [1, 1, 0]])
    found = profile_correlation(one, other, weights)
    assert found[0] == pytest.approx(-0.5)
    # a twice: pairs weigh 2, 2, 1: means .4, .4, covariance -.16, variances .24
    assert found[1] == pytest.approx(-0.16 / 0.24)
    assert np.isnan(found[2])  # a single pair has no spread
    # three leaves: 0 and 1 at .2, then 2 at the mean of .6 and .8
    distance = np.array([[0, 0.2, 0.6], [0.2, 0, 0.8], [0.6, 0.8, 0]])
    merges = average(squareform(distance))
    assert merges[:, 2].tolist() == pytest.approx([0.2, 0.7])
    assert clades(merges) == [frozenset({0, 1}), frozenset()]
    # similarities .9 of one tissue against .8 and .95: it is above one of two
    assert pair_auc(np.array([0.9, 0.8, 0.95]), np.array([True, False, False])) == 0.5
    assert pair_auc(np.array([0.9, 0.8, 0.9]), np.array([True, False, False])) == 0.75


def test_what_ties_is_no_clade() -> None:
    equal = np.ones((4, 4)) * 0.5
    np.fill_diagonal(equal, 0)
    assert clades(average(squareform(equal))) == [frozenset()] * 3


def test_tree_auc_and_null_are_those_of_scipy_and_scikit_learn() -> None:
    values, genes = small_datasets()
    found = tree_of(values, genes)
    distance = squareform(1 - found.similarity, checks=False)
    np.testing.assert_allclose(cophenet(found.merges), cophenet(average(distance)), atol=1e-6)
    pairs = list(combinations(range(7), 2))
    scores = [found.similarity[i, j] for i, j in pairs]
    assert found.auc is not None
    assert found.auc.value == pytest.approx(
        roc_auc_score([TISSUES[i] == TISSUES[j] for i, j in pairs], scores)
    )
    distinct = {
        frozenset(frozenset(np.flatnonzero(np.array(order) == tissue)) for tissue in set(TISSUES))
        for order in set(permutations(TISSUES))
    }
    assert found.least_p == pytest.approx(1 / len(distinct))
    aucs = [
        roc_auc_score([any({i, j} <= group for group in division) for i, j in pairs], scores)
        for division in distinct
    ]
    assert found.auc.p_value == pytest.approx(np.mean(np.array(aucs) >= found.auc.value - 1e-9))
    lung, heart, liver = ([k for k in range(7) if TISSUES[k] == name] for name in ("lung", "heart", "liver"))
    own = found.between_tissues
    assert own.loc["lung", "lung"] == pytest.approx(
        np.mean([found.similarity[i, j] for i, j in combinations(lung, 2)])
    )
    assert own.loc["liver", "heart"] == pytest.approx(found.similarity[np.ix_(liver, heart)].mean())


def test_tissues_are_found_with_support_and_noise_is_not() -> None:
    found = tree_of(*small_datasets(noise=0.3))
    assert found.auc is not None
    assert (found.auc.value, found.auc.p_value) == (1.0, found.least_p)
    supported = {
        clade for clade, share in zip(clades(found.merges), found.support, strict=True) if share > 0.95
    }
    assert {frozenset({0, 1, 2}), frozenset({3, 4}), frozenset({5, 6})} <= supported
    rng = np.random.default_rng(5)
    holding, supports = [], []
    for seed in range(12):
        values, genes = small_datasets(seed)
        noise = tree_of([rng.normal(size=own.shape) for own in values], genes, seed)
        assert noise.auc is not None
        assert noise.auc.low is not None
        assert noise.auc.high is not None
        holding.append(noise.auc.low <= 0.5 <= noise.auc.high)
        supports.append(np.nanmean(noise.support))
    assert sum(holding) >= 11
    assert np.mean(supports) < 0.5


def test_only_what_may_change_it_does() -> None:
    values, genes = small_datasets()
    found = tree_of(values, genes)

    def same(other: DatasetTree, *, draws: bool = True) -> None:
        np.testing.assert_allclose(other.similarity, found.similarity, atol=3e-6)
        np.testing.assert_allclose(other.merges, found.merges, atol=3e-6)
        assert other.auc is not None
        assert found.auc is not None
        assert (other.auc.value, other.auc.p_value) == (found.auc.value, found.auc.p_value)
        if draws:
            np.testing.assert_allclose(other.support, found.support, atol=0.03, equal_nan=True)
            np.testing.assert_allclose(other.auc.resampled, found.auc.resampled, atol=0.03)

    rng = np.random.default_rng(1)
    rotated = [own @ ortho_group.rvs(6, random_state=rng) for own in values]
    scaled = [own * rng.uniform(0.5, 2, size=(len(own), 1)) for own in rotated]
    same(tree_of(scaled, genes))
    orders = [rng.permutation(len(own)) for own in values]
    same(
        tree_of(
            [v[k] for v, k in zip(values, orders, strict=True)],
            [g[k] for g, k in zip(genes, orders, strict=True)],
        )
    )
    renamed = pd.Series(rng.permutation(90), index=[f"GENE{number:03d}" for number in range(90)])
    same(tree_of(values, [pd.Index([f"X{renamed[gene]}" for gene in own]) for own in genes]), draws=False)
    backwards = list(range(7))[::-1]
    same(
        dataset_tree(
            [f"d{k}" for k in backwards], [values[k] for k in backwards], [genes[k] for k in backwards],
            [TISSUES[k] for k in backwards], seed=3, draws=50,
        )
    )  # fmt: skip
    # mean vectors are of one space, and names of genes that are permuted in one dataset do change it
    assert found.auc_mean_vector is not None
    turned = tree_of(rotated, genes).auc_mean_vector
    assert turned is not None
    assert turned.value != found.auc_mean_vector.value
    shuffled = tree_of(values, [own[rng.permutation(len(own))] for own in genes])
    assert np.abs(shuffled.similarity - found.similarity).max() > 0.2


def test_one_vector_for_each_gene_tells_no_tissue() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(60, 8))
    genes = [pd.Index([f"G{number}" for number in range(60)])] * 7
    found = tree_of([vectors] * 7, genes)
    assert found.auc is not None
    assert (found.auc.value, found.auc.low, found.auc.high) == (0.5, 0.5, 0.5)
    assert np.isnan(found.support).all()


def test_of_many_common_genes_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    values, genes = small_datasets()
    whole = dataset_similarities(values, genes, draws=2, seed=1)
    monkeypatch.setattr(dataset_similarity, "MOST_GENES", 40)
    some = dataset_similarities(values, genes, draws=2, seed=1)
    assert (some.common == whole.common).all()
    assert 0 < np.abs(some.profile - whole.profile).max() < 0.4


@pytest.mark.parametrize(
    ("tissues", "n_genes", "reason"),
    [
        (["lung"] * 3, 30, "all datasets with vectors are of one tissue"),
        (["lung", "heart", "liver"], 30, "no tissue has two datasets"),
        (
            ["lung", "lung", "heart"],
            19,
            "d0 and d1 have 19 genes with a vector in common, where 20 are needed",
        ),
    ],
)
def test_what_cannot_be_told_says_why(tissues: list[str], n_genes: int, reason: str) -> None:
    vectors = np.random.default_rng(0).normal(size=(n_genes, 4))
    genes = [pd.Index([f"G{number}" for number in range(n_genes)])] * 3
    found = dataset_tree(["d0", "d1", "d2"], [vectors] * 3, genes, tissues)
    assert (found.auc, found.reason) == (None, reason)
    flat = dataset_tree(
        ["d0", "d1", "d2"], [np.ones((30, 4))] * 3, [pd.RangeIndex(30).astype(str)] * 3, ["a", "a", "b"]
    )
    assert flat.reason == "all pairs of genes are equally alike in d0 or d1"


@pytest.mark.parametrize(
    ("sizes", "n"), [((2, 1), 3), ((2, 2), 3), ((3, 2, 2), 105), ((5, 6), 462), ((6, 7), 1000)]
)
def test_divisions_are_all_different_and_start_with_the_truth(sizes: tuple[int, ...], n: int) -> None:
    truth = [f"t{number}" for number, size in enumerate(sizes) for _ in range(size)]
    found = relabelled(truth, 0)
    assert found.shape == (n, len(truth))
    assert found[0].tolist() == pd.factorize(np.array(truth))[0].tolist()
    assert {tuple(sorted(np.bincount(row))) for row in found} == {tuple(sorted(sizes))}
    if n < 1000:
        assert len({tuple(pd.factorize(row)[0]) for row in found}) == n
