"""Orthologs of two species: against a plain implementation, by hand, and from who knows nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from plain_orthologs import plain_placements, plain_ratio
from small_knowledge import noise

from geneboard.metrics.biology import orthologs as module
from geneboard.metrics.biology.ortholog_clusters import ortholog_clusters
from geneboard.metrics.biology.orthologs import ortholog_retrieval
from geneboard.metrics.biology.strata import permuted

SPECIES = ("human", "mouse", "human")
NAMES = [f"G{number:02d}" for number in range(40)]
ORTHOLOGS = {name: int(name[1:]) % 3 for name in NAMES[:32]}


def small() -> tuple[list[pd.Index], dict[str, int]]:
    """Three datasets of 30 of 40 genes; orthologs are in three cells, eight names are none."""
    rng = np.random.default_rng(3)
    genes = [pd.Index(rng.permutation(NAMES)[:30]) for _ in SPECIES]
    return genes, ORTHOLOGS


def orders_of(names: pd.Index, seed: int, draws: int) -> list[dict[str, str]]:
    rng = np.random.default_rng(seed)
    orders = [permuted(np.array([ORTHOLOGS[name] for name in names]), rng) for _ in range(draws)]
    return [dict(zip(names, names[order], strict=True)) for order in orders]


def test_retrieval_again_by_a_plain_implementation(monkeypatch: pytest.MonkeyPatch) -> None:
    genes, cells = small()
    values = noise("random", genes, 1)
    values[0][[2, 7]] = 0  # genes without a vector
    values[1][3] = values[1][4]  # a tie
    found = ortholog_retrieval(values, genes, SPECIES, cells, draws=5, seed=4)
    plain = plain_placements(values, genes, SPECIES, ORTHOLOGS, 10)
    assert found.pairs == ((0, 1), (1, 0), (1, 2), (2, 1))
    areas = [np.mean([one[0] for one in placed.values()]) for placed in plain]
    assert found.auc_by_pair == pytest.approx(areas, abs=1e-9)
    assert found.auc.value == pytest.approx(np.mean(areas))
    medians = [1 - np.median([one[0] for one in placed.values()]) for placed in plain]
    assert found.median_rank == pytest.approx(np.mean(medians))
    recalls = [np.mean([one[1] for one in placed.values()]) * (one_of(placed) / 10) for placed in plain]
    assert found.recall == pytest.approx(np.mean(recalls), rel=0.1)  # the tie shares the tenth place
    assert set(found.names) == set().union(*plain)

    null = [
        np.mean(
            [
                np.mean([one[0] for one in placed.values()])
                for placed in plain_placements(values, genes, SPECIES, ORTHOLOGS, 10, renamed)
            ]
        )
        for renamed in orders_of(found.names, 4, 5)
    ]
    assert found.auc.null_mean == pytest.approx(np.mean(null))
    assert found.auc.null_sd == pytest.approx(np.std(null, ddof=1))
    low, high = np.percentile(found.auc.resampled, [2.5, 97.5])
    assert (found.auc.low, found.auc.high) == (low, high)
    assert low < found.auc.value < high
    monkeypatch.setattr(module, "LEAST_ORTHOLOGS", 22)
    fewer = ortholog_retrieval(values, genes, SPECIES, cells, draws=5)
    assert len(fewer.pairs) < 4


def one_of(placed: dict) -> int:
    return next(iter(placed.values()))[2]


def by_hand(turn: bool = False) -> tuple[list[np.ndarray], list[pd.Index], dict[str, int]]:
    """Twelve genes at the hours of a clock face, and the other species at the same or the next hour."""
    hours = np.arange(12)
    angle = np.pi / 6 * np.stack([hours, hours + (0.6 if turn else 0.1)])
    values = [np.column_stack([np.cos(own), np.sin(own)]) for own in angle]
    genes = [pd.Index(NAMES[:12]), pd.Index(NAMES[:12])]
    return values, genes, dict.fromkeys(NAMES[:12], 0)


@pytest.mark.parametrize(("turn", "auc", "recall"), [(False, 1.0, 1.2), (True, 10 / 11, 1.2)])
def test_retrieval_by_hand(turn: bool, auc: float, recall: float) -> None:
    """Turned by .6 of an hour the gene before is the nearest, and the ortholog is second of twelve."""
    values, genes, cells = by_hand(turn)
    found = ortholog_retrieval(values, genes, ("human", "mouse"), cells)
    assert found.auc.value == pytest.approx(auc, abs=1e-9)
    assert (found.median_rank, found.recall) == pytest.approx((1 - auc, recall), abs=1e-9)
    assert found.auc.null_mean == pytest.approx((11 * 0.5 + 0.5 - auc) / 11, abs=0.03)
    assert (found.auc.low, found.auc.high) == pytest.approx((auc, auc))


@pytest.mark.parametrize("kind", ["random", "collapsed"])
def test_who_knows_nothing_is_at_the_null(kind: str) -> None:
    genes, cells = small()
    found = [
        ortholog_retrieval(noise(kind, genes, seed), genes, SPECIES, cells, draws=50) for seed in range(12)
    ]
    assert np.mean([one.auc.value for one in found]) == pytest.approx(0.5, abs=0.04)
    assert np.mean([one.auc.above_null for one in found]) == pytest.approx(0, abs=0.04)
    assert abs(np.mean([one.auc.z or 0.0 for one in found])) < 0.9


def test_expression_alone_is_what_the_null_takes_away() -> None:
    """Vectors that tell the cell of a gene and nothing else."""
    genes, cells = small()
    values = [np.eye(3)[[int(name[1:]) % 3 for name in own]] for own in genes]
    found = ortholog_retrieval(values, genes, SPECIES, cells)
    assert found.auc.value > 0.75
    assert found.auc.above_null == pytest.approx(0, abs=0.01)


def test_same_vectors_are_found_and_a_shuffled_table_is_not() -> None:
    genes, cells = small()
    values = noise("shared_random", genes, 0)
    found = ortholog_retrieval(values, genes, SPECIES, cells)
    assert found.auc.value == pytest.approx(1)
    assert found.auc.z > 5
    cell = np.array([int(name[1:]) % 3 for name in NAMES])
    other = dict(zip(NAMES, np.array(NAMES)[permuted(cell, np.random.default_rng(0))], strict=True))
    shuffled = [genes[0], pd.Index([other[name] for name in genes[1]]), genes[2]]
    found = ortholog_retrieval(values, shuffled, SPECIES, cells)
    assert abs(found.auc.above_null) < 0.2


def test_clusters_again_by_a_plain_implementation() -> None:
    genes, cells = small()
    rng = np.random.default_rng(0)
    clusters = [rng.integers(-1, 6, size=len(own)) for own in genes]
    clusters[1][clusters[1] == 5] = 4  # a cluster of one species
    found = ortholog_clusters(clusters, genes, SPECIES, cells, draws=5, seed=4)
    assert (found.n_clusters, found.n_mixed) == (6, 5)
    names = set(found.names)
    having = [set(own[part >= 0]) for own, part in zip(genes, clusters, strict=True)]
    assert names == (having[0] | having[2]) & having[1] & set(ORTHOLOGS)
    assert found.ratio.value == pytest.approx(plain_ratio(clusters, genes, SPECIES, names))
    null = [plain_ratio(clusters, genes, SPECIES, names, renamed) for renamed in orders_of(found.names, 4, 5)]
    assert found.ratio.null_mean == pytest.approx(np.mean(null))
    assert found.ratio.null_sd == pytest.approx(np.std(null, ddof=1))


@pytest.mark.parametrize(
    ("human", "mouse", "ratio", "mixed"),
    [
        (range(12), range(12), 1.0, 12),  # a pair alone in its cluster: the smallest clusters have most
        ([0] * 12, [0] * 12, 1 / 12, 1),
        ([0] * 6 + [1] * 6, [0] * 6 + [1] * 6, 1 / 6, 2),
        ([0] * 6 + [1] * 6, [1] * 6 + [0] * 6, 0.0, 2),
        ([0] * 12, [1] * 12, 0.0, 0),
    ],
)
def test_clusters_by_hand(human: list[int], mouse: list[int], ratio: float, mixed: int) -> None:
    genes, cells = [pd.Index(NAMES[:12])] * 2, dict.fromkeys(NAMES[:12], 0)
    clusters = [np.array(human), np.array(mouse)]
    found = ortholog_clusters(clusters, genes, ("human", "mouse"), cells)
    assert (found.ratio.value, found.n_mixed) == (pytest.approx(ratio), mixed)


def test_too_few_orthologs_are_a_sentence() -> None:
    genes, _ = small()
    values, clusters = noise("random", genes, 0), [np.zeros(30, dtype=int)] * 3
    found = ortholog_retrieval(values, genes, SPECIES, dict.fromkeys(NAMES[:9], 0))
    assert found.auc is None
    assert "no two datasets of different species have 10 orthologs" in found.reason
    other = ortholog_clusters(clusters, genes, SPECIES, dict.fromkeys(NAMES[:9], 0))
    assert other.ratio is None
    assert "fewer than 10 orthologs" in other.reason
    alone = {name: number for number, name in enumerate(NAMES)}  # each its own cell
    assert "there is no null" in ortholog_retrieval(values, genes, SPECIES, alone).reason
    assert "there is no null" in ortholog_clusters(clusters, genes, SPECIES, alone).reason
