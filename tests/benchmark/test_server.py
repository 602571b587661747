"""The server of child processes: what it imports, and when a new one takes its place."""

from __future__ import annotations

import sys
import time
from multiprocessing import forkserver
from types import SimpleNamespace
from typing import Any

import pytest

from geneboard.benchmark import registry
from geneboard.benchmark.engine import server as server_module
from geneboard.benchmark.engine.executors import libraries_of
from geneboard.benchmark.engine.processes import Processes
from geneboard.benchmark.engine.server import EVERY_CHILD, TORCH, Server
from geneboard.benchmark.tasks.embedding.task import LIBRARIES
from geneboard.datasets.errors import InputError


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What multiprocessing is told: "stop", or the libraries of the next server."""
    told: list[Any] = []
    monkeypatch.setattr(forkserver._forkserver, "_stop", lambda: told.append("stop"))  # type: ignore[attr-defined]
    monkeypatch.setattr(forkserver, "set_forkserver_preload", lambda names: told.append(set(names)))
    return told


def test_a_new_server_comes_only_for_what_is_missing_and_while_nobody_uses_the_old_one(
    told: list[Any],
) -> None:
    server = Server()
    server.taken("one", ["json"])
    server.taken("other", ["csv"])  # its children import csv themselves
    server.left("one")
    server.left("other")
    assert told == ["stop", {"json", *EVERY_CHILD}]
    server.taken("third", ["json"])
    server.left("third")
    assert len(told) == 2
    server.taken("fourth", ["csv"])
    assert told[2:] == ["stop", {"csv", *EVERY_CHILD}]


def test_our_source_is_imported_again_when_it_has_changed(
    told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server()
    server.taken("one", ["json"])
    monkeypatch.setattr(server_module, "newest_source", lambda: time.time())
    with pytest.raises(InputError, match="the source of geneboard has changed during a run"):
        server.taken("other", ["json"])
    server.left("one")  # who was refused uses nothing
    server.taken("third", ["json"])
    assert told == ["stop", {"json", *EVERY_CHILD}] * 2


def test_what_is_always_wanted_is_in_every_server(told: list[Any]) -> None:
    server = Server()
    server.always = frozenset({"json", "csv"})
    server.taken("one", ["csv"])
    assert told[-1] == {"json", "csv", *EVERY_CHILD}


@pytest.mark.parametrize(
    ("task", "method", "expected"),
    [
        ("embedding", "pca", {*LIBRARIES}),
        ("embedding", "gae", {*LIBRARIES, TORCH}),
        ("embedding", "musegnn", {*LIBRARIES, TORCH}),
        ("inference", "ridge", {"numpy", "pandas", "scipy.stats"}),
        ("inference", "gnn", {"numpy", "pandas", "scipy.stats", TORCH}),
    ],
)
def test_torch_is_imported_for_methods_that_use_it(task: str, method: str, expected: set[str]) -> None:
    known = registry.methods(installed=False) if task == "embedding" else registry.inference_methods()
    cell = SimpleNamespace(problem=SimpleNamespace(task=task), trained=SimpleNamespace(entry=known[method]))
    own = {"geneboard.benchmark.engine.child", f"geneboard.benchmark.tasks.{task}.task"}
    assert libraries_of([cell]) == own | expected  # type: ignore[list-item]


def _imported(name: str) -> bool:
    return name in sys.modules


def test_what_children_are_forked_from_has_not_asked_for_a_gpu() -> None:
    with Processes(1) as processes:
        assert processes.submit(_imported, TORCH).result()  # the server of the tests has what any task needs
        assert not processes.submit(_imported, "torch_geometric").result()
