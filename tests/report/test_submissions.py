"""Submitted record files: what `submit` writes, what `check` refuses and why, and where they then stand."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from report_cells import cell, three_methods

import geneboard
from geneboard.benchmark.cells.versions import metric_versions
from geneboard.benchmark.cli import main
from geneboard.benchmark.commands import reference as commands_reference
from geneboard.benchmark.commands.build_report import build_tables
from geneboard.benchmark.plugin_kit import submission
from geneboard.benchmark.plugin_kit.check import Verdict
from geneboard.benchmark.plugin_kit.submission import (
    SUBMISSION_RULES,
    card_of,
    open_submission,
    verdicts_on,
)
from geneboard.benchmark.records import store
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.submissions import SUBMISSIONS, submission_files
from geneboard.benchmark.registry import ROOT
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.stored.submission_card import AUTHORS, submission_card
from geneboard.datasets.errors import InputError

REFERENCE = ROOT / "results" / "reference"
NAMES = ("scrna_lung__a", "scrna_lung__b", "scrna_lung__c")
PREPARED = {"prepared_from": dict(zip(NAMES, ("aa", "bb", "cc"), strict=True))}
THEIRS = PREPARED | {"source": "files:theirs", "data_hashes": dict(zip(NAMES, "789", strict=True))}
"""The same counts on another machine, in a folder of another name."""

LATER = "2030-01-01T00:00:00+00:00"
WRITTEN = {"Authors": "Somebody", "Code": "https://x.org, v1", "Licence": "MIT", "Trained on": "nothing"}


def scored(method: str, seed: int, /, *values: float, **changes: Any) -> Record:
    record = cell(method, seed, *values, **changes)
    record["metric_versions"] = dict(metric_versions())
    return record


def mine(seed: int, /, *values: float, **changes: Any) -> Record:
    given = {"kind": "plugin", "title": "My method", "finished_at": LATER, **THEIRS} | changes
    record = scored("mine", seed, *values, **given)
    record["key"] = hashlib.sha256(record["key"].encode()).hexdigest()
    return record


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A reference run of three methods on lung."""
    folder = tmp_path / "reference"
    records = [{**r, **PREPARED, "metric_versions": dict(metric_versions())} for r in three_methods()]
    store.pack_records(records, folder / store.PACKED)  # type: ignore[arg-type]
    monkeypatch.setattr(commands_reference, "REFERENCE", folder)
    return folder


@pytest.fixture
def submitted(reference: Path, tmp_path: Path) -> Path:
    """What `submit` makes of two seeds of which one has failed, its card filled in."""
    failed = mine(1, traceback=f'File "{Path.home()}/work/mine.py", line 3')
    for record in (mine(0, 0.5), failed, scored("b", 0, 0.4, **THEIRS) | {"key": "b0"}):
        store.write_record(tmp_path / "out", record)  # type: ignore[arg-type]
    (store.run_folder(tmp_path / "out", mine(0, 0.5)["key"]) / store.EMBEDDING).write_bytes(b"vectors")
    to = tmp_path / "mine.jsonl.gz"
    geneboard.submit("mine", out=tmp_path / "out", to=to)
    fill_in(to)
    return to


def fill_in(to: Path) -> None:
    text = card_of(to).read_text()
    for name, value in WRITTEN.items():
        text = text.replace(f"\n{name}:\n", f"\n{name}: {value}\n")
    card_of(to).write_text(text)


def faults(path: Path, reference: Path) -> dict[str, Verdict]:
    found = list(verdicts_on(open_submission(path, reference)))
    assert [verdict.rule for verdict in found] == list(SUBMISSION_RULES)
    failed = {verdict.rule: verdict for verdict in found if not verdict.passed}
    cured = {verdict.rule for verdict in found if verdict.cure}
    assert cured == {rule for rule in failed if not failed[rule].remark.startswith("not tested")}
    return failed


