from __future__ import annotations

import errno
import gzip
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from record_cases import record

from geneboard.benchmark.records import store
from geneboard.benchmark.records.check import as_written
from geneboard.benchmark.tasks.embedding.maps.layout import PACKED_LAYOUTS, read_layouts
from geneboard.datasets.errors import InputError


def test_packed_and_single_records_are_read_together(tmp_path: Path) -> None:
    store.pack_records([record("b"), record("a", seed=0)], tmp_path / store.PACKED)
    store.write_record(tmp_path, record("a", seed=1))
    found: list[Any] = store.read_records(tmp_path)
    assert all(len(one["checksum"]) == 64 for one in found)
    assert [{**one, "checksum": ""} for one in found] == [record("a", seed=1), record("b")]
    assert store.read_record(tmp_path, "b") is None  # it is packed


def test_packed_records_of_later_steps_stand_beside_the_first(tmp_path: Path) -> None:
    store.pack_records([record("a", seed=0), record("b", seed=0)], tmp_path / store.PACKED)
    store.pack_records([record("b", seed=1), record("c", seed=0)], tmp_path / "records-ablations.jsonl.gz")
    store.pack_records([record("c", seed=2)], tmp_path / "records-more.jsonl.gz")
    store.pack_records([record("d", seed=0)], tmp_path / "others.jsonl.gz")
    found = {one["key"]: one["seed"] for one in store.read_records(tmp_path)}
    assert found == {"a": 0, "b": 1, "c": 2}


def test_packing_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    store.pack_records([record("a"), record("b")], tmp_path / "1")
    store.pack_records([record("b"), record("a")], tmp_path / "2")
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert (tmp_path / "1").read_bytes()[4:8] == bytes(4)  # gzip's field for the time of writing


def test_what_was_read_once_is_everybodys_own_and_checked_when_it_has_changed(tmp_path: Path) -> None:
    written = store.write_record(tmp_path, record("a"))
    first = store.read_record(tmp_path, written["key"])
    assert first is not None
    first["scores"].clear()
    first["data_hashes"].clear()
    assert store.read_record(tmp_path, written["key"]) == written
    path = store.run_folder(tmp_path, written["key"]) / store.RECORD
    path.write_text(path.read_text().replace('"ok"', '"no"'))
    assert store.read_record(tmp_path, written["key"]) is None


def test_nan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        store.write_record(tmp_path, record("a", dim=float("nan")))
    assert store.read_records(tmp_path) == []


FAULTS: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    "truncated": (lambda text: text[:10], "is not a complete record"),
    "empty": (lambda _: "", "is not a complete record"),
    "nested": (lambda _: "[" * 100_000, "is not a complete record"),
    "not UTF-8": (lambda text: text.replace("PCA", "P\xe9").encode("latin-1"), "has been edited"),
    "edited": (lambda text: text.replace("0.3000", "0.9000"), "has been edited"),
    "another's": (
        lambda text: json.dumps(as_written(record("b", method="gae"))),
        "is the record of another cell",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_record_that_does_not_fit_is_named_and_left_out(tmp_path: Path, fault: str) -> None:
    for key in "abc":
        store.write_record(tmp_path, record(key))
    change, sentence = FAULTS[fault]
    path = store.run_folder(tmp_path, "a") / store.RECORD
    content = change(path.read_text())
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    said: list[str] = []
    assert [one["key"] for one in store.read_records(tmp_path, said.append)] == ["b", "c"]
    assert len(said) == 1
    assert said[0].startswith(f"left out: {path}: {sentence}")
    assert store.read_record(tmp_path, "a") is None  # so a run makes it anew


def test_many_records_that_do_not_fit_are_one_line(tmp_path: Path) -> None:
    lines = [json.dumps(as_written(record("packed"))), json.dumps(record("p"))]
    (tmp_path / store.PACKED).write_bytes(gzip.compress("\n".join(lines).encode()))
    for key in "abcd":
        store.write_record(tmp_path, record(key))
        (store.run_folder(tmp_path, key) / store.RECORD).write_text("{")
    said: list[str] = []
    assert [one["key"] for one in store.read_records(tmp_path, said.append)] == ["packed"]
    (sentence,) = said
    assert sentence.startswith(f"left out: {tmp_path / store.PACKED}, line 2: has been edited")
    assert sentence.endswith("runs/c/result.json, …)")
    assert "(4 more do not fit: " in sentence


def test_records_that_are_gone_are_named_by_what_the_tables_show(tmp_path: Path) -> None:
    said: list[str] = []
    store.write_record(tmp_path, record("a"))
    rows = "a,pca,0,lung\na,pca,0,lung\nb,gae,1,t 1\nc,vgae,0,lung\n"
    (tmp_path / store.SCORES).write_text(f"key,method,seed,tissue\n{rows}")
    assert len(store.read_records(tmp_path, said.append)) == 1
    gone = "(2: gae seed 1 on t 1, vgae seed 0 on lung)"
    shown = f"{tmp_path / store.SCORES}: shows cells whose records are gone {gone}"
    assert said == [shown]
    for other in (b"", b"tissue,key\nlung,b\n", b'a"\x00\xff,\n"'):  # not ours to read
        (tmp_path / store.SCORES).write_bytes(other)
        assert len(store.read_records(tmp_path, said.append)) == 1
    assert said == [shown]


def test_a_pack_without_any_byte_is_not_an_empty_pack(tmp_path: Path) -> None:
    for name, read in ((store.PACKED, store.read_records), (PACKED_LAYOUTS, read_layouts)):
        (tmp_path / name).write_bytes(b"")
        with pytest.raises(InputError, match=r"is not a complete packed .* \(it is empty\)"):
            read(tmp_path)
        (tmp_path / name).unlink()


def test_a_pack_that_is_truncated_or_has_any_byte_flipped_is_named(tmp_path: Path) -> None:
    path = tmp_path / store.PACKED
    store.pack_records([record(str(i)) for i in range(20)], path)
    whole = path.read_bytes()
    places = range(10, len(whole))  # after the head of gzip, which says when and by what it was made
    flipped = (whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :] for place in places)
    for damaged in (whole[:-20], *flipped):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match=r"records\.jsonl\.gz: is not a complete packed record file"):
            store.read_records(tmp_path)


