from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from plugin_ends import ENDS, processes_left

from geneboard import benchmark
from geneboard.benchmark.engine import run as engine_run
from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import select_groups

PLUGINS = Path(__file__).parent / "plugins.py"
METHODS = ["tiny", "pca", "musegnn", "random"]
BRIEF = ["musegnn.epochs=2"]
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("controls_there")]


def run(graph_folder: Path, out: Path, methods: list[str], **options: Any) -> Outcome:
    settings = {"seeds": 2, "jobs": 2, "quiet": True, "device": "cpu", **options}
    return benchmark.run(
        ["lung"], data=graph_folder, out=out, methods=methods, plugins=[PLUGINS], pictures=False, **settings
    )


def without_cost(records: list[Record]) -> list[dict[str, Any]]:
    return sorted(
        (
            {key: value for key, value in record.items() if key not in ("cost", "checksum")}
            for record in records
        ),
        key=lambda record: str(record["key"]),
    )


@pytest.fixture(scope="module")
def good_run(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    out = tmp_path_factory.mktemp("out")
    return out, run(graph_folder, out, METHODS, sets=BRIEF)


@pytest.fixture(scope="module")
def one_cell(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Record]:
    """A result folder with one cell, and its record."""
    out = tmp_path_factory.mktemp("one")
    (record,) = run(graph_folder, out, ["tiny"], seeds=1).records
    return out, record


@pytest.fixture
def unfinished(one_cell: tuple[Path, Record], tmp_path: Path) -> tuple[Path, Record, Path]:
    """A copy of that folder as after a kill between training and scoring, and the folder of its cell."""
    shutil.copytree(one_cell[0], tmp_path / "out")
    folder = store.run_folder(tmp_path / "out", one_cell[1]["key"])
    (folder / store.RECORD).unlink()
    return tmp_path / "out", one_cell[1], folder


def test_all_cells_have_records(good_run: tuple[Path, Outcome]) -> None:
    out, outcome = good_run
    assert sorted((r["method"], r["seed"], r["status"]) for r in outcome.records) == [
        ("musegnn", 0, "ok"),
        ("musegnn", 1, "ok"),
        ("pca", 0, "ok"),
        ("random", 0, "ok"),
        ("tiny", 0, "ok"),
        ("tiny", 1, "ok"),
    ]
    assert without_cost(store.read_records(out)) == without_cost(outcome.records)


def test_record_tells_what_it_cost_and_what_it_rests_on(good_run: tuple[Path, Outcome]) -> None:
    record = next(r for r in good_run[1].records if r["method"] == "tiny" and r["seed"] == 0)
    assert record["history"] == {"loss": [1.0, 0.5, 1 / 3]}
    assert record["trained_on"] == "the gene graphs"
    assert record["dim"] == 8
    assert record["cost"]["wall_seconds"] is not None
    assert (record["cost"]["peak_mb"] or 0) > 50
    assert record["versions"]["torch"].startswith("2.13.0")
    assert set(record["data_hashes"]) == {f"scrna_lung__d{i}" for i in range(3)}
    assert set(record["scores"]) >= {"ASW", "AUC", "iLISI", "GC", "CGR", "NO", "AUC_offdiag", "module_nmi"}


def test_the_first_seed_of_a_method_is_scored_without_each_group(good_run: tuple[Path, Outcome]) -> None:
    datasets = {f"scrna_lung__d{i}" for i in range(3)}
    for record in good_run[1].records:
        is_first = not record["seed"] and record["kind"] != "control"
        assert set(record.get("without_group", {})) == (datasets if is_first else set())
        assert record.get("groups", {}) == ({name: [name] for name in datasets} if is_first else {})
    assert {record["kind"] for record in good_run[1].records} >= {"control", "published"}


def test_other_groups_score_again_and_train_nothing(
    graph_folder: Path, good_run: tuple[Path, Outcome], tmp_path: Path
) -> None:
    out, outcome = good_run
    table = tmp_path / "groups.csv"
    table.write_text("dataset,group\nd0,donor\nd2,donor\n")
    before = {path: path.stat().st_mtime_ns for path in out.glob(f"runs/*/{store.TRAINING}")}
    again = run(graph_folder, out, METHODS, sets=BRIEF, groups=table)
    assert again.ran == len(METHODS) - 1  # the first seeds of all but the control
    assert {path: path.stat().st_mtime_ns for path in before} == before
    for record, old in zip(again.records, outcome.records, strict=True):
        assert record["scores"] == old["scores"]
        if record["seed"] == 0 and record["kind"] != "control":
            assert record["groups"] == {
                "donor": ["scrna_lung__d0", "scrna_lung__d2"],
                "scrna_lung__d1": ["scrna_lung__d1"],
            }
            assert "without_group" not in record  # two groups
            store.write_record(out, old)


def test_finished_cells_are_not_run_again(graph_folder: Path, good_run: tuple[Path, Outcome]) -> None:
    out, outcome = good_run
    again = run(graph_folder, out, METHODS, sets=BRIEF)
    assert again.ran == 0
    assert again.records == outcome.records


def test_other_versions_of_metrics_score_again_and_train_nothing(
    graph_folder: Path, good_run: tuple[Path, Outcome]
) -> None:
    out, outcome = good_run
    record = next(record for record in outcome.records if record["method"] == "tiny")
    embedding = store.run_folder(out, record["key"]) / store.EMBEDDING
    older = {**record["metric_versions"], "ASW": 0}
    store.write_record(out, {**record, "metric_versions": older, "scores": {}})  # type: ignore[typeddict-item]
    trained_at = embedding.stat().st_mtime_ns
    again = run(graph_folder, out, METHODS, sets=BRIEF)
    assert again.ran == 1
    assert embedding.stat().st_mtime_ns == trained_at
    assert without_cost(again.records) == without_cost(outcome.records)
    found = next(one for one in again.records if one["key"] == record["key"])
    assert found["cost"]["started_at"] == record["cost"]["started_at"]


def test_one_job_gives_identical_records_and_the_environment_is_put_back(
    graph_folder: Path, good_run: tuple[Path, Outcome], tmp_path: Path
) -> None:
    before = dict(os.environ)
    again = run(graph_folder, tmp_path, ["tiny"], jobs=1)
    expected = [record for record in good_run[1].records if record["method"] == "tiny"]
    assert without_cost(again.records) == without_cost(expected)
    assert dict(os.environ) == before


def test_changes_run_exactly_the_cells_concerned(graph_folder: Path, good_run: tuple[Path, Outcome]) -> None:
    out, _ = good_run
    assert run(graph_folder, out, METHODS, sets=[*BRIEF, "tiny.epochs=4"]).ran == 2
    assert run(graph_folder, out, ["tiny", "pca", "random"], seeds=3).ran == 1
    forced = run(graph_folder, out, ["tiny"], seeds=1, force=True)
    assert forced.ran == 1


@pytest.fixture(scope="module")
def bad_run(graph_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Record]]:
    out = tmp_path_factory.mktemp("bad")
    outcome = run(graph_folder, out, [*ENDS], seeds=1, time_limit=10, memory_limit=1000)
    return out, {record["method"]: record for record in outcome.records}


