"""Splits: no group on both sides, every organ in each part, and what the user may not ask for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from expression_folders import expression_of

from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.expression import ExpressionSet
from geneboard.datasets.l1000.splits import Split, common_genes, given_split, leave_organ_out, random_split
from geneboard.datasets.l1000.synthetic import Simulation


def expression_with(groups: list[str], organs: list[str]) -> ExpressionSet:
    return expression_of(np.zeros((len(groups), 2)), groups=groups, organs=organs)


def assert_whole(split: Split, expression: ExpressionSet) -> None:
    parts = [split.train, split.validation, split.test]
    assert sorted(np.concatenate(parts)) == list(range(expression.n_samples))
    groups = [set(expression.groups[part]) for part in parts]
    assert sum(len(part) for part in groups) == len(set(expression.groups))


@pytest.mark.parametrize("seed", range(5))
def test_random_split(seed: int) -> None:
    random = np.random.default_rng(seed)
    groups = [f"p{number}" for number in random.integers(0, 150, 300)]
    organs = [("lung", "liver", "brain")[int(group[1:]) % 3] for group in groups]
    expression = expression_with(groups, organs)
    split = random_split(expression, seed=seed)
    assert_whole(split, expression)
    for organ in set(organs):
        shares = [
            np.mean(np.isin(np.flatnonzero(expression.organs == organ), part))
            for part in (split.test, split.validation)
        ]
        np.testing.assert_allclose(shares, [0.2, 0.1], atol=0.03)


def test_a_split_is_a_function_of_its_seed() -> None:
    expression, _ = Simulation().simulate(0)
    one, same, other = (random_split(expression, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.test, same.test)
    assert set(one.test) != set(other.test)


def test_the_order_of_samples_has_no_influence_on_who_is_tested_on() -> None:
    expression, _ = Simulation().simulate(0)
    turned = expression.take_samples(np.arange(expression.n_samples)[::-1])
    names = [set(part.samples[random_split(part, seed=3).test]) for part in (expression, turned)]
    assert names[0] == names[1]


def test_an_organ_of_three_patients_is_in_each_part() -> None:
    expression = expression_with([f"p{n}" for n in range(23)], ["rare"] * 3 + ["lung"] * 20)
    split = random_split(expression, seed=0)
    for part in (split.train, split.validation, split.test):
        assert "rare" in expression.organs[part]


def test_leave_organ_out() -> None:
    groups = ["torn", "torn", *(f"p{n}" for n in range(30))]
    organs = ["lung", "liver", *["liver"] * 15, *["lung"] * 15]
    expression = expression_with(groups, organs)
    split = leave_organ_out(expression, "lung", seed=0)
    assert set(expression.organs[split.test]) == {"lung"}
    assert len(split.test) == 16
    assert 1 not in {*split.train, *split.validation}  # of the patient that is tested on
    assert len(split.train) + len(split.validation) == 15
    assert len(split.validation) == 2


def test_unknown_organ() -> None:
    expression, _ = Simulation().simulate(0)
    with pytest.raises(InputError, match=r"organ 'lungs'; did you mean 'lung'\?$"):
        leave_organ_out(expression, "lungs", seed=0)
    with pytest.raises(InputError, match=r"the organs are brain, heart, kidney, liver, lung\.$"):
        leave_organ_out(expression, "xyz", seed=0)


def test_given_split() -> None:
    expression = expression_with(["a", "a", "b", "c", "d"], ["lung"] * 5)
    split = given_split(expression, ["train", "train", "test", "validation", ""])
    assert [list(part) for part in (split.train, split.validation, split.test)] == [[0, 1], [3], [2]]


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (["train", "test", "test", "validation", ""], "group 'a' are on both sides"),
        (["train", "train", "tset", "validation", ""], "not 'tset'"),
        (["train", "train", "train", "validation", ""], "no sample for test"),
        (["train", "train"], "2 labels for 5 samples"),
    ],
)
def test_faults_of_a_given_split(labels: list[str], sentence: str) -> None:
    expression = expression_with(["a", "a", "b", "c", "d"], ["lung"] * 5)
    with pytest.raises(InputError, match=sentence):
        given_split(expression, labels)


def test_a_part_left_out_may_have_the_group_of_another() -> None:
    expression = expression_with(["a", "a", "b", "c"], ["lung"] * 4)
    assert list(given_split(expression, ["train", "", "test", "validation"]).train) == [0]


def test_common_genes() -> None:
    one, _ = Simulation(n_samples=10, n_landmarks=5, n_targets=4).simulate(0)
    other = one.take_genes(np.array([6, 0, 3, 8]))
    first, second = common_genes(one, other)
    assert list(first.genes.index) == list(second.genes.index)
    np.testing.assert_array_equal(first.values, second.values)
    assert list(first.genes.symbol) == list(one.genes.symbol.iloc[[0, 3, 6, 8]])


def test_common_genes_by_symbol() -> None:
    one, _ = Simulation(n_samples=10, n_landmarks=5, n_targets=4).simulate(0)
    some = one.take_genes(np.array([6, 0, 3, 8]))
    other = replace(some, genes=some.genes.assign(entrez=""))
    first, second = common_genes(one, other)
    assert list(first.genes.symbol) == list(one.genes.symbol.iloc[[0, 3, 6, 8]])
    np.testing.assert_array_equal(first.values, second.values)
    with pytest.raises(InputError, match="have 2 landmarks and 0 other genes"):
        common_genes(one.take_genes(np.arange(5)), other)