def test_what_submit_writes_can_be_sent_as_soon_as_the_card_is_filled_in(
    submitted: Path, reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults(submitted, reference) == {}
    records = {record["seed"]: record for record in store.read_packed(submitted)}
    assert {seed: (r["method"], r["status"]) for seed, r in records.items()} == {
        0: ("mine", "ok"),
        1: ("mine", "failed"),
    }
    assert records[1]["traceback"] == 'File "~/work/mine.py", line 3'
    card = card_of(submitted).read_text()
    digest = hashlib.sha256(b"vectors").hexdigest()
    for part in (
        "# My method: 2 cells for the reference run of geneboard",
        "- method: My method (mine, plugin)",
        '- settings of My method, preset quick: {"dim": 32, "epochs": 100}',
        "| files:theirs | quick | lung | My method | 0.5000 |  |  | 0, 1 | ok (1 of 2 seeds) |",
        f"- {records[0]['key']}: {digest}",
        "- host: here",
        "- packages: python 3.11.9, torch 2.13.0",
        "- revision of geneboard: 0123456789abcdef",
    ):
        assert f"\n{part}\n" in f"\n{card}"
    # Written again, it keeps what the authors have written; without that it is refused, line by line.
    assert main(["submit", "My method", "--out", str(tmp_path / "out"), "--to", str(submitted)]) == 0
    assert card_of(submitted).read_text() == card
    assert f"check {submitted}" in capsys.readouterr().out
    assert main(["check", str(submitted)]) == 0
    n = len(SUBMISSION_RULES)
    assert capsys.readouterr().out.endswith(f"{n} of {n} rules kept\n")
    card_of(submitted).write_text(card.replace("Licence: MIT", "Licence:"))
    assert main(["check", str(submitted)]) == 1
    told = capsys.readouterr().out
    assert f"FAIL  card                          {card_of(submitted)} says nothing at Licence\n" in told
    assert "      mend it: fill in its lines `Authors:`, `Code:`, `Licence:`, `Trained on:`" in told
    assert main(["check", str(submitted), "--json"]) == 1
    assert [row["rule"] for row in json.loads(capsys.readouterr().out) if not row["passed"]] == ["card"]


OTHER = THEIRS["prepared_from"] | {"scrna_lung__b": "0123456789abcdef"}
OLD = dict(metric_versions()) | {"AUC": 0}
RECORDS: dict[str, tuple[Callable[[], list[Record]], str, str]] = {
    "no embedding": (
        lambda: [mine(0, 0.5, task="sensitivity")],
        "whole records",
        "is of no embedding that was scored on all genes",
    ),
    "the same seed twice": (
        lambda: [mine(0, 0.5), mine(0, 0.5, threads=2)],
        "whole records",
        "seed 0 of mine on lung (quick) stands in no leaderboard: it is repeated later",
    ),
    "two methods": (
        lambda: [mine(0, 0.5), mine(0, 0.5, method="other")],
        "one new method",
        "the file has the methods mine and other",
    ),
    "a name of geneboard": (
        lambda: [mine(0, 0.5, method="giant")],
        "one new method",
        "giant (My method) has the name or the title of giant, which is there already",
    ),
    "a title of geneboard": (
        lambda: [mine(0, 0.5, title="GIANT")],
        "one new method",
        "mine (GIANT) has the name or the title of giant, which is there already",
    ),
    "a method of the reference run": (
        lambda: [mine(0, 0.5, method="b", title="B 2")],
        "one new method",
        "b (B 2) has the name or the title of b",
    ),
    "kind": (lambda: [mine(0, 0.5, kind="published")], "one new method", "mine calls itself published"),
    "other data": (
        lambda: [mine(0, 0.5, prepared_from=OTHER)],
        "data of the reference",
        "lung (quick) is of other data: scrna_lung__b 0123456789ab, in the reference run bb",
    ),
    "another tissue": (
        lambda: [mine(0, 0.5), mine(0, 0.5, tissue="skin")],
        "data of the reference",
        "skin (quick) has no leaderboard of this tissue and preset in the reference run",
    ),
    "other metrics": (
        lambda: [mine(0, 0.5) | {"metric_versions": OLD}],  # type: ignore[list-item]
        "metrics of this version",
        "lung (quick) was scored by other versions of the metrics: AUC 0, in this version 1",
    ),
    "no seed that is ok": (
        lambda: [mine(0), mine(1)],
        "a seed that ended well",
        "no seed of lung (quick) has ended well",
    ),
    "a home folder": (
        lambda: [mine(0, 0.5), mine(1, traceback='File "/home/jane/mine.py", line 3')],
        "no home folder",
        "seed 1 of mine on lung (quick) names the folder /home/jane in its traceback",
    ),
    "too large": (
        lambda: [mine(0, 0.5, history={"loss": [hash((i, "")) / 2**40 for i in range(5_000)]})],
        "size",
        "bytes, more than 20000",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", RECORDS)
def test_each_fault_of_the_records_is_refused_alone_and_with_its_sentence(
    case: str, submitted: Path, reference: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "MOST_BYTES", 20_000)  # millions take seconds to write
    make, rule, sentence = RECORDS[case]
    records = make()
    store.pack_records(records, submitted)
    card_of(submitted).write_text(submission_card(records, {}, WRITTEN))
    found = faults(submitted, reference)
    assert set(found) == {rule}
    assert sentence in found[rule].remark


def test_edited_and_damaged_records_and_files(submitted: Path, reference: Path) -> None:
    lines = gzip.decompress(submitted.read_bytes()).decode().splitlines()
    submitted.write_bytes(gzip.compress("\n".join([lines[0].replace("0.5", "0.6"), lines[1]]).encode()))
    assert "line 1: has been edited" in faults(submitted, reference)["whole records"].remark
    submitted.write_bytes(gzip.compress(b"{}"))
    found = faults(submitted, reference)
    assert "is not a record of schema version" in found.pop("whole records").remark
    assert {verdict.remark for verdict in found.values()} == {"not tested, see 'whole records'"}
    submitted.write_bytes(b"\x1f\x8b")
    assert main(["check", str(submitted)]) == 2
    assert main(["check", str(submitted.with_name("nowhere.jsonl.gz"))]) == 2


def test_card_whose_numbers_are_others_or_that_is_not_there(submitted: Path, reference: Path) -> None:
    card = card_of(submitted)
    card.write_text(card.read_text() + "\nA remark of the authors.\n")
    assert faults(submitted, reference) == {}
    card.write_text(card.read_text().replace("| 0.5000 |", "| 0.9000 |"))
    (fault,) = faults(submitted, reference).values()
    assert fault.rule == "numbers of the card"
    line = "| files:theirs | quick | lung | My method | 0.5000 |"
    assert f"lacks or changes the line '{line}" in fault.remark
    card.unlink()
    assert set(faults(submitted, reference)) == {"card", "numbers of the card"}


def test_submission_stands_on_the_board_whatever_machine_it_is_from(
    submitted: Path, reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (before,) = leaderboards(store.read_records(reference))
    (reference / SUBMISSIONS).mkdir()
    for path in (submitted, card_of(submitted)):
        shutil.copy(path, reference / SUBMISSIONS)
    said: list[str] = []
    (board,) = leaderboards(store.read_records(reference, said.append))
    assert said == []
    rows = board.frame.set_index("method")
    assert set(rows.index) == {*before.frame["method"], "mine"}
    assert (rows.loc["mine", "kind"], rows.loc["mine", "joint_score"]) == ("plugin", 0.5)
    assert (board.group.source, board.group.data_hash) == (before.group.source, before.group.data_hash)
    build_tables(reference, store.read_records(reference))
    table = pd.read_csv(reference / "files-data" / "quick" / "lung" / "leaderboard.csv")
    assert set(table["method"]) == set(rows.index)
    assert faults(reference / SUBMISSIONS / submitted.name, reference) == {}  # it is not in its own way
    default = commands_reference.open_reference(None, tmp_path)
    assert [r["status"] for r in default.records if r["method"] == "mine"].count("failed") == 1
    assert main(["doctor", "--out", str(reference)]) == 0
    assert "tables and others" in capsys.readouterr().out


@pytest.mark.parametrize("changes", [{"prepared_from": OTHER}, {"tissue": "skin"}, {"task": "inference"}])
def test_what_does_not_fit_is_named_and_pushes_nothing_out(
    changes: dict[str, Any], submitted: Path, reference: Path
) -> None:
    """A newer record of other data in the folder itself would take the place of all others."""
    (reference / SUBMISSIONS).mkdir()
    store.pack_records([mine(0, 0.5, **changes)], reference / SUBMISSIONS / submitted.name)
    said: list[str] = []
    (board,) = leaderboards(store.read_records(reference, said.append))
    assert set(board.frame["method"]) == {"a", "b", "c"}
    (sentence,) = said
    assert sentence.startswith(f"left out: {reference / SUBMISSIONS / submitted.name}: mine seed 0 on")
    assert f"`check {reference / SUBMISSIONS / submitted.name}` tells the way out" in sentence


def test_submit_leaves_out_what_does_not_fit_and_says_so(
    reference: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    others = [mine(0, 0.5, tissue="skin"), mine(0, 0.5, preset="paper")]
    for record in (mine(0, 0.5), mine(0, 0.5, overrides={"epochs": 5}), *others):
        store.write_record(out, record)
    monkeypatch.chdir(tmp_path)
    assert main(["submit", "mine", "--out", str(out)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("My method: 2 cells of lung (quick)\nmine.jsonl.gz\nmine.md\n")
    assert "skin (quick) has no leaderboard of this tissue" in told.err
    assert "lung (paper) has no leaderboard of this tissue" in told.err
    assert '"epochs": 5}' in (tmp_path / "mine.md").read_text()
    assert len(geneboard.submit("mine[epochs=5]", out=out, to=tmp_path / "x.jsonl.gz").records) == 1
    old = tmp_path / "old"
    store.write_record(old, mine(1, 0.5) | {"metric_versions": OLD})  # type: ignore[arg-type]
    for method, folder, to, fault in (
        (
            "mine",
            old,
            "x.jsonl.gz",
            "nothing of it can stand in the reference run: lung (quick) was scored by",
        ),
        ("mine", out, "x.json", "--to x.json: the name of the file must end on .jsonl.gz"),
        (
            "mien",
            out,
            "x.jsonl.gz",
            "has no record of it (was it another --out?), and it is an unknown method; did you mean 'mine'?",
        ),
        ("mine", tmp_path / "none", "x.jsonl.gz", "there is no such result folder"),
    ):
        with pytest.raises(InputError, match=re.escape(fault)):
            geneboard.submit(method, out=folder, to=to)


@pytest.mark.parametrize("path", submission_files(REFERENCE) or [None], ids=str)
def test_every_submission_that_is_there_keeps_all_rules(path: Path | None) -> None:
    """Of none there is nothing to say, but for cards and other files that belong to none."""
    if path is not None:
        assert faults(path, REFERENCE) == {}
    files = {*submission_files(REFERENCE), *map(card_of, submission_files(REFERENCE))}
    assert {*(REFERENCE / SUBMISSIONS).glob("*")} == files


def test_fields_are_those_that_the_readme_names() -> None:
    text = (ROOT / "methods" / "README.md").read_text("utf-8")
    assert all(f"`{name}:`" in text for name in AUTHORS)
