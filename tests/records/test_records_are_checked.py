"""What is wrong with a record is named when it is read."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from record_cases import former_record, record

from geneboard.benchmark.records import store
from geneboard.benchmark.records.check import as_written, checked, parsed
from geneboard.benchmark.registry import IMPORTED_FROM, ROOT
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.datasets.errors import InputError

REFERENCE = ROOT / "results" / "reference" / store.PACKED


def read(content: Any) -> Any:
    return checked(json.dumps(content), "result.json")


def without(content: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != field}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"status": "lost"}, "the field status is 'lost' (input should be 'ok', "),
        ({"threads": "1"}, "the field threads is '1' (input should be a valid integer)"),
        ({"deterministic": 1}, "the field deterministic is 1 (input should be a valid boolean)"),
        ({"data_hashes": {"a": 3}}, "the field data_hashes.a is 3 (input should be a valid string)"),
        (
            {"scores": {"ASW": {"value": float("nan"), "status": "ok", "reason": ""}}},
            "the field scores.ASW.value is nan (input should be a finite number)",
        ),
        ({"history": {"loss": [1.0, float("inf")]}}, "the field history.loss.1 is inf "),
        ({"scores": {"ASW": {"value": 0.5, "status": "ok"}}}, "the field scores.ASW.reason is missing"),
        ({"problem": {"experiment": "comparison"}}, "the field problem.landmarks is missing"),
    ],
)
def test_a_wrong_value_is_named_with_its_field(changes: dict[str, Any], fault: str) -> None:
    for content in (record("a", **changes), former_record("a", **changes)):
        with pytest.raises(InputError) as caught:
            read(content)
        assert str(caught.value).startswith(f"result.json: {fault}")
        assert str(caught.value).endswith("; delete it to have the cell run again")


@pytest.mark.parametrize("field", ["cost", "seed", "metric_versions", "checksum", "task"])
def test_a_missing_field_is_named(field: str) -> None:
    with pytest.raises(InputError, match=f"result.json: the field {field} is missing; delete it"):
        read(without(record("a"), field))


def test_an_edited_record_is_noticed() -> None:
    content = as_written(record("a"))
    assert read(content) == content
    for changes in ({"seed": 1}, {"checksum": ""}, {"new": 1}, {"settings": {}}):
        with pytest.raises(InputError, match=r"result\.json: has been edited, .*; delete it to have"):
            read(content | changes)


def test_a_line_is_checked_whatever_the_order_of_its_fields() -> None:
    content = as_written(record("a", settings={"epochs": 12}))
    line = json.dumps(content, sort_keys=True)
    turned = json.dumps(dict(reversed(content.items())), indent=1)
    assert checked(line, "result.json") == checked(turned, "result.json") == content
    nested = line.replace('"epochs"', f'"checksum": "{content["checksum"]}", "epochs"')
    for edited in (line.replace("12", "13"), turned.replace("12", "13"), nested):
        with pytest.raises(InputError, match=r"result\.json: has been edited"):
            checked(edited, "result.json")


@pytest.mark.parametrize("depth", [300, 600, 900, 2000, 10_000])
def test_a_deep_record_is_refused_whatever_gives_up_first(depth: int) -> None:
    text = json.dumps(record("a", settings="DEEP")).replace('"DEEP"', '{"a":' * depth + "1" + "}" * depth)
    with pytest.raises(InputError, match=r"result\.json: (has been edited|is nested|is not a complete)"):
        checked(text, "result.json")


def test_an_edited_record_does_not_pass_for_one_of_the_first_schema() -> None:
    content = {**as_written(record("a")), "schema": 1, "metrics_code": "f00"}
    for fields in (content, without(content, "checksum")):
        with pytest.raises(InputError, match=r"has been edited, schema version 1 had no (task|checksum)"):
            read(fields)


@pytest.mark.parametrize("schema", [0, 3, "2", None])
def test_another_schema_is_refused(schema: object) -> None:
    with pytest.raises(InputError, match="is not a record of schema version 2 or 1"):
        read(record("a", schema=schema))


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "true", '{"schema": 2', "[" * 100_000, '{"a":' * 50_000, '{"schema": "\udcff'],
)
def test_what_is_no_record(text: str) -> None:
    with pytest.raises(InputError, match=r"result\.json: is not a "):
        checked(text, "result.json")


def test_a_line_of_a_packed_file_is_named(tmp_path: Path) -> None:
    lines = [json.dumps(as_written(record("a"))), json.dumps(record("b"))]
    (tmp_path / store.PACKED).write_bytes(gzip.compress("\n".join(lines).encode()))
    with pytest.raises(InputError, match=r"records\.jsonl\.gz, line 2: has been edited"):
        store.read_packed(tmp_path / store.PACKED)


def test_fields_that_only_one_task_has_need_no_word_here(tmp_path: Path) -> None:
    toy = record("a", task="toy", question={"sets": [1, None]}, answers="x")
    store.write_record(tmp_path, toy)
    assert store.read_record(tmp_path, "a") == {**toy, "checksum": as_written(toy)["checksum"]}


def test_records_of_the_first_schema_are_read_and_stay_unverified(tmp_path: Path) -> None:
    former = former_record("a")
    (store.run_folder(tmp_path, "a")).mkdir(parents=True)
    (store.run_folder(tmp_path, "a") / store.RECORD).write_text(json.dumps(former))
    (found,) = store.read_records(tmp_path)
    assert (found["task"], found["checksum"], set(found["metric_versions"].values())) == (
        "embedding",
        "",
        {"f00"},
    )
    store.pack_records([found, record("b")], tmp_path / store.PACKED)
    lines = gzip.decompress((tmp_path / store.PACKED).read_bytes()).splitlines()
    assert json.loads(lines[0]) == former
    assert store.read_packed(tmp_path / store.PACKED)[0] == found
    with pytest.raises(InputError, match="the field metrics_code is missing"):
        read(without(former, "metrics_code"))


def test_the_reference_is_read_and_packed_again_as_it_is(tmp_path: Path) -> None:
    started = time.process_time()
    records = store.read_packed(REFERENCE)
    assert time.process_time() - started < 2  # a second on a quiet machine
    answers = [one for one in records if one["task"] == "biology" and one["status"] == "ok"]
    others = [one for one in records if one["task"] != "biology"]
    assert {version for one in others for version in one["metric_versions"].values()} == {1}
    assert all(one["metric_versions"] == Question.of(one).versions for one in answers)
    store.pack_records(records, tmp_path / store.PACKED)
    packed, reference = (gzip.decompress(path.read_bytes()) for path in (tmp_path / store.PACKED, REFERENCE))
    assert packed == reference


def test_pydantic_is_imported_only_where_records_are_read() -> None:
    code = (
        "import sys; from geneboard.benchmark.records import store; import geneboard.benchmark.cli;"
        "assert not {'pydantic', 'torch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(IMPORTED_FROM)}, check=True)


def test_equal_texts_of_two_records_are_no_shared_object() -> None:
    """Which ones a cache would share is chance, and so would be the digests of pictures."""
    first, second = parsed('["a text of some length", "a text of some length"]')
    assert first == second
    assert first is not second
