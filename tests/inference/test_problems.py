"""The problems of an experiment, and the splits that their cells share."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geneboard.benchmark.tasks.inference.experiments import BUDGETS
from geneboard.benchmark.tasks.inference.manifests import manifest_in_cache, read_manifest
from geneboard.benchmark.tasks.inference.problem_tables import PAPER_TABLE
from geneboard.benchmark.tasks.inference.problems import ProblemPlan, Problems
from geneboard.datasets.errors import InputError
from geneboard.datasets.l1000.synthetic import Simulation

EXPRESSION, _ = Simulation(n_samples=80, n_landmarks=12, n_targets=20).simulate(0)
PROBLEMS = Problems(EXPRESSION)


def names(plans: list[ProblemPlan]) -> list[str]:
    return [plan.name for plan in plans]


def test_names_say_what_is_not_usual() -> None:
    assert names(PROBLEMS.comparison()) == ["all-landmarks"]
    assert names(Problems(EXPRESSION, 7, quantile=False).comparison()) == [
        "all-landmarks-7-targets-unnormalised"
    ]
    assert names(PROBLEMS.landmark_budgets([4, 6, 30], ["greedy", "random"])) == [
        *("all-landmarks", "landmarks-6-greedy", "landmarks-6-random"),
        *("landmarks-4-greedy", "landmarks-4-random"),
    ]
    assert names(PROBLEMS.organs_left_out()) == [
        f"without-{organ}" for organ in sorted(set(EXPRESSION.organs))
    ]


def test_a_problem_counts_what_is_there() -> None:
    problem = Problems(EXPRESSION, 7).landmark_budgets([4], ["random"])[1].problem
    assert (problem["landmarks"], problem["landmarks_present"]) == (4, 12)
    assert (problem["targets"], problem["targets_present"]) == (7, 20)


def test_all_problems_of_a_seed_have_one_split(tmp_path: Path) -> None:
    plans = PROBLEMS.landmark_budgets([4], ["random", "greedy"])
    splits = [read_manifest(plan.manifest(1, tmp_path))[0] for plan in plans]
    for split in splits[1:]:
        np.testing.assert_array_equal(split.parts, splits[0].parts)
        np.testing.assert_array_equal(split.landmarks, splits[0].landmarks)
    other, _ = read_manifest(plans[0].manifest(2, tmp_path))
    assert (other.parts != splits[0].parts).any()


def test_what_is_in_the_cache_is_made_anew_unless_it_is_what_was_written(tmp_path: Path) -> None:
    (plan,) = PROBLEMS.comparison()
    path, digest = manifest_in_cache(plan, 0, tmp_path)
    arrays = path.parent / json.loads(path.read_text())["split"]
    whole = {file: file.read_bytes() for file in path.parent.iterdir()}
    other_path, _ = manifest_in_cache(plan, 1, tmp_path)
    other = path.parent / json.loads(other_path.read_text())["split"]
    note = arrays.with_name(f"{arrays.name}.sha256.json")
    for file, content in (
        (path, other_path.read_bytes()),
        (path, b"[" * 100_000),
        (arrays, other.read_bytes()),
        (arrays, b""),
        (note, other.with_name(f"{other.name}.sha256.json").read_bytes()),
        (note, b"\xff"),
    ):
        file.write_bytes(content)
        if file != note:
            with pytest.raises(InputError, match=r"not what the run was planned with|not a manifest"):
                read_manifest(path, digest)
        assert manifest_in_cache(plan, 0, tmp_path) == (path, digest)
        assert {kept: kept.read_bytes() for kept in whole} == whole
        read_manifest(path, digest)
    stamp = arrays.stat().st_mtime_ns
    manifest_in_cache(plan, 0, tmp_path)
    assert arrays.stat().st_mtime_ns == stamp


def test_no_patient_is_on_both_sides(tmp_path: Path) -> None:
    for seed in range(3):
        split, _ = read_manifest(PROBLEMS.comparison()[0].manifest(seed, tmp_path))
        for group in set(split.groups):
            assert len(set(split.parts[split.groups == group])) == 1


@pytest.mark.parametrize("selection", ["random", "greedy", "lasso"])
def test_fewer_landmarks_are_some_of_the_more(selection: str, tmp_path: Path) -> None:
    plans = PROBLEMS.landmark_budgets([1, 3, 5, 8], [selection])
    for seed in (0, 1):
        chosen = [set(read_manifest(plan.manifest(seed, tmp_path))[1].tolist()) for plan in plans]
        assert [len(inputs) for inputs in chosen] == [12, 8, 5, 3, 1]
        assert all(more > fewer for more, fewer in pairwise(chosen))


def test_the_budgets_are_those_of_the_publication() -> None:
    published = pd.read_csv(PAPER_TABLE)["landmarks"]
    assert set(published) - {970} <= set(BUDGETS)


def test_landmarks_are_chosen_by_training_samples_alone(tmp_path: Path) -> None:
    plan = PROBLEMS.landmark_budgets([5], ["greedy"])[1]
    rows = plan.split(0)
    values = EXPRESSION.values.copy()
    values[np.concatenate([rows.test])] = np.random.default_rng(0).normal(size=(len(rows.test), 32))
    changed = Problems(replace(EXPRESSION, values=values))
    _, inputs = read_manifest(plan.manifest(0, tmp_path))
    _, again = read_manifest(changed.landmark_budgets([5], ["greedy"])[1].manifest(0, tmp_path))
    assert len(inputs) == 5
    np.testing.assert_array_equal(inputs, again)


def test_a_prepared_split_is_not_made_again_and_not_mistaken_for_another(tmp_path: Path) -> None:
    plan = PROBLEMS.comparison()[0]
    path = plan.manifest(0, tmp_path)
    times = {file: file.stat().st_mtime_ns for file in path.parent.iterdir()}
    assert plan.manifest(0, tmp_path) == path
    assert {file: file.stat().st_mtime_ns for file in path.parent.iterdir()} == times
    values = EXPRESSION.values.copy()
    values[0, 0] += 1
    changed = Problems(replace(EXPRESSION, values=values)).comparison()[0]
    assert changed.manifest(0, tmp_path) != path
    assert Problems(EXPRESSION, quantile=False).comparison()[0].manifest(0, tmp_path) != path


def test_a_left_out_organ_is_the_test_part() -> None:
    for plan in PROBLEMS.organs_left_out(["lung"]):
        split = plan.split(3)
        assert set(EXPRESSION.organs[split.test]) == {"lung"}
        assert "lung" not in EXPRESSION.organs[np.concatenate([split.train, split.validation])]


class TestTransfer:
    """Train on one set, test on another."""

    OTHER = replace(EXPRESSION, name="other", values=EXPRESSION.values[:, ::-1].copy()).take_genes(
        np.arange(2, 30)
    )
    STRANGERS = replace(OTHER, groups=np.array([f"stranger{name}" for name in OTHER.groups], dtype=object))

    def test_genes_are_those_of_both(self, tmp_path: Path) -> None:
        plan = Problems(EXPRESSION, 5).transfer(self.STRANGERS)[0]
        assert plan.name == "to-other-5-targets"
        assert plan.problem["landmarks"] == 10
        assert plan.data_hashes.keys() == {"synthetic", "other"}
        split, _ = read_manifest(plan.manifest(0, tmp_path))
        assert split.n_targets == 5
        assert len(split.rows("test")) == EXPRESSION.n_samples

    def test_patients_of_both_sets_are_not_learnt_from(self, tmp_path: Path) -> None:
        other = self.OTHER.take_samples(np.arange(20))
        plan = Problems(EXPRESSION).transfer(other)[0]
        split, _ = read_manifest(plan.manifest(0, tmp_path))
        learnt = set(split.groups[split.parts != "test"])
        assert not learnt & set(split.groups[split.rows("test")])
        assert len(learnt) == len(set(EXPRESSION.groups)) - 10


class TestTheUsersSplit:
    """A column of samples.tsv says which part a sample is in."""

    PARTS = np.where(np.arange(80) < 50, "train", np.where(np.arange(80) < 60, "validation", "test"))

    def test_it_is_taken(self) -> None:
        source = replace(EXPRESSION, parts=self.PARTS.astype(object))
        plan = Problems(source).comparison()[0]
        assert plan.same_split
        assert plan.split(0).train.tolist() == plan.split(1).train.tolist() == list(range(50))
        assert plan.problem["given_split"]
        random, greedy = Problems(source).landmark_budgets([4], ["random", "greedy"])[1:]
        assert (plan.same_inputs, greedy.same_inputs, random.same_inputs) == (True, True, False)

    def test_a_patient_on_both_sides_is_refused(self) -> None:
        parts = np.where(np.arange(80) == 0, "test", self.PARTS).astype(object)
        with pytest.raises(InputError, match="'patient0' are on both sides"):
            Problems(replace(EXPRESSION, parts=parts)).comparison()[0].split(0)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (
            lambda: PROBLEMS.organs_left_out(["lungs"]),
            "no sample is of the organ 'lungs'; did you mean 'lung'",
        ),
        (
            lambda: Problems(EXPRESSION.take_samples(EXPRESSION.organs == "lung")).organs_left_out(),
            "all samples are of the organ 'lung'; leaving one out needs two",
        ),
        (
            lambda: Problems(EXPRESSION.take_genes(EXPRESSION.landmarks)).comparison(),
            "has no gene that the platform infers",
        ),
        (
            lambda: PROBLEMS.transfer(TestTransfer.OTHER),
            "all patients of synthetic are also in this set",
        ),
        (
            lambda: PROBLEMS.transfer(TestTransfer.OTHER.take_samples(np.arange(3))),
            "has 3 samples; a set to test on is standardised by itself",
        ),
        (lambda: PROBLEMS.transfer(EXPRESSION), "has the name of the other"),
    ],
)
def test_what_cannot_be_asked(make, sentence: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match=sentence):
        make()


def test_the_code_that_prepares_is_read_once_and_names_what_is_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def code() -> str:
        read.append(f"code {len(read)}")
        return read[-1]

    monkeypatch.setattr("geneboard.benchmark.tasks.inference.problems.preparing_code", code)
    makers = Problems(EXPRESSION), Problems(EXPRESSION)
    paths = [
        {plan.manifest(seed, tmp_path) for plan in maker.landmark_budgets([4], ["random"]) for seed in (0, 1)}
        for maker in makers
    ]
    assert read == ["code 0", "code 1"]
    assert [len(found) for found in paths] == [4, 4]
    assert paths[0].isdisjoint(paths[1])
