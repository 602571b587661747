"""All results of one method: against tables that can be followed by hand, and against the leaderboards."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from inference_cells import inference_cell
from report_cells import cell, three_methods

from geneboard.benchmark import registry
from geneboard.benchmark.cli import main
from geneboard.benchmark.commands.method_results import results_of
from geneboard.benchmark.commands.show import show, show_show
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.store import PACKED, pack_records
from geneboard.benchmark.registry import ROOT
from geneboard.benchmark.tasks.embedding.board.beside import Reference
from geneboard.datasets.errors import InputError

REFERENCE = ROOT / "results" / "reference"
ALONE = Reference("none", [], is_default=True)
OUT = Path("nowhere")


def test_row_is_that_of_the_leaderboard() -> None:
    found = results_of("b", None, OUT, three_methods(), ALONE)
    (line,) = found.scores.to_dict("records")
    assert (found.title, found.kind, found.reference) == ("B", "published", "doi")
    assert [line[one] for one in ("source", "preset", "tissue", "method", "seeds")] == [
        *("files:data", "quick", "lung"),
        *("b", 2),
    ]
    assert [line[one] for one in ("ASW", "AUC", "iLISI")] == pytest.approx([0.5, 0.7, 0.5])
    assert line["joint_score"] == pytest.approx(2.9 / 6)  # mean of the six in these made-up cells
    assert (line["joint_score_low"], line["joint_score_high"]) == pytest.approx((2.8 / 6, 3.0 / 6))
    assert (line["rank"], line["of"], line["status"], line["reason"]) == (2, 3, "ok", "")
    assert found.inference.empty
    assert found.biology.empty
    (made,) = found.cells.to_dict("records")
    assert json.loads(made["settings"]) == {"epochs": 100, "dim": 32}
    assert (made["cells"], made["seconds"], made["device"]) == (2, "10..11", "cpu, 1 thread")
    assert (made["source"], made["preset"]) == ("files:data", "quick")
    assert made["packages"] == "python 3.11.9, torch 2.13.0"


def test_title_variants_failures_and_other_tissues() -> None:
    records = [
        *three_methods(),
        cell("b", 0, 0.9, overrides={"epochs": 5}),
        cell("b", 0, tissue="liver"),
        cell("c", 0, 0.4, tissue="liver"),
        cell("b", 0, 0.5, tissue="pbmc", preset="paper", history={"loss": [3.0, 2.0, 1.0]}),
    ]
    found = results_of("B", None, OUT, records, ALONE)
    rows = found.scores.set_index(["preset", "tissue", "method"])
    assert set(rows.index) == {
        ("paper", "pbmc", "b"),
        ("quick", "liver", "b"),
        ("quick", "lung", "b"),
        ("quick", "lung", "b[epochs=5]"),
    }
    failed = rows.loc[("quick", "liver", "b")]
    assert failed["status"] == "failed"
    assert "seed 0 failed: ValueError: the loss is not finite" in failed["reason"]
    assert "3" in set(found.cells["epochs"])
    assert set(results_of("b[epochs=5]", None, OUT, records, ALONE).scores["method"]) == {"b[epochs=5]"}
    assert set(results_of("b", "pbmc", OUT, records, ALONE).scores["tissue"]) == {"pbmc"}


def test_task_of_inference_has_a_table_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    records: list[Record] = [
        inference_cell("ridge", 0, pcc=0.8),
        inference_cell("gnn", 0, pcc=0.7),
        *three_methods(),
    ]
    found = results_of("gnn", None, OUT, records, ALONE)
    (line,) = found.inference.to_dict("records")
    assert (line["rank"], line["of"]) == (2, 2)
    assert found.scores.empty
    assert show_show(found) == 0
    told = capsys.readouterr().out
    assert "\nL1000\n" in told
    assert "Embeddings" not in told
    assert "2 of 2" in told


@pytest.mark.parametrize(
    ("method", "tissue", "fault"),
    [
        (
            "giant",
            None,
            "giant: has no result in OUT; `run --tissue lung --methods giant --out OUT` makes one",
        ),
        ("ridge", None, "ridge: has no result in OUT; `infer --methods ridge --out OUT` makes one"),
        (
            "b",
            "liver",
            "b: has no result on --tissue liver in OUT, but on lung; "
            "`run --tissue liver --methods b --out OUT` makes one",
        ),
        ("b", "lungs", "b: has no result on --tissue lungs in OUT; did you mean 'lung'?"),
        (
            "musegn",
            None,
            "musegn: OUT has no record of it (was it another --out?), and it is an unknown method; "
            "did you mean 'musegnn'?",
        ),
    ],
)
def test_nothing_to_show_is_told_with_what_makes_it(method: str, tissue: str | None, fault: str) -> None:
    with pytest.raises(InputError) as caught:
        results_of(method, tissue, Path("OUT"), three_methods(), ALONE)
    assert str(caught.value) == fault


def test_what_comes_with_geneboard_is_no_place_for_results() -> None:
    with pytest.raises(InputError) as caught:
        results_of("b", "liver", REFERENCE, three_methods(), ALONE)
    assert str(caught.value) == f"b: has no result on --tissue liver in {REFERENCE}, but on lung"


def test_known_methods_are_told_in_order_those_of_embeddings_first() -> None:
    records: list[Record] = [inference_cell("aaa", 0, pcc=0.8), *three_methods()]
    with pytest.raises(InputError, match="OUT has no record of it") as caught:
        results_of("zzzzzz", None, Path("OUT"), records, ALONE)
    known = str(caught.value).partition("known are ")[2].split(", ")
    own = ["a", "b", *(name for name in known if name == "c")]
    embedding = [entry.name for entry in registry.methods()]
    inference = [entry.name for entry in registry.inference_methods()]
    assert known == list(dict.fromkeys([*own, *embedding, "aaa", *inference]))


def test_method_of_the_reference_alone_is_told_with_where_it_stands(tmp_path: Path) -> None:
    pack_records(three_methods(), tmp_path / PACKED)
    with pytest.raises(
        InputError, match="its rows stand in results/reference: `show musegnn --out results/ref"
    ):
        show("musegnn", out=tmp_path)


def test_folder_with_rows_beside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who stands beside counts in the rank, and is not shown as a result of the folder."""
    own = [record for record in three_methods() if record["method"] == "b"]
    pack_records(own, tmp_path / "own" / PACKED)
    pack_records(three_methods(), tmp_path / "other" / PACKED)
    given = ["show", "b", "--out", str(tmp_path / "own"), "--beside"]
    assert main([*given, "none"]) == 0
    assert "1 of 1" in capsys.readouterr().out
    assert main([*given, str(tmp_path / "other")]) == 0
    told = capsys.readouterr().out
    assert "2 of 3" in told
    assert f"records: {tmp_path / 'own' / PACKED}" in " ".join(told.split())
    assert main(["show", "a", "--out", str(tmp_path / "own"), "--beside", str(tmp_path / "other")]) == 2
    other = tmp_path / "other"
    told = capsys.readouterr().err
    assert f"its rows stand in {other}: `show a --out {other}`" in told
    assert main(["show", "b", "--out", str(tmp_path / "none")]) == 2
    assert "there is no such result folder" in capsys.readouterr().err


