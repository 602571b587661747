"""A whole run with held-out cells, from counts to tables: what methods see, and what they are scored on."""

from __future__ import annotations

import json
from pathlib import Path

import anndata
import numpy as np
import pandas as pd
import pytest
from control_rows import control_rows
from scipy import sparse

from geneboard import benchmark
from geneboard.benchmark import registry
from geneboard.benchmark.cli import main
from geneboard.benchmark.commands.terminal import leaderboards_of
from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.records import store
from geneboard.benchmark.report.render import terminal
from geneboard.benchmark.tasks.embedding.board.metrics import HELDOUT_METRICS
from geneboard.datasets.files import Files
from geneboard.metrics.embedding_files import read_rows
from geneboard.metrics.score import evaluate

SPY = '''
"""Embeds genes by random sums over their neighbours, and reports all that it is given."""

from dataclasses import dataclass, fields

import numpy as np

from geneboard.datasets.base import Tissue
from geneboard.methods.base import GeneEmbeddings, Method, Progress


@dataclass(frozen=True)
class Spy(Method):
    name = "spy"
    title = "Spy"

    def skip(self, tissue: Tissue) -> str | None:
        if tissue.heldout is not None:
            raise AssertionError("skip sees held-out graphs")
        return None

    def fit_embed(self, tissue: Tissue, *, seed: int, device: str, progress: Progress) -> GeneEmbeddings:
        if tissue.heldout is not None:
            raise AssertionError("fit_embed sees held-out graphs")
        print("seen", *sorted(tissue.data_hashes.values()))
        rng = np.random.default_rng(seed)
        values = [
            (graph.adjacency @ rng.normal(size=(graph.n_genes, 8))).astype(np.float32)
            for graph in tissue.graphs
        ]
        progress(1, 1)
        return GeneEmbeddings.of(tissue, values)
'''


def counts(seed: int) -> anndata.AnnData:
    """260 genes of four modules in 90 cells, nearly all seen in every cell."""
    rng = np.random.default_rng(seed)
    activity = rng.normal(0, 0.6, (90, 4))[:, np.arange(260) % 4]
    rates = 8 * np.exp(activity) * rng.lognormal(0, 0.3, (90, 1))
    return anndata.AnnData(
        sparse.csr_matrix(rng.poisson(rates)),
        obs=pd.DataFrame(index=[f"c{i}" for i in range(90)]),
        var=pd.DataFrame(index=[f"GENE{i}" for i in range(260)]),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("holdout")
    (folder / "data" / "lung").mkdir(parents=True)
    for number in range(3):
        counts(number).write_h5ad(folder / "data" / "lung" / f"scrna_lung_d{number}.h5ad")
    (folder / "spy.py").write_text(SPY)
    vectors = np.random.default_rng(0).normal(size=(200, 5))
    pd.DataFrame(vectors, index=[f"GENE{i}" for i in range(200)]).to_csv(folder / "v.csv")
    return folder


@pytest.fixture(scope="module")
def controls(folder: Path) -> Path:
    """Rows of the controls, so that runs need none of their own."""
    path = folder / "controls.jsonl.gz"
    store.pack_records(
        control_rows(Files(folder / "data", folder / "out/prepared", holdout=True).load("lung")), path
    )
    return path


@pytest.fixture(scope="module")
def outcome(folder: Path, controls: Path) -> Outcome:
    return benchmark.run(
        ["lung"],
        data=folder / "data",
        out=folder / "out",
        methods=["spy", "consensus_spectral"],
        plugins=[folder / "spy.py"],
        embeddings=[f"mine={folder / 'v.csv'}"],
        seeds=1,
        jobs=2,
        device="cpu",
        pictures=False,
        quiet=True,
        holdout=True,
        beside=controls,
    )


def test_all_cells_are_scored_on_both_halves(outcome: Outcome) -> None:
    assert {r["status"] for r in outcome.records} == {"ok"}, [r["reason"] for r in outcome.records]
    assert len(outcome.records) == 6  # three methods, on all genes and on those of v.csv
    for record in outcome.records:
        assert record["source"] == "files:data:holdout"
        assert "heldout" in record["data_hashes"]
        for scores in (record["scores"], *record.get("without_group", {}).values()):
            assert all(scores[name]["status"] == "ok" for name in HELDOUT_METRICS)
    assert any("without_group" in record for record in outcome.records)


def test_a_method_sees_the_training_half_only(folder: Path, outcome: Outcome) -> None:
    record = next(r for r in outcome.records if r["method"] == "spy" and "covered_by" not in r)
    tissue = Files(folder / "data", folder / "out/prepared", holdout=True).load("lung")
    log = (store.run_folder(folder / "out", record["key"]) / "log.txt").read_text()
    assert f"seen {' '.join(sorted(graph.digest for graph in tissue.graphs))}" in log
    assert not any(graph.digest in log for graph in tissue.heldout or ())


def test_scores_are_those_of_the_embedding_on_the_two_halves(
    folder: Path, outcome: Outcome, capsys: pytest.CaptureFixture[str]
) -> None:
    source = Files(folder / "data", folder / "out/prepared", holdout=True)
    tissue = source.load("lung")
    record = next(r for r in outcome.records if r["method"] == "spy" and "covered_by" not in r)
    path = store.run_folder(folder / "out", record["key"]) / "embedding.h5ad"
    rows = read_rows(path, tissue)
    metrics = [entry.load()() for entry in registry.metrics()]
    expected = evaluate(rows, tissue.heldout_part(), metrics)
    for name in ("AUC", "NO"):  # a cell has one thread, this process may have more, which rounds differently
        assert record["scores"][f"{name}_heldout"]["value"] == pytest.approx(expected[name].value, abs=1e-6)
    assert record["scores"]["AUC"]["value"] > expected["AUC"].value

    given = ["score", path, "--tissue", "lung", "--data", folder / "data", "--out", folder / "out"]
    assert main([*map(str, given), "--holdout", "--json"]) == 0
    scores = {name: entry for name, entry in record["scores"].items() if name != "decoder_AUC"}
    assert json.loads(capsys.readouterr().out) == scores


def test_tables_lie_apart_and_say_what_was_held_out(folder: Path, outcome: Outcome) -> None:
    board = folder / "out/files-data-holdout/quick/lung"
    for path in (board, board / "genes-of-mine"):
        assert "half of the cells" in (path / "leaderboard.md").read_text()
        assert pd.read_csv(path / "leaderboard.csv")[list(HELDOUT_METRICS)].notna().all(axis=None)
    text = terminal.render(leaderboards_of(outcome.records, folder / "out")[0])
    assert "AUC_heldout" in text


def test_finished_cells_are_found_again(folder: Path, outcome: Outcome, controls: Path) -> None:
    again = benchmark.run(
        ["lung"],
        data=folder / "data",
        out=folder / "out",
        methods=["consensus_spectral"],
        device="cpu",
        pictures=False,
        quiet=True,
        holdout=True,
        beside=controls,
    )
    assert again.ran == 0
    assert again.records[0] in outcome.records


def test_prepared_graphs_cannot_be_held_out(
    graph_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--tissue", "lung", "--data", str(graph_folder), "--out", str(tmp_path), "--holdout"]
    assert main(given) == 2
    assert capsys.readouterr().err.strip() == (
        f"error: {graph_folder / 'lung' / 'scrna_lung_d0.h5ad'}: --holdout needs raw counts to split, "
        "and this is a prepared graph."
    )
