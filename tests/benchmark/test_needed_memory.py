"""A training that memory cannot hold is not started, and says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from small_graphs import small_graph

from geneboard import benchmark
from geneboard.benchmark import registry
from geneboard.benchmark.tasks.embedding.memory import GIGABYTE, PAIR_BYTES, check_memory, needed_bytes
from geneboard.datasets.base import Tissue
from geneboard.datasets.graph_files import write_graph

TISSUE = Tissue("lung", "files:x", (small_graph(0), small_graph(1, genes=40), small_graph(2, genes=50)))

HUGE = """
from dataclasses import dataclass

import numpy as np

from geneboard.methods.base import GeneEmbeddings, Method


@dataclass(frozen=True)
class Huge(Method):
    name = "huge"
    title = "Huge"
    pair_bytes = (BYTES, 0)

    def fit_embed(self, tissue, *, seed, device, progress):
        rng = np.random.default_rng(seed)
        found = [rng.normal(size=(graph.n_genes, 4)).astype("f4") for graph in tissue.graphs]
        return GeneEmbeddings.of(tissue, found)
"""


def test_the_largest_graph_and_the_others() -> None:
    known = registry.methods(installed=False)
    assert set(PAIR_BYTES) <= set(known.names())
    assert needed_bytes(known["pca"], TISSUE) == 0
    assert needed_bytes(known["musegnn"], TISSUE) == 57 * 70**2 + 42 * (40**2 + 50**2)
    check_memory(known["musegnn"], TISSUE, "cpu")


def test_what_does_not_fit_says_how_much_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    there = psutil.virtual_memory()._replace(total=10 * GIGABYTE)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: there)
    entry = registry.methods(installed=False)["gae"]
    per_pair = (20 * GIGABYTE / 70**2, 0.0)
    entry = replace(entry, attributes={**entry.attributes, "pair_bytes": per_pair})
    with pytest.raises(MemoryError, match="pairs of 70 genes need about 20 GB, and cpu has 10 GB"):
        check_memory(entry, TISSUE, "cpu")


def test_a_run_goes_on_without_it_and_tries_it_where_it_fits(tmp_path: Path) -> None:
    (tmp_path / "data/lung").mkdir(parents=True)
    for graph in TISSUE.graphs:
        write_graph(graph, tmp_path / "data/lung" / f"{graph.name.replace('__', '_')}.h5ad")
    plugin = tmp_path / "huge.py"
    given = {"data": tmp_path / "data", "out": tmp_path / "out", "plugins": [plugin], "methods": ["huge"]}
    plugin.write_text(HUGE.replace("BYTES", "1e12"))
    found = benchmark.run(["lung"], **given, pictures=False, quiet=True)
    (record,) = [one for one in found.records if one["method"] == "huge"]
    assert record["status"] == "oom"
    assert "not started: pairs of 70 genes need about 4563481 GB" in record["reason"]
    assert {one["status"] for one in found.records if one is not record} == {"ok"}
    plugin.write_text(HUGE.replace("BYTES", "1"))
    found = benchmark.run(["lung"], **given, pictures=False, quiet=True)
    assert {one["status"] for one in found.records} == {"ok"}
