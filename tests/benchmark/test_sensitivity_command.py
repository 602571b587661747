"""The command `sensitivity`: what it writes, that it goes on after a kill, how it refuses bad input."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from geneboard import benchmark
from geneboard.benchmark.cli import main
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.sensitivity import run as sensitivity_run
from geneboard.benchmark.tasks.embedding.sensitivity.analysis import read_sensitivity
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS
from geneboard.benchmark.tasks.embedding.sensitivity.run import Outcome
from geneboard.benchmark.tasks.embedding.sensitivity.task import Step, steps_of
from geneboard.datasets.errors import InputError

FEW = [Step(CONTROL, 1.0, 0, 1), Step("noise", 20.0, 0, 2), Step("shuffled_names", 1.0, 0, 3)]
DERIVED = ("findings.csv", "findings.md", "sensitivity.csv", "sensitivity.json", "sensitivity.png")


def few_steps(monkeypatch: pytest.MonkeyPatch, steps: list[Step]) -> None:
    """Have a run consist of these steps, and say so in its files."""
    known = {step.name: step.level for step in steps if step.name in DEGRADATIONS}
    few = {name: replace(DEGRADATIONS[name], levels=(0.0, level)) for name, level in known.items()}
    monkeypatch.setattr(sensitivity_run, "steps_of", lambda tissue, repeats: steps)
    monkeypatch.setattr(sensitivity_run, "DEGRADATIONS", few)


def ruined(data: Path, out: Path, **options) -> Outcome:
    return benchmark.sensitivity(
        "lung", data=data, out=out, method="pca", device="cpu", quiet=True, repeats=1, **options
    )


def records_of_steps(out: Path, status: str = "ok") -> list[Path]:
    """Files of the records of the task that end like this."""
    found = []
    for path in sorted(out.glob("runs/*/result.json")):
        record = json.loads(path.read_text())
        if record["task"] == "sensitivity" and record["status"] == status:
            found.append(path)
    return found


def test_steps_have_seeds_by_name_and_repeat_and_not_by_level():
    steps = steps_of("lung", 2)
    noise = [step for step in steps if step.name == "noise"]
    assert len(noise) == 12
    assert len({step.seed for step in noise}) == 2
    assert len({(step.name, step.seed) for step in steps}) == len({step.seed for step in steps})
    assert [step.repeat for step in steps] == sorted(step.repeat for step in steps)
    assert {step.repeat for step in steps if step.name == "fewer_dimensions"} == {0}
    assert set(steps) < set(steps_of("lung", 3))  # more repeats keep what is finished
    assert {step.seed for step in steps_of("heart", 2)}.isdisjoint(step.seed for step in steps)


@pytest.fixture(scope="module")
def calm(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    """The folder of a run of few steps with one process, and what it did."""
    out = tmp_path_factory.mktemp("calm")
    with pytest.MonkeyPatch.context() as monkeypatch:
        few_steps(monkeypatch, FEW)
        return out, ruined(graph_folder, out, jobs=1)


@pytest.mark.slow
def test_steps_that_failed_or_are_missing_run_again_and_end_in_the_files_of_a_calm_run(
    calm: tuple[Path, Outcome],
    graph_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    few_steps(monkeypatch, [Step("noise", 20.0, 0, "no seed"), FEW[2], FEW[0]])
    outcome = ruined(graph_folder, tmp_path, jobs=1)
    ((step, reason),) = outcome.failed.items()
    assert step == "noise 20 repeat 0"
    assert reason.startswith("scoring: TypeError: ")
    table = outcome.sensitivity.table
    failed = table[table["status"] == "failed"]
    assert set(failed["reason"]) == {reason}
    assert set(failed["degradation"]) == {"noise"}
    assert len(failed) == table["metric"].nunique()
    findings = outcome.sensitivity.findings.set_index(["metric", "degradation"])
    assert findings.loc[("AUC", "noise"), "verdict"] == "not computed"
    assert findings.loc[("AUC", "shuffled_names"), "verdict"].startswith("sees it")
    place = outcome.paths[0].parent
    assert "not computed" in (place / "findings.md").read_text()

    few_steps(monkeypatch, [FEW[1], FEW[2], FEW[0]])
    lost, kept = records_of_steps(tmp_path)
    lost.unlink()
    shutil.rmtree(place)
    written = kept.stat().st_mtime_ns
    arguments = ["sensitivity", "--tissue", "lung", "--data", str(graph_folder), "--out", str(tmp_path)]
    arguments += ["--method", "pca", "--repeats", "1", "--device", "cpu", "--jobs", "2"]
    capsys.readouterr()
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert "cannot see it" in printed.out
    assert "[2/2]" in printed.err
    assert kept.stat().st_mtime_ns == written
    assert {path.name for path in calm[1].paths} >= set(DERIVED)
    for path in calm[1].paths:
        assert (place / path.name).read_bytes() == path.read_bytes(), path.name


@pytest.mark.slow
def test_level_0_is_the_untouched_score(calm: tuple[Path, Outcome], graph_folder: Path) -> None:
    out, outcome = calm
    assert not outcome.failed
    (read,) = read_sensitivity(out)
    embedding = store.run_folder(out, read.provenance["key"]) / store.EMBEDDING
    plain = benchmark.score(embedding, "lung", data=graph_folder, out=out)
    untouched = read.table[(read.table["degradation"] == "noise") & (read.table["level"] == 0)]
    assert untouched.set_index("metric")["value"].dropna().to_dict() == {
        name: score.value for name, score in plain.items() if score.value is not None
    }
    names = read.table[(read.table["degradation"] == "shuffled_names")].pivot_table(
        "value", "metric", "level"
    )
    for blind in ("ASW", "iLISI", "GC", "CGR"):
        assert names.loc[blind, 0.0] == names.loc[blind, 1.0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "pcb"}, "unknown method 'pcb'; did you mean 'pca'"),
        ({"tissue": "lungs"}, "lungs"),
        (
            {"method": "oracle"},
            "oracle on lung: skipped: the true correlations of genes",
        ),
        ({"preset": "slow"}, "unknown preset 'slow'"),
    ],
)
def test_bad_input_is_one_sentence(graph_folder: Path, tmp_path: Path, options, message) -> None:
    given = {"tissue": "lung", "method": "pca"} | options
    tissue = given.pop("tissue")
    with pytest.raises(InputError, match=message):
        benchmark.sensitivity(tissue, data=graph_folder, out=tmp_path, device="cpu", quiet=True, **given)