@pytest.mark.parametrize("method", ENDS)
def test_every_end_is_recorded(bad_run: tuple[Path, dict[str, Record]], method: str) -> None:
    status, reason = ENDS[method]
    record = bad_run[1][method]
    assert record["status"] == status
    assert reason in record["reason"]


def test_nothing_that_methods_started_is_left_and_nothing_that_they_spoiled_matters(
    bad_run: tuple[Path, dict[str, Record]],
) -> None:
    assert not processes_left()
    assert bad_run[1]["spoils"]["scores"] == bad_run[1]["leaves_processes"]["scores"]  # the same vectors


def test_a_log_of_100_mb_keeps_its_beginning_and_its_end(bad_run: tuple[Path, dict[str, Record]]) -> None:
    out, records = bad_run
    log = store.run_folder(out, records["prints_much"]["key"]) / "log.txt"
    assert log.stat().st_size < 40e6


def test_gaps_of_a_curve_are_kept(bad_run: tuple[Path, dict[str, Record]]) -> None:
    assert bad_run[1]["gaps"]["history"] == {"loss": [2.0, None, None, None, 1.0]}


def test_traceback_is_kept(bad_run: tuple[Path, dict[str, Record]]) -> None:
    assert "plugins.py" in bad_run[1]["raises"]["traceback"]


