"""What models are given: nothing of a test sample reaches another one, and no target its own landmarks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from geneboard.datasets.l1000.expression import ExpressionSet
from geneboard.datasets.l1000.prepared import PreparedSplit, draw_targets, prepare_split, prepare_transfer
from geneboard.datasets.l1000.preprocessing import Preprocessing
from geneboard.datasets.l1000.splits import Split, random_split, training_split
from geneboard.datasets.l1000.synthetic import Simulation

EXPRESSION, _ = Simulation(n_samples=60, n_landmarks=8, n_targets=15).simulate(0)
SPLIT = random_split(EXPRESSION, seed=0)
TARGETS = draw_targets(EXPRESSION, None, 0)


def prepared(expression: ExpressionSet = EXPRESSION, split: Split = SPLIT) -> PreparedSplit:
    return prepare_split(expression, split, Preprocessing(), TARGETS)


def changed(values: np.ndarray) -> ExpressionSet:
    return replace(EXPRESSION, values=values.astype(np.float32))


def test_a_test_sample_has_no_influence_on_others() -> None:
    values = EXPRESSION.values.copy()
    values[SPLIT.test[0]] = 10 * values[SPLIT.test[0], ::-1] + 3
    before, after = prepared(), prepared(changed(values))
    others = np.delete(np.arange(EXPRESSION.n_samples), SPLIT.test[0])
    for name in ("landmarks", "targets"):
        np.testing.assert_array_equal(getattr(before, name)[others], getattr(after, name)[others])
    assert (before.landmarks[SPLIT.test[0]] != after.landmarks[SPLIT.test[0]]).any()


def test_landmarks_are_normalised_among_themselves() -> None:
    values = EXPRESSION.values.copy()
    values[:, TARGETS] = np.random.default_rng(0).permuted(values[:, TARGETS] * 7, axis=0)
    np.testing.assert_array_equal(prepared().landmarks, prepared(changed(values)).landmarks)


def test_samples_that_are_learnt_from_are_standardised() -> None:
    split = prepared()
    learnt = split.parts != "test"
    for values in (split.landmarks[learnt], split.targets[learnt]):
        np.testing.assert_allclose(values.mean(axis=0), 0, atol=1e-6)
        np.testing.assert_allclose(values.std(axis=0), 1, atol=1e-6)


def test_parts_organs_and_groups_belong_to_the_samples() -> None:
    split = prepared()
    for part, rows in zip(("train", "validation", "test"), vars(SPLIT).values(), strict=True):
        np.testing.assert_array_equal(split.rows(part), rows)
    assert split.organs.tolist() == EXPRESSION.organs.tolist()
    assert split.groups.tolist() == EXPRESSION.groups.tolist()
    assert split.target_names.tolist() == EXPRESSION.genes.index[TARGETS].tolist()


def test_genes_that_do_not_vary_where_models_learn_are_nothing() -> None:
    values = EXPRESSION.values.copy()
    learnt = np.setdiff1d(np.arange(EXPRESSION.n_samples), SPLIT.test)
    values[learnt, TARGETS[3]] = 5.0
    values[learnt, EXPRESSION.landmarks[2]] = 5.0
    split = prepare_split(changed(values), SPLIT, Preprocessing(quantile=False), TARGETS)
    assert np.flatnonzero(~split.varying_targets).tolist() == [3]
    assert np.flatnonzero(~split.varying_landmarks).tolist() == [2]
    assert not split.targets[:, 3].any()
    assert not split.landmarks[:, 2].any()


def test_samples_in_no_part_are_left_out() -> None:
    split = prepared(split=Split(SPLIT.train[1:], SPLIT.validation, SPLIT.test))
    assert len(split.parts) == EXPRESSION.n_samples - 1
    assert split.landmarks.shape == (EXPRESSION.n_samples - 1, 8)


def test_a_split_comes_back_from_disk_and_is_the_same_file_twice(tmp_path: Path) -> None:
    split = prepared()
    split.write(tmp_path / "a.npz")
    split.write(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    again = PreparedSplit.read(tmp_path / "a.npz")
    for name, values in vars(split).items():
        np.testing.assert_array_equal(getattr(again, name), values)


class TestTransfer:
    """Training on one platform and testing on another."""

    OTHER = replace(EXPRESSION, name="other", values=(4 * EXPRESSION.values + 2).astype(np.float32))

    def prepared(self) -> PreparedSplit:
        split = training_split(EXPRESSION, seed=1)
        return prepare_transfer(EXPRESSION, self.OTHER, split, Preprocessing(), TARGETS)

    def test_all_samples_of_the_other_platform_are_test_samples(self) -> None:
        split = self.prepared()
        assert len(split.rows("test")) == self.OTHER.n_samples
        assert len(split.rows("train")) + len(split.rows("validation")) == EXPRESSION.n_samples

    def test_a_platform_is_standardised_by_itself(self) -> None:
        """The scale and the offset of a platform disappear."""
        split = self.prepared()
        test, rest = split.rows("test"), np.flatnonzero(split.parts != "test")
        np.testing.assert_allclose(split.targets[test], split.targets[rest], atol=1e-5)
        np.testing.assert_allclose(split.landmarks[test], split.landmarks[rest], atol=1e-5)


@pytest.mark.parametrize("number", [4, 15, 40, None])
def test_targets_are_drawn_once(number: int | None) -> None:
    drawn = draw_targets(EXPRESSION, number, 5)
    assert len(drawn) == min(number or 15, 15)
    assert set(drawn) <= set(TARGETS)
    np.testing.assert_array_equal(drawn, draw_targets(EXPRESSION, number, 5))
