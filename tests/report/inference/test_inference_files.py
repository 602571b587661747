"""Files of the L1000 task beside those of gene embeddings: tables, pictures, comparisons, the terminal."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import report_cells
from inference_cells import NAMES, all_experiments, budget, inference_cell, three_methods
from report_cells import digests

from geneboard.benchmark.cli import main
from geneboard.benchmark.commands.build_report import build_report, build_tables
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.store import PACKED, pack_records
from geneboard.benchmark.registry import ROOT
from geneboard.benchmark.report.render import latex, markdown, terminal
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards
from geneboard.benchmark.tasks.inference.chapter import board_section
from geneboard.benchmark.tasks.inference.problem_tables import PAPER_TABLE, published_figures


def everything() -> list[Record]:
    """Both tasks: all experiments, a failed row, a variant, and another set of genes."""
    return [
        *all_experiments(),
        *report_cells.three_methods(),
        inference_cell("dead", 0),
        inference_cell("gnn", 0, pcc=0.3, overrides={"graph": "random"}),
        inference_cell("part", 0, pcc=0.4, scores={"PCC_landmarks": 0.9}, **budget(108)),
    ]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tables")
    build_tables(out, everything())
    return out


def test_embedding_tables_are_the_same_beside_the_other_task(tmp_path: Path, tables: Path) -> None:
    build_tables(tmp_path, report_cells.three_methods())
    alone, both = digests(tmp_path), digests(tables)
    assert {name: both[name] for name in alone if name != "results.csv"} == {
        name: digest for name, digest in alone.items() if name != "results.csv"
    }
    assert {name for name in both if name.startswith("files-data")} == set(alone) - {"results.csv"}
    ours, board = "l1000-tcga/quick", ("leaderboard.csv", "leaderboard.md", "leaderboard.tex", "pairs.csv")
    expected = {f"all-landmarks/{name}" for name in board}
    expected |= {f"landmarks-108-greedy/{name}" for name in ("leaderboard.csv", "pairs.csv")}
    expected |= {f"landmark_budget.{ending}" for ending in ("csv", "md")}
    assert {f"{ours}/{name}" for name in expected} <= set(both)
    assert not (tables / ours / "landmarks-108-greedy/leaderboard.md").exists()


def test_the_long_table_has_both_tasks_with_their_own_metrics(tables: Path) -> None:
    frame = pd.read_csv(tables / "results.csv")
    metrics = frame.groupby("method")["metric"].agg(lambda names: tuple(dict.fromkeys(names)))
    assert metrics["ridge"] == NAMES
    assert metrics["dead"] == NAMES
    assert metrics["part"] == (*NAMES, "PCC_landmarks")
    assert metrics["a"] == (*report_cells.METRICS, *report_cells.JOINT)
    assert set(frame.loc[frame["method"] == "dead", "status"]) == {"failed"}
    assert set(frame.loc[frame["method"] == "part", "tissue"]) == {"landmarks-108-greedy"}


def test_a_whole_report_has_the_same_bytes_whatever_the_order_of_records(tmp_path: Path) -> None:
    records = [*three_methods(), inference_cell("dead", 0), inference_cell("gnn", 0, pcc=0.4, **budget(108))]
    records.append(report_cells.cell("a", 0, 0.5))
    build_report(tmp_path / "1", records)
    found = digests(tmp_path / "1")
    quick = "l1000-tcga/quick"
    assert {f"{quick}/landmark_budget.{ending}" for ending in ("csv", "md", "png", "svg")} <= set(found)
    board = {f"{quick}/all-landmarks/{name}" for name in ("inference_scores.png", "leaderboard.html")}
    assert {*board, "files-data/quick/lung/leaderboard.html", "report.html"} <= set(found)
    random.Random(1).shuffle(records)
    build_report(tmp_path / "2", records)
    assert digests(tmp_path / "2") == found


def test_files_and_terminal_say_what_they_must() -> None:
    records: list[Any] = [
        {**record, "source": "l1000:synthetic"} for record in [*three_methods(), inference_cell("dead", 0)]
    ]
    (board,) = inference_boards(records)
    section = board_section(board)
    brief = [latex.render(section), terminal.render(section)]
    full = [markdown.render(section), terminal.render(section, explain=True)]
    for text in (*brief, *full):
        flat = " ".join(text.replace(r"\_", "_").split())
        assert "SYNTHETIC DATA: simulated expression" in flat
        assert "the loss is not finite" in flat
        assert "Over seeds (range)" in flat
        assert "nan" not in flat.lower().split()
    for text in full:
        flat = " ".join(text.split())
        assert "970 landmarks present (of 978) are inputs and are given to every model" in flat
        assert "takes genes as independent" in flat
        assert "GNN is not told apart from Ridge in PCC" in flat
    assert "Ridge has the highest PCC, 0.450; not told apart from it: GNN." in brief[1]
    assert "970 of 970 in the data (the platform measures 978)" in " ".join(brief[1].split())
    assert max(map(len, brief[1].splitlines())) <= 120


def test_two_folders_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    moved = three_methods()
    moved[0]["scores"]["PCC"]["value"] = 0.9  # ridge, seed 0
    for name, records in (("one", three_methods()), ("two", moved)):
        pack_records(records, tmp_path / name / PACKED)
    command = ["tables", "--compare", str(tmp_path / "one"), str(tmp_path / "two")]
    assert main([*command, "--out", str(tmp_path / "there")]) == 0
    printed = capsys.readouterr().out
    assert "42 scores compared: 36 same, 5 undefined in both, 1 within." in printed
    with (tmp_path / "there/comparison.csv").open(newline="") as table:
        lines = {(line["method"], line["metric"]): line for line in csv.DictReader(table)}
    assert float(lines["ridge", "PCC"]["difference"]) == pytest.approx(0.225)
    assert "rank correlation" in (tmp_path / "there/comparison.md").read_text()


def test_published_figures_stand_apart() -> None:
    table = published_figures()
    assert len(table) == 31
    assert table.loc[0, ["model", "landmarks", "aig_rank_correlation"]].to_list() == ["GNN", 970, 0.8612]
    assert table["landmarks"].is_monotonic_decreasing


@pytest.mark.shared
def test_published_figures_are_the_shared_ones() -> None:
    shared = ROOT.parent / "shared" / "paper" / "l1000_gnn_results.csv"
    if not shared.exists():
        pytest.skip("../shared is absent")
    assert shared.read_bytes() == PAPER_TABLE.read_bytes()