def test_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.write_record(tmp_path, record("a", seed=0))
    folder = store.run_folder(tmp_path, "a")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.write_record(tmp_path, record("a", seed=1))
    assert store.read_record(tmp_path, "a")["seed"] == 0
    assert [entry.name for entry in folder.iterdir()] == ["result.json"]


def test_training_counts_only_with_its_embedding(tmp_path: Path) -> None:
    folder = trained(tmp_path, "a")
    assert store.training_of(tmp_path, "a", store.EMBEDDING) == {"status": "ok", "sha256": digest(b"a")}
    (folder / store.EMBEDDING).unlink()
    assert store.training_of(tmp_path, "a", store.EMBEDDING) is None


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def trained(out: Path, key: str) -> Path:
    folder = store.run_folder(out, key)
    folder.mkdir(parents=True)
    (folder / store.EMBEDDING).write_bytes(key.encode())
    store.write_training(folder, key, {"status": "ok", "sha256": digest(key.encode())})
    return folder


@pytest.mark.parametrize(
    ("file", "content", "fault"),
    [
        (store.EMBEDDING, b"b", "embedding.h5ad: is not what the training of its cell has written"),
        (store.EMBEDDING, b"", "embedding.h5ad: is not what"),
        (store.TRAINING, "b", "training.json: is that of another cell"),
        (store.TRAINING, b'{"status": "ok"}', "training.json: was edited, or is of an earlier version"),
        (store.TRAINING, b'{"status": NaN}', "training.json: is damaged"),
        (store.TRAINING, b"[1]", "training.json: was edited"),
        (store.TRAINING, b"\xff", "training.json: is damaged"),
        (store.TRAINING, b"[" * 100_000, "training.json: is damaged"),
    ],
)
def test_a_training_of_something_else_is_named(
    tmp_path: Path, file: str, content: bytes | str, fault: str
) -> None:
    folder, other = trained(tmp_path, "a"), trained(tmp_path, "b")
    (folder / file).write_bytes(content if isinstance(content, bytes) else (other / file).read_bytes())
    with pytest.raises(InputError, match=fault):
        store.training_of(tmp_path, "a", store.EMBEDDING)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_left_out(tmp_path: Path, make: Callable[[Path], None]) -> None:
    store.write_record(tmp_path, record("a"))
    path = store.run_folder(tmp_path, "b") / store.RECORD
    path.parent.mkdir()
    make(path)
    said: list[str] = []
    assert [one["key"] for one in store.read_records(tmp_path, said.append)] == ["a"]
    assert said == [f"left out: {path}: is no file; delete it to have the cell run again"]
    assert store.read_record(tmp_path, "b") is None


def test_old_leftovers_are_removed_and_young_ones_kept(tmp_path: Path) -> None:
    folder = store.run_folder(tmp_path, "a")
    folder.mkdir(parents=True)
    old, young = (folder / f".result.json.{digit * 32}.partial" for digit in "0a")
    foreign = folder / ".film.mp4.partial"
    for path in (old, young, foreign):
        path.write_text("{")
    os.utime(old, (0, 0))
    os.utime(foreign, (0, 0))
    store.remove_leftovers(tmp_path)
    assert {path.name for path in folder.iterdir()} == {young.name, foreign.name}
