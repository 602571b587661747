from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from record_cases import record

from geneboard.benchmark.records import store
from geneboard.datasets.errors import InputError


def test_packed_and_single_records_are_read_together(tmp_path: Path) -> None:
    store.pack_records([record("b"), record("a", seed=0)], tmp_path / store.PACKED)
    store.write_record(tmp_path, record("a", seed=1))
    found: list[Any] = store.read_records(tmp_path)
    assert all(len(one["checksum"]) == 64 for one in found)
    assert [{**one, "checksum": ""} for one in found] == [record("a", seed=1), record("b")]
    assert store.read_record(tmp_path, "b") is None  # it is packed


def test_packing_gives_the_same_bytes_in_any_order(tmp_path: Path) -> None:
    store.pack_records([record("a"), record("b")], tmp_path / "1")
    store.pack_records([record("b"), record("a")], tmp_path / "2")
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert (tmp_path / "1").read_bytes()[4:8] == bytes(4)  # gzip's field for the time of writing


def test_nan_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range float"):
        store.write_record(tmp_path, record("a", dim=float("nan")))
    assert store.read_records(tmp_path) == []


def test_truncated_record_is_named(tmp_path: Path) -> None:
    store.write_record(tmp_path, record("a"))
    path = store.run_folder(tmp_path, "a") / store.RECORD
    path.write_text(path.read_text()[:10])
    with pytest.raises(InputError, match=r"runs/a/result\.json: is not a complete record"):
        store.read_records(tmp_path)


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
    folder = store.run_folder(tmp_path, "a")
    store.write_json(folder / store.TRAINING, {"status": "ok"})
    assert store.training_of(tmp_path, "a", store.EMBEDDING) is None
    (folder / store.EMBEDDING).write_bytes(b"")
    assert store.training_of(tmp_path, "a", store.EMBEDDING) == {"status": "ok"}


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
