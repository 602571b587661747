"""What travels to the workers of a cluster: data, plugins and what a training has left."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import counted_cells
import pytest

from geneboard.benchmark.engine.cluster import travel
from geneboard.benchmark.engine.cluster.on_worker import Mark, sees
from geneboard.benchmark.engine.cluster.travel import (
    Sent,
    files_of,
    installed_here,
    moved,
    sha256_now,
    there,
    unpack,
)
from geneboard.benchmark.records.store import file_sha256
from geneboard.benchmark.registry import ROOT
from geneboard.datasets.atomic import write_atomically


def test_a_folder_of_the_same_name_elsewhere_is_not_taken_for_ours(tmp_path: Path) -> None:
    mark = Mark.of(tmp_path / "out")
    assert sees(mark)
    assert Mark.of(tmp_path / "out") == mark
    assert not sees(replace(mark, content=b"another"))
    assert not sees(replace(mark, path=tmp_path / "none"))


def test_registered_methods_are_those_of_the_installation_there_and_plugins_travel(tmp_path: Path) -> None:
    cell = counted_cells.counted_cells(tmp_path)[0]
    path = Path("/elsewhere/methods/pca.py")
    ours, plugin = (
        replace(cell.entry, path=path, module=module) for module in ("geneboard.methods.pca", None)
    )
    both = replace(cell, entry=ours, input=replace(cell, entry=plugin))
    found = installed_here(both, Path("/elsewhere"))
    assert found.entry.path == ROOT / "methods" / "pca.py"
    assert found.input is not None
    assert found.input.entry.path == path
    there_now = moved(both, tmp_path)
    assert there_now.entry.path == path
    assert there_now.input is not None
    assert there_now.input.entry.path == there(path, tmp_path)


def test_a_file_is_read_once_for_all_cells_until_it_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    monkeypatch.setattr(travel, "file_sha256", lambda path: [read.append(path), file_sha256(path)][1])
    path = tmp_path / "graph.h5ad"
    assert sha256_now(path) == ""
    for content in (b"one", b"two"):  # of the same length
        write_atomically(path, content)
        assert {sha256_now(path) for _ in range(3)} == {hashlib.sha256(content).hexdigest()}
    assert read == [path, path]
    path.unlink()
    assert sha256_now(path) == ""


def test_files_travel_under_names_that_do_not_meet(tmp_path: Path) -> None:
    cell = counted_cells.counted_cells(tmp_path)[0]
    beside = cell.problem.manifest.with_name("counts.npz")
    beside.write_bytes(b"numbers")
    manifest = tmp_path / "data" / "named.json"
    manifest.write_text('{"graphs": [{"file": "counts.npz"}], "name": "nothing.json"}')
    cell = replace(cell, problem=replace(cell.problem, manifest=manifest))
    folder = tmp_path / "out" / "runs" / "k"
    folder.mkdir(parents=True)
    (folder / "embedding.h5ad").write_bytes(b"vectors")
    (folder / "log.txt").write_text("not sent")
    sent = files_of(cell, folder)
    names = {one.path.name for one in sent}
    assert {"named.json", "counts.npz", "embedding.h5ad"} <= names
    assert "log.txt" not in names
    root = tmp_path / "there"
    unpack(sent, {one.sha256: one.path.read_bytes() for one in sent}, root)
    there_now = moved(cell, root).problem.manifest
    assert there_now.read_bytes() == manifest.read_bytes()
    assert (there_now.parent / "counts.npz").read_bytes() == b"numbers"
    beside.write_bytes(b"changed")
    changed = Sent.of(beside)
    unpack([changed], {changed.sha256: b"changed"}, root)
    assert there(beside, root).read_bytes() == b"changed"
    unpack([changed], {}, root)  # which is there: its content is not needed
