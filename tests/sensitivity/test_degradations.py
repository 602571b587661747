"""Each degradation against cases worked out by hand, and what it must leave alone."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from sensitivity_cases import EVERY_METRIC, module_rows, module_tissue, rows_of_names

from geneboard.benchmark.tasks.embedding.sensitivity.degradations import (
    add_noise,
    collapse,
    drop_dimensions,
    random_rows,
    shift_datasets,
    shuffle_genes,
    shuffle_names,
    unit,
)
from geneboard.benchmark.tasks.embedding.sensitivity.levels import DEGRADATIONS
from geneboard.metrics.base import EmbeddingRows
from geneboard.metrics.score import evaluate

THREE = rows_of_names(
    [["a", "b", "c", "d"], ["b", "c", "a", "e"]],
    [[0, 0], [2, 0], [0, 2], [2, 2], [4, 4], [4, 6], [6, 4], [6, 6]],
)
"""Two datasets of four genes in the plane; d is in the first only, e in the second only."""


def names(rows: EmbeddingRows, dataset: int) -> list[str]:
    return list(rows.gene[rows.dataset == dataset])


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_level_0_is_the_untouched_embedding(name):
    rows = DEGRADATIONS[name].apply(THREE, 0, 7)
    for field in dataclasses.fields(EmbeddingRows):
        np.testing.assert_array_equal(getattr(rows, field.name), getattr(THREE, field.name))


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_levels_start_at_0_and_rise(name):
    levels = DEGRADATIONS[name].levels
    assert levels[0] == 0
    assert list(levels) == sorted(set(levels))


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_same_seed_same_rows_other_seed_other_rows(name):
    level = DEGRADATIONS[name].levels[-1]
    rows = module_rows(module_tissue())
    before = rows.matrix.copy()
    one, again, other = (DEGRADATIONS[name].apply(rows, level, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.matrix, again.matrix)
    np.testing.assert_array_equal(one.gene, again.gene)
    same = np.array_equal(one.matrix, other.matrix) and np.array_equal(one.gene, other.gene)
    assert same != DEGRADATIONS[name].random
    np.testing.assert_array_equal(rows.matrix, before)  # the input is not changed
    assert one.matrix.dtype == np.float32
    np.testing.assert_array_equal(one.dataset, rows.dataset)


@pytest.mark.parametrize("name", DEGRADATIONS)
def test_every_pair_of_gene_and_dataset_stays_once_and_in_its_place(name):
    tissue = module_tissue()
    rows = DEGRADATIONS[name].apply(module_rows(tissue), DEGRADATIONS[name].levels[-1], 3)
    for gene, dataset, position in zip(rows.gene, rows.dataset, rows.position, strict=True):
        assert tissue.graphs[dataset].genes[position] == gene
    assert len({*zip(rows.gene, rows.dataset, strict=True)}) == len(rows.gene)


def test_unit_by_hand():
    assert unit(np.array([[0.0, 0.0], [6.0, 8.0]])) == pytest.approx(5.0, abs=1e-12)


def test_noise_has_the_length_asked_for():
    rng = np.random.default_rng(0)
    n = 20000
    rows = EmbeddingRows(
        rng.normal(size=(n, 8)).astype(np.float32), np.arange(n).astype(str), np.zeros(n, int), np.arange(n)
    )
    noise = add_noise(rows, 2.0, 1).matrix.astype(float) - rows.matrix
    length = np.sqrt((noise**2).sum(axis=1).mean())
    assert length == pytest.approx(2 * unit(rows.matrix), rel=0.01)  # a standard error is 0.002
    assert np.abs(noise.mean(axis=0)).max() < 0.1


def test_shift_moves_datasets_apart_and_nothing_inside_them():
    level = 3.0
    moved = shift_datasets(THREE, level, 5).matrix.astype(float) - THREE.matrix
    for dataset in (0, 1):
        inside = moved[THREE.dataset == dataset]
        np.testing.assert_allclose(inside, np.broadcast_to(inside[0], inside.shape), atol=1e-5)
        assert np.linalg.norm(inside[0]) == pytest.approx(level * unit(THREE.matrix), rel=1e-6)
        points = shift_datasets(THREE, level, 5).matrix[THREE.dataset == dataset]
        np.testing.assert_allclose(pdist(points), pdist(THREE.matrix[THREE.dataset == dataset]), atol=1e-5)
    assert np.linalg.norm(moved[0] - moved[-1]) > 1e-3


def test_collapse_ends_in_one_point_and_noise():
    rows = module_rows(module_tissue())
    left = collapse(rows, 1.0, 2).matrix.astype(float)
    scale = np.sqrt((rows.matrix.astype(float) ** 2).sum(axis=1).mean())
    assert np.linalg.norm(left.mean(axis=0)) == pytest.approx(scale, rel=0.01)
    assert unit(left) == pytest.approx(0.2 * unit(rows.matrix), rel=0.02)
    assert abs(np.corrcoef(pdist(left), pdist(rows.matrix))[0, 1]) < 0.05  # nothing of the order is left


def test_collapse_on_the_way_is_a_smaller_copy():
    rows = module_rows(module_tissue())
    smaller = collapse(rows, 0.9, 2).matrix
    way = 0.1 * pdist(rows.matrix)
    noise = np.sqrt(2) * 0.9 * 0.2 * unit(rows.matrix)  # of a difference; it adds in squares
    assert np.mean(pdist(smaller) ** 2) == pytest.approx(np.mean(way**2) + noise**2, rel=0.03)


def test_shuffled_genes_keep_no_right_vector():
    rows = module_rows(module_tissue())
    ruined = shuffle_genes(rows, 1.0, 4)
    np.testing.assert_array_equal(ruined.matrix, rows.matrix)
    assert not (ruined.gene == rows.gene).any()
    for dataset in np.unique(rows.dataset):
        assert sorted(names(ruined, dataset)) == sorted(names(rows, dataset))
    half = shuffle_genes(rows, 0.5, 4)
    assert [(half.gene != rows.gene)[rows.dataset == d].sum() for d in range(3)] == [120, 120, 120]  # of 240


def test_shuffled_genes_are_shuffled_in_each_dataset_on_its_own():
    tissue = module_tissue()
    ruined = shuffle_genes(module_rows(tissue), 1.0, 4)
    right = dict(zip(module_rows(tissue).gene[:240], ruined.gene[:240], strict=True))
    second = slice(240, 480)
    same = [
        right.get(old) == new
        for old, new in zip(module_rows(tissue).gene[second], ruined.gene[second], strict=True)
    ]
    assert np.mean(same) < 0.05


def test_shuffled_names_are_the_same_in_all_datasets():
    rows = module_rows(module_tissue())
    ruined = shuffle_names(rows, 1.0, 4)
    np.testing.assert_array_equal(ruined.matrix, rows.matrix)
    new_name: dict[str, str] = {}
    for old, new in zip(rows.gene, ruined.gene, strict=True):
        assert new_name.setdefault(old, new) == new
    common = set(module_tissue().common_genes)
    assert {new_name[gene] for gene in common} == common  # genes of all datasets stand for one another
    assert all(new_name[gene] != gene for gene in common)


def test_shuffled_names_by_hand():
    """a, b and c are in both datasets and go round; d and e have nobody to be exchanged with."""
    ruined = shuffle_names(THREE, 1.0, 0)
    first, second = names(ruined, 0), names(ruined, 1)
    assert first[3] == "d"
    assert second[3] == "e"
    assert first[:3] in (["b", "c", "a"], ["c", "a", "b"])
    assert second[:3] == [dict(zip("abc", first, strict=False))[gene] for gene in "bca"]


def test_the_same_shuffle_everywhere_leaves_mixing_exactly_as_it_was():
    """ASW, iLISI, GC and CGR do not know which gene a vector belongs to, so they cannot see this at all."""
    tissue = module_tissue()
    rows = module_rows(tissue)
    before, after = (
        {name: score.value for name, score in evaluate(r, tissue, EVERY_METRIC).items()}
        for r in (rows, shuffle_names(rows, 1.0, 1))
    )
    for blind in ("ASW", "iLISI", "GC", "CGR"):
        assert after[blind] == before[blind], blind
    for seeing in ("AUC", "NO", "module_nmi"):
        assert after[seeing] < before[seeing] - 0.1, seeing


def test_fewer_dimensions_against_plain_svd():
    rows = module_rows(module_tissue())
    points = rows.matrix.astype(float)
    mean = points.mean(axis=0)
    left, size, right = np.linalg.svd(points - mean, full_matrices=False)
    for level in (1, 2, 3, 4):
        kept = 16 >> level
        expected = mean + (left[:, :kept] * size[:kept]) @ right[:kept]
        np.testing.assert_allclose(drop_dimensions(rows, level, 0).matrix, expected, atol=1e-5)
    np.testing.assert_array_equal(drop_dimensions(rows, 5, 0).matrix, drop_dimensions(rows, 4, 0).matrix)


def test_random_rows_forget_the_embedding():
    rows = module_rows(module_tissue())
    noise = random_rows(rows, 1)
    np.testing.assert_array_equal(noise.gene, rows.gene)
    assert abs(np.corrcoef(noise.matrix.ravel(), rows.matrix.ravel())[0, 1]) < 0.05
