"""A result folder damaged in each way: `doctor` names it, and `--clean` removes what belongs to nothing."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from control_rows import control_rows
from small_graphs import small_graph

from geneboard import benchmark
from geneboard.benchmark.commands.doctor import Diagnosis, text_of
from geneboard.benchmark.engine.claims import CLAIMS, Claims
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.datasets.base import Tissue
from geneboard.datasets.graph_files import write_graph, write_tissue

RunCommand = Callable[..., "subprocess.CompletedProcess[str]"]

EMBEDDING = b"an embedding"
IDENTITY = "1d"
OLD = 7200.0


def aged(path: Path, seconds: float = OLD) -> Path:
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))
    return path


def key(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()


TISSUE = Tissue("lung", "synthetic", (small_graph(0), small_graph(1)))


@pytest.fixture(scope="module")
def row() -> Record:
    """The record of a control on the tissue."""
    return control_rows(TISSUE)[0]


@pytest.fixture
def out(tmp_path: Path, row: Record) -> Path:
    """Two finished cells and one that failed, with the data that they were trained on."""
    manifest = aged(write_tissue(TISSUE, tmp_path / "prepared"))
    for number in range(3):
        own = {**row, "key": key(number), "seed": number, "prepared_from": {"scrna_lung__d0": IDENTITY}}
        if number == 2:
            own |= {"status": "failed", "reason": "it did", "scores": {}}
        store.write_record(tmp_path, cast(Record, own))
        folder = store.run_folder(tmp_path, key(number))
        (folder / "log.txt").write_text("a line\n")
        if number < 2:
            (folder / store.EMBEDDING).write_bytes(EMBEDDING)
            store.write_training(folder, key(number), {"sha256": hashlib.sha256(EMBEDDING).hexdigest()})
    for path in manifest.parent.iterdir():
        aged(path)
    return tmp_path


def files(out: Path) -> set[Path]:
    return {path for path in out.rglob("*") if path.is_file()}


def diagnosed(out: Path, **options: Any) -> Diagnosis:
    before = files(out)
    found = benchmark.doctor(out=out, **options)
    if not options:
        assert files(out) == before
    return found


def test_a_sound_folder(out: Path, command: RunCommand) -> None:
    before = files(out)
    done = command("doctor", "--out", out)
    assert done.returncode == 0
    total = text_of(sum(path.stat().st_size for path in before))
    told = [line.split() for line in done.stdout.splitlines()]
    verdict = f"{out}: sound; 3 records, {total}, 14 B of which can be freed with --clean"
    assert told[0] == verdict.split()
    assert told[1] == ["kind", "files", "size", "can", "be", "freed"]
    assert ["embeddings", "and", "predictions", "2", "24", "B", "0", "B"] in told
    assert ["logs", "3", "21", "B", "14", "B"] in told
    assert "note:" not in done.stdout
    done = command("doctor", "--out", out, "--clean")
    assert "removed: 2 logs of finished cells" in done.stdout
    logs = {store.run_folder(out, key(number)) / "log.txt" for number in (0, 1)}  # the third has failed
    assert before - files(out) == logs
    assert "can be freed with" not in command("doctor", "--out", out).stdout


def test_no_folder(tmp_path: Path, command: RunCommand) -> None:
    done = command("doctor", "--out", tmp_path / "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: --out {tmp_path / 'none'}: no such folder\n"


def edit(path: Path) -> None:
    path.write_text(path.read_text().replace('"seed": 0', '"seed": 5'))


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda run: edit(run / store.RECORD), "has been edited"),
        (lambda run: (run / store.RECORD).write_text("{"), "is not a complete record"),
        (lambda run: run.rename(run.with_name("5e" * 32)), "is the record of another cell"),
        (lambda run: (run / store.EMBEDDING).write_bytes(b"x"), "is not what the training of its cell has"),
        (lambda run: (run / store.TRAINING).write_text("{}"), "training.json: was edited"),
        (
            lambda run: (run.parents[1] / store.PACKED).write_bytes(b"\x1f\x8b"),
            "is not a complete packed record",
        ),
    ],
)
def test_what_is_wrong_is_named_and_stays(out: Path, command: RunCommand, damage: Any, told: str) -> None:
    damage(store.run_folder(out, key(0)))
    before = {path for path in files(out) if path.name != "log.txt"}
    for options in ([], ["--clean"]):
        done = command("doctor", "--out", out, *options)
        assert done.returncode == 1
        assert "thing is wrong" in done.stdout or "things are wrong" in done.stdout
        assert told in " ".join(done.stdout.split())
    assert {path for path in files(out) if path.name != "log.txt"} == before


def test_a_record_that_is_gone(out: Path) -> None:
    (out / store.SCORES).write_text(f"key,method,seed,tissue\n{key(9)},pca,4,lung\n{key(0)},none,0,lung\n")
    (fault,) = diagnosed(out).faults
    assert "shows pca seed 4 on lung, whose record is gone" in fault


def leftover(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("left")
    return path


def test_leftovers_of_killed_runs_go(out: Path) -> None:
    diagnosed(out, clean=True)
    kept = files(out)
    run, killed = store.run_folder(out, key(0)), store.run_folder(out, key(7))
    partial = f".result.json.{'0a' * 16}.partial"
    gone = [
        aged(leftover(run / partial)),
        aged(leftover(out / "prepared" / partial)),
        aged(leftover(out / partial)),
        leftover(run / store.CHECKPOINT),
        leftover(killed / store.EMBEDDING),
        leftover(killed / "log.txt"),
        aged(leftover(out / CLAIMS / key(3))),
        aged(leftover(out / CLAIMS / f"{key(4)}.0a")),
        aged(leftover(out / CLAIMS / ".clock-0a")),
    ]
    assert diagnosed(out).faults == []
    young = leftover(out / "prepared" / partial.replace("result", "young"))
    resumed = leftover(store.run_folder(out, key(8)) / store.CHECKPOINT)  # an interrupted training
    found = benchmark.doctor(out=out, clean=True)
    assert sum(found.removed.values()) == len(gone)
    assert files(out) == kept | {young, resumed}
    assert not killed.exists()
    assert any("its training was interrupted" in note for note in found.notes)


def test_data_that_no_record_uses_go(out: Path) -> None:
    diagnosed(out, clean=True)
    kept = files(out)
    unused = Tissue("heart", "synthetic", (small_graph(5, tissue="heart"),))
    gone = [aged(write_tissue(unused, out / "prepared"))]
    gone.append(aged(out / "prepared" / f"{unused.graphs[0].digest}.h5ad"))
    gone.append(aged(leftover(out / "prepared" / "damaged.h5ad")))
    identity = {"prepared_from": IDENTITY}  # of which the graph of a record was made
    cached = out / "prepared" / "cached.h5ad"
    write_graph(replace(small_graph(6), provenance=identity), cached, key="k")
    unknown = aged(leftover(out / "prepared" / "chance-1.npz"))
    aged(cached)
    assert diagnosed(out, clean=True).removed == {"prepared data that no record uses": len(gone)}
    assert files(out) == kept | {cached, unknown}


def test_what_a_living_run_has_claimed_stays(out: Path) -> None:
    run, data = store.run_folder(out, key(0)), aged(leftover(out / "prepared" / "unused.h5ad"))
    partial = aged(leftover(run / f".embedding.h5ad.{'0a' * 16}.partial"))
    with Claims(out) as living:
        assert living.take(key(0))
        (run / store.EMBEDDING).write_bytes(b"of the run, which has not written the account yet")
        found = benchmark.doctor(out=out, clean=True)
        assert found.faults == []
        assert living.holds(key(0))
        assert found.removed == {"logs of finished cells": 1}  # of the other cell
        assert all(path.exists() for path in (data, partial, run / "log.txt"))
        assert any(f"pid {os.getpid()}" in note for note in found.notes)
    found = benchmark.doctor(out=out, clean=True)
    assert found.removed["unfinished files"] == 1
    assert len(found.faults) == 1


def test_a_run_that_begins_while_it_is_looked_through(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from geneboard.benchmark.commands import folder_contents

    look, living = folder_contents.contents_of, Claims(out)

    def then_claimed(folder: Path) -> Any:
        found = look(folder)
        assert living.take(key(1))
        return found

    monkeypatch.setattr(folder_contents, "contents_of", then_claimed)
    assert benchmark.doctor(out=out, clean=True).removed == {"logs of finished cells": 1}
    assert (store.run_folder(out, key(1)) / "log.txt").exists()


def test_records_of_other_versions_are_told(out: Path, row: Record) -> None:
    changes = {"key": key(0), "metric_versions": {"ASW": 0}, "code": "c0de"}
    store.write_record(out, cast(Record, {**row, **changes}))
    path = store.run_folder(out, key(1)) / store.RECORD
    former = json.loads(path.read_text()) | {"schema": 1, "metrics_code": "f00"}
    for name in ("task", "metric_versions", "checksum"):
        former.pop(name)
    path.write_text(json.dumps(former))
    found = diagnosed(out)
    assert found.faults == []
    assert [note.split(":")[0] for note in found.notes] == [
        "scored by other versions of the metrics",
        "trained by other code",
        "without a checksum, of an earlier version",
    ]


@pytest.mark.parametrize(("size", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (2.5e9, "2.5 GB")])
def test_sizes(size: float, text: str) -> None:
    assert text_of(size) == text