def test_output_of_a_method_goes_to_its_log(bad_run: tuple[Path, dict[str, Record]]) -> None:
    out, records = bad_run
    log = store.run_folder(out, records["prints"]["key"]) / "log.txt"
    assert "a line from the method" in log.read_text()


def test_failed_cells_run_again_and_skipped_ones_do_not(
    graph_folder: Path, bad_run: tuple[Path, dict[str, Record]]
) -> None:
    again = run(graph_folder, bad_run[0], ["raises", "declines", "prints"], seeds=1)
    assert again.ran == 1
    assert [record["method"] for record in again.failed] == ["raises"]


def test_training_without_scores_is_only_scored(
    graph_folder: Path, unfinished: tuple[Path, Record, Path]
) -> None:
    out, first, _ = unfinished
    again = run(graph_folder, out, ["tiny"], seeds=1)
    assert again.ran == 1
    assert again.records[0]["cost"]["started_at"] == first["cost"]["started_at"]
    assert again.records[0]["cost"]["wall_seconds"] == first["cost"]["wall_seconds"]
    assert without_cost(again.records) == without_cost([first])


def test_other_data_run_again(graph_folder: Path, one_cell: tuple[Path, Record], tmp_path: Path) -> None:
    data, out = tmp_path / graph_folder.name, tmp_path / "out"
    shutil.copytree(graph_folder, data)
    shutil.copytree(one_cell[0], out)
    (data / "lung" / "scrna_lung_d2.h5ad").unlink()
    again = run(data, out, ["tiny"], seeds=1)
    assert again.ran == 1
    assert len(store.read_records(out)) == 2
    assert len(json.loads(json.dumps(again.records[0]["data_hashes"]))) == 2
    shutil.copy(graph_folder / "lung" / "scrna_lung_d2.h5ad", data / "lung")
    back = run(data, out, ["tiny"], seeds=1)
    assert back.ran == 0
    (group,) = select_groups(store.read_records(out))
    assert (
        [record["key"] for record in group.records] == [back.records[0]["key"]] != [again.records[0]["key"]]
    )


def test_source_edited_after_planning_fails_the_cell(
    graph_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plugin = tmp_path / "mine.py"
    plugin.write_text(PLUGINS.read_text())
    plan = engine_run.run_cells

    def edit_then_run(*arguments: Any, **options: Any) -> Outcome:
        plugin.write_text(PLUGINS.read_text().replace("loss=1.0 /", "loss=2.0 /"))
        return plan(*arguments, **options)

    monkeypatch.setattr(engine_run, "run_cells", edit_then_run)
    outcome = benchmark.run(
        ["lung"],
        data=graph_folder,
        out=tmp_path / "out",
        methods=["tiny"],
        plugins=[plugin],
        seeds=1,
        pictures=False,
        quiet=True,
    )
    assert outcome.records[0]["status"] == "failed"
    assert "the source changed since the run was planned" in outcome.records[0]["reason"]


def test_damaged_embedding_is_trained_again(
    graph_folder: Path, unfinished: tuple[Path, Record, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    out, first, folder = unfinished
    (folder / store.EMBEDDING).write_bytes(b"half")
    again = run(graph_folder, out, ["tiny"], seeds=1).records[0]
    assert again["scores"] == first["scores"]
    told = (
        f"{folder / store.EMBEDDING}: is not what the training of its cell has written; the cell is trained"
    )
    assert told in capsys.readouterr().err
