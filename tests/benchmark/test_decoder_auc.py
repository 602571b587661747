"""The way of a decoder's AUC from a method's history into the record and the board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from small_graphs import small_graph

from geneboard.benchmark import registry
from geneboard.benchmark.cells.cell import Cell
from geneboard.benchmark.cells.presets import PRESETS
from geneboard.benchmark.cells.settings import settings_of
from geneboard.benchmark.engine import child
from geneboard.benchmark.engine.cell_record import record_of
from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.decoder_auc import curves_and_facts, decoder_scores
from geneboard.benchmark.tasks.embedding.problems import cells_of
from geneboard.benchmark.tasks.embedding.task import EmbeddingTask
from geneboard.datasets.base import Tissue
from geneboard.datasets.graph_files import write_tissue
from geneboard.methods.base import GeneEmbeddings

TISSUE = Tissue("lung", "files:x", tuple(small_graph(number) for number in range(2)))
NAMES = tuple(graph.name for graph in TISSUE.graphs)


def cell_of(method: str, folder: Path) -> Cell:
    known = registry.methods()
    overrides = {"epochs": "2"} if method == "gae" else {}
    settings = {method: settings_of(known[method], PRESETS["quick"], overrides)}
    manifest = write_tissue(TISSUE, folder)
    return cells_of(TISSUE, manifest, known, [method], PRESETS["quick"], settings=settings)[0]


@pytest.mark.parametrize(
    ("method", "part", "reason"),
    [
        ("gae", False, ""),
        ("gae", True, "the decoder was scored on all that was trained on"),
        ("pca", False, "has no decoder"),
    ],
)
def test_the_record_has_a_score_and_no_curve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, part: bool, reason: str
) -> None:
    for name in ("send_output_to", "tell"):
        monkeypatch.setattr(child, name, lambda _: None)
    monkeypatch.setattr("geneboard.metrics.score.evaluate", lambda *_: {})
    monkeypatch.setattr("geneboard.metrics.neighbours.shared_view", lambda *_: SimpleNamespace(clusters=None))
    monkeypatch.setattr("geneboard.benchmark.tasks.embedding.task.keep_clusters", lambda *_: None)
    monkeypatch.setattr("geneboard.metrics.joint.score.chance_of", lambda *_: None)
    monkeypatch.setattr("geneboard.metrics.score.leave_groups_out", lambda *_, **__: {})
    monkeypatch.setattr("geneboard.benchmark.tasks.embedding.task.read_part", lambda *_, **__: (None, None))
    cell = cell_of(method, tmp_path)
    folder = store.run_folder(tmp_path, cell.training_key)
    training = child.train(EmbeddingTask(), cell, folder)
    cell = replace(cell, input=cell) if part else cell
    scoring = child.score(EmbeddingTask(), cell, folder, training.sha256)
    assert not training.reason + scoring.error
    store.write_record(tmp_path, record_of(cell, training, scoring))
    (record,) = store.read_records(tmp_path)
    aucs = record.get("decoder_AUC", {})
    assert set(record["history"]) == ({"loss"} if method == "gae" else set())
    assert list(aucs) == ([] if method == "pca" else list(NAMES))
    mean = None if reason else np.mean(list(aucs.values()))  # type: ignore[arg-type]
    score = record["scores"]["decoder_AUC"]
    assert score == {"value": mean, "status": "undefined" if reason else "ok", "reason": reason}


@pytest.mark.parametrize(
    ("history", "facts"),
    [
        ({"loss": [2.0, 1.0]}, {}),
        ({"loss": [1.0], "decoder_AUC": [0.5, 0.75]}, {NAMES[0]: 0.5, NAMES[1]: 0.75}),
        ({"loss": [1.0], "decoder_AUC": [float("nan"), 0.75]}, {NAMES[0]: None, NAMES[1]: 0.75}),
    ],
)
def test_a_graph_of_one_class_leaves_no_mean(
    tmp_path: Path, history: dict[str, list[float]], facts: dict[str, float | None]
) -> None:
    values = [np.ones((graph.n_genes, 2), np.float32) for graph in TISSUE.graphs]
    curves, found = curves_and_facts(GeneEmbeddings.of(TISSUE, values, history))
    assert set(curves) == {"loss"}
    assert found == ({"decoder_AUC": facts} if facts else {})
    store.write_training(tmp_path, "key", {"facts": found})
    score = decoder_scores(cell_of("pca", tmp_path), tmp_path)["decoder_AUC"]
    if facts.get(NAMES[0]):
        assert score.value == 0.625
    else:
        assert score.reason == (
            f"the adjacency of {NAMES[0]} has one class only" if facts else "has no decoder"
        )


def test_a_curve_of_that_name_is_refused() -> None:
    values = [np.ones((graph.n_genes, 2), np.float32) for graph in TISSUE.graphs]
    with pytest.raises(ValueError, match="3 values of decoder_AUC for 2 datasets"):
        curves_and_facts(GeneEmbeddings.of(TISSUE, values, {"decoder_AUC": [0.1, 0.2, 0.3]}))
