"""The L1000 task on the engine: records, faults of models, runs that go on, and what a user can get wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geneboard.benchmark import cli
from geneboard.benchmark.commands.infer import infer
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.inference.manifests import read_manifest
from geneboard.benchmark.tasks.inference.parts import unpacked
from geneboard.benchmark.tasks.inference.problems import Problems
from geneboard.benchmark.tasks.inference.run import SIMULATION
from geneboard.methods.base import no_progress
from geneboard.methods.inference.base import InferenceData
from geneboard.methods.inference.ridge import Ridge
from geneboard.metrics.inference.score import score_inference

PLUGINS = Path(__file__).parent / "inference_plugins.py"
UNLIKE = {"cost": 0, "checksum": ""}
"""What two records of the same cell may differ in."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Result folder of two experiments on simulated samples."""
    out = tmp_path_factory.mktemp("inference")
    options: dict[str, Any] = {"out": out, "seeds": 2, "pictures": False, "quiet": True}
    infer(methods=["mean", "ridge", "median"], plugins=[PLUGINS], jobs=2, **options)
    budgets: dict[str, Any] = {"budgets": [5], "selections": ["random"]}
    infer(experiment="landmarks", methods=["ridge"], jobs=1, **budgets, **options)
    return out


def records_of(folder: Path, method: str, problem: str = "all-landmarks") -> list[Record]:
    found = [one for one in store.read_records(folder) if (one["method"], one["tissue"]) == (method, problem)]
    return sorted(found, key=lambda record: record["seed"])


def test_every_cell_has_a_record(folder: Path) -> None:
    found = sorted((r["tissue"], r["method"], r["seed"], r["status"]) for r in store.read_records(folder))
    cells = [("all-landmarks", method) for method in ("mean", "median", "ridge")]
    cells.append(("landmarks-5-random", "ridge"))
    assert found == [(*cell, seed, "ok") for cell in cells for seed in (0, 1)]


def test_a_record_says_what_was_inferred_from_what(folder: Path) -> None:
    (record, _) = records_of(folder, "ridge", "landmarks-5-random")
    assert record["source"] == "l1000:synthetic"
    assert record["problem"]["experiment"] == "landmarks"
    assert (record["problem"]["landmarks"], record["problem"]["landmarks_present"]) == (5, 60)
    assert record["chosen"]["penalty"] > 0
    assert list(record["data_hashes"]) == ["synthetic"]
    assert record["cost"]["peak_mb"] > 10


def test_methods_without_randomness_have_several_seeds_since_each_draws_a_split(folder: Path) -> None:
    one, other = records_of(folder, "ridge")
    assert one["scores"]["MAE"]["value"] != other["scores"]["MAE"]["value"]


@pytest.mark.parametrize("problem", ["all-landmarks", "landmarks-5-random"])
def test_scores_are_those_of_the_model_fitted_here(folder: Path, problem: str) -> None:
    expression, _ = SIMULATION.simulate(seed=0)
    plans = {plan.name: plan for plan in Problems(expression).landmark_budgets([5], ["random"])}
    for record in records_of(folder, "ridge", problem):
        split, inputs = read_manifest(plans[problem].manifest(record["seed"], folder))
        hidden = [place for place in range(60) if place not in set(inputs)]
        truth = np.hstack([split.landmarks[:, hidden], split.targets])
        train, validation, test = (split.rows(part) for part in ("train", "validation", "test"))
        data = [
            InferenceData(split.landmarks[rows][:, inputs], truth[rows], split.organs[rows])
            for rows in (train, validation)
        ]
        fitted = Ridge().fit(*data, seed=0, device="cpu", progress=no_progress)
        predicted = fitted.predict(split.landmarks[test][:, inputs], split.organs[test])
        spaces = np.array(["landmark"] * len(hidden) + split.target_spaces.tolist())
        medians = np.median(truth[np.concatenate([train, validation])], axis=0)
        expected = score_inference(truth[test], predicted, split.organs[test], spaces, medians)
        for metric, score in expected["targets"].items():
            assert record["scores"][metric]["value"] == pytest.approx(score.value, abs=1e-6)
        assert ("PCC_landmarks" in record["scores"]) == bool(hidden)
        if hidden:
            found = record["scores"]["MAE_landmarks"]["value"]
            assert found == pytest.approx(expected["landmarks"]["MAE"].value, abs=1e-6)
        assert split.groups[test].tolist() == record["parts"]["groups"]