def test_row_of_the_folder_beside_is_not_one_of_the_folder() -> None:
    own = [cell("b", 0, 0.9, overrides={"epochs": 5}), cell("b", 0, 0.4, tissue="liver")]
    found = results_of("b", None, OUT, own, Reference("other", three_methods()))
    assert list(zip(found.scores["tissue"], found.scores["method"], found.scores["of"], strict=True)) == [
        ("liver", "b", 1),
        ("lung", "b[epochs=5]", 3),
    ]


def test_reference_run_is_shown_without_torch() -> None:
    program = (
        "import sys; from geneboard.benchmark.cli import main; "
        f"status = main(['show', 'MuSe-GNN', '--tissue', 'lung', '--out', {str(REFERENCE)!r}]); "
        "sys.exit(status or 3 * ('torch' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "MuSe-GNN: musegnn, published, arXiv:2310.02275" in done.stdout
    frame = pd.read_csv(REFERENCE / "files-data" / "paper" / "lung" / "leaderboard.csv", index_col="method")
    row = frame.loc["musegnn"]
    lines = [re.split(r" {2,}", one) for one in done.stdout.splitlines()]
    heads = next(line for line in lines if line[0] == "source")
    (shown,) = [dict(zip(heads, line, strict=True)) for line in lines if line[:2] == ["files:data", "paper"]]
    assert shown["joint score"] == f"{row['joint_score']:.3f}"
    assert shown["rank"].startswith(f"{row['rank']:g} of {frame['rank'].notna().sum()}")
    for name in ("ASW", "AUC", "iLISI", "GC", "CGR", "NO"):
        assert shown[name] == f"{row[name]:.3f}"
    low, high = row["joint_score_datasets_low"], row["joint_score_datasets_high"]
    assert shown["interval"] == f"{low:.3f}..{high:.3f}"
    assert "Biology" in done.stdout
    assert '"epochs": 2000' in " ".join(done.stdout.split())


def test_function_for_notebooks() -> None:
    found = show("pca", "lung", out=REFERENCE)
    assert set(found.scores["tissue"]) == {"lung"}
    assert {"value", "value_low", "above_graph"} <= set(found.biology.columns)
    assert all(path.exists() for paths in found.files.values() for path in paths)