def test_parts_are_what_the_scores_are_means_over(folder: Path) -> None:
    for record in records_of(folder, "ridge"):
        for metric in ("PCC", "PCC_within", "MAE"):
            mean = np.nanmean(unpacked(record["parts"]["genes"][metric]))
            assert mean == pytest.approx(record["scores"][metric]["value"], abs=1e-4)
        for metric in ("MAE", "rank_correlation"):
            values = unpacked(record["parts"]["samples"][metric])
            assert values.mean() == pytest.approx(record["scores"][metric]["value"], abs=1e-4)
            assert len(values) == len(record["parts"]["groups"])


def test_a_plugin_is_a_row_and_keeps_its_curves(folder: Path) -> None:
    record = records_of(folder, "median")[0]
    assert (record["kind"], record["history"]) == ("plugin", {"loss": [0.5, 0.25]})
    assert record["scores"]["PCC"]["status"] == "undefined"
    assert not unpacked(record["parts"]["genes"]["PCC"]).any()


def test_jobs_and_a_second_run_change_nothing(folder: Path, tmp_path: Path) -> None:
    infer(methods=["ridge"], out=tmp_path, seeds=2, jobs=1, pictures=False, quiet=True)
    fresh = {record["key"]: record for record in store.read_records(tmp_path)}
    for record in records_of(folder, "ridge"):
        assert {**record, **UNLIKE} == {**fresh[record["key"]], **UNLIKE}
    again = infer(methods=["ridge"], out=tmp_path, seeds=2, pictures=False, quiet=True)
    assert again.ran == 0


def test_faults_of_models_are_recorded_and_the_rest_goes_on(tmp_path: Path) -> None:
    reasons = {
        "raises": "RuntimeError: no idea",
        "not_a_number": "ValueError: predictions contain NaN or infinite values",
        "too_few": "ValueError: predictions have the shape",
        "changes": "ValueError: assignment destination is read-only",
        "skips": "it needs 1000 samples",
    }
    outcome = infer(
        methods=[*reasons, "median"], plugins=[PLUGINS], out=tmp_path, seeds=1, pictures=False, quiet=True
    )
    for record in outcome.records:
        assert record["reason"].startswith(reasons.get(record["method"], ""))
    statuses = {record["method"]: record["status"] for record in outcome.records}
    assert statuses == {**dict.fromkeys(reasons, "failed"), "skips": "skipped", "median": "ok"}


def test_damaged_predictions_are_made_again(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(folder, tmp_path / "out")
    record = records_of(folder, "ridge")[0]
    place = store.run_folder(tmp_path / "out", record["key"])
    (place / store.RECORD).unlink()
    (place / store.PREDICTIONS).write_bytes(b"half")
    options: dict[str, Any] = {"methods": ["ridge"], "out": tmp_path / "out", "seeds": 2}
    assert not infer(**options, pictures=False, quiet=True).failed
    assert f"{store.PREDICTIONS}: is not what the training of its cell has written" in capsys.readouterr().err
    again = store.read_record(tmp_path / "out", record["key"])
    assert again is not None
    assert again["scores"] == record["scores"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--methods", "rigde"], "unknown inference method 'rigde'; did you mean 'ridge'?"),
        (["--methods", "ridge", "--set", "ridge.organs=true"], "unknown hyper-parameter 'organs'"),
        (["--data", "nowhere"], "nowhere: there is no such file or folder"),
        (["--experiment", "platform"], "--experiment platform: needs --test-data"),
        (["--test-data", "x"], "--test-data: goes with --experiment platform"),
        (["--experiment", "organs", "--organ", "lugn"], "did you mean 'lung'?"),
        (["--organ", "lung"], "--organ: goes with --experiment organs"),
        (["--budgets", "3"], "--budgets: goes with --experiment landmarks"),
        (["--experiment", "organs", "--split-column", "part"], "--split-column part: does not go with"),
        (["--experiment", "landmarks", "--selection", "lazy"], "--selection lazy: unknown"),
        (["--experiment", "graph", "--methods", "ridge"], "no method of this run has it to vary"),
        (["--targets", "0"], "'0' is not a positive whole number"),
        (["--budgets", "5,-1"], "'-1' is not a positive whole number"),
    ],
)
def test_wrong_requests(
    options: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status = cli.main(["infer", "--out", str(tmp_path), *options])
    except SystemExit as error:  # of argparse
        status = int(str(error.code))
    told = capsys.readouterr().err
    assert status == 2
    assert sentence in told
    assert not list(tmp_path.glob("runs/*"))
