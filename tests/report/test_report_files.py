"""The files of a result folder: names, bytes, columns; and the published scores beside ours."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from report_cells import JOINT, METRICS, cell, digests, entry, scores, three_methods

from geneboard.benchmark.commands.board_so_far import BoardSoFar
from geneboard.benchmark.commands.build_report import build_tables
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.records.store import write_record
from geneboard.benchmark.report.long_table import COLUMNS as LONG_COLUMNS
from geneboard.benchmark.tasks.embedding.board.board import PAPER_TABLE, leaderboards, published_scores
from geneboard.datasets.base import TISSUES

ROOT = Path(__file__).resolve().parents[2]
BOARD = ("leaderboard.csv", "leaderboard.md", "leaderboard.tex", "pairs.csv")


def everything() -> list[Record]:
    """Every kind of row at once."""
    return [
        *three_methods(),
        cell("plug", 0, 0.9, 0.9, 0.9, 0.9, 0.9, None, kind="plugin", title="Plug|in `x`"),
        cell("plug", 1, kind="plugin", title="Plug|in `x`"),
        cell("dead", 0, status="timeout", reason="over the limit of 60 s"),
        cell("gone", 0, status="skipped", reason="no landmarks among\nthe genes"),
        cell("a", 0, 0.5, overrides={"epochs": 500}),
        cell("shared_random", 0, 0.99, 0.5, 1.0, 1.0, 0.9, 0.01, kind="control"),
        cell("old", 0, 0.5, data_hashes={"d": "old"}, finished_at="2025-01-01T00:00:00+00:00"),
        cell("a", 0, 0.4, tissue="heart", source="synthetic"),
        *({**record, "tissue": "liver", "key": "l" + record["key"]} for record in three_methods()),
    ]


def test_files_are_where_the_contract_says(tmp_path: Path) -> None:
    written = build_tables(tmp_path, everything())
    assert sorted(str(path.relative_to(tmp_path)) for path in written) == sorted(digests(tmp_path))
    folders = ("files-data/quick/liver", "files-data/quick/lung", "synthetic/quick/heart")
    endings = ("csv", "md", "tex")
    across = [
        f"files-data/quick/{stem}.{ending}" for stem in ("ablations", "across_tissues") for ending in endings
    ]
    boards = [f"{folder}/{name}" for folder in folders for name in BOARD]
    assert sorted(digests(tmp_path)) == sorted(["results.csv", *across, *boards])


def test_rebuilding_gives_identical_bytes_in_any_order_and_process(tmp_path: Path) -> None:
    records = everything()
    build_tables(tmp_path / "one", records)
    build_tables(tmp_path / "two", json.loads(json.dumps(records[::-1])))
    build_tables(tmp_path / "two", records)
    (tmp_path / "records.json").write_text(json.dumps(records[3:] + records[:3]))
    program = (
        "import json, sys; from pathlib import Path;"
        "from geneboard.benchmark.commands.build_report import build_tables;"
        "folder = Path(sys.argv[1]);"
        "build_tables(folder / 'three', json.loads((folder / 'records.json').read_text()));"
        "assert not {'torch', 'scanpy', 'anndata', 'sklearn', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], cwd=ROOT, check=True)
    assert digests(tmp_path / "one") == digests(tmp_path / "two") == digests(tmp_path / "three")


def test_results_csv_has_every_cell_and_metric(tmp_path: Path) -> None:
    records = everything()
    build_tables(tmp_path, records)
    table = pd.read_csv(tmp_path / "results.csv", keep_default_na=False)
    assert tuple(table.columns) == LONG_COLUMNS
    n_scored = sum(record["status"] == "ok" for record in records)
    assert len(table) == len(records) * len(METRICS) + n_scored * len(JOINT)
    assert set(table["key"]) == {record["key"] for record in records}
    assert set(table.loc[table["method"] == "old", "left_out"]) == {"of other data than the newest"}
    assert set(table.loc[table["method"] == "dead", "status"]) == {"timeout"}
    undefined = table[(table["method"] == "plug") & (table["metric"] == "NO") & (table["seed"] == 0)]
    assert undefined[["value", "status", "reason"]].to_numpy().tolist() == [
        ["", "undefined", "no common genes"]
    ]
    one = table["key"] == records[1]["key"]
    assert table.loc[one & (table["metric"] == "ASW"), "value"].to_list() == ["1.0"]


def test_extra_metrics_reach_the_long_table(tmp_path: Path) -> None:
    record = cell("a", 0, 0.1)
    record["scores"] |= {"AUC_offdiag": entry(0.7), "AUC_heldout": entry(0.6)}
    build_tables(tmp_path, [record])
    assert set(pd.read_csv(tmp_path / "results.csv")["metric"]) == {
        *METRICS,
        *JOINT,
        "AUC_offdiag",
        "AUC_heldout",
    }


def test_five_hundred_records_take_less_than_three_seconds(tmp_path: Path) -> None:
    names = ("scrna_lung__a", "scrna_lung__b", "scrna_lung__c")
    records = [
        cell(
            f"m{method}",
            seed,
            *[(method * 7 + seed * 3 + k * 11) % 17 / 17 for k in range(6)],
            tissue=tissue,
            history={"loss": [0.123456789 + seed] * 500},
            **(
                {"leave_one_out": {name: scores(0.1 * i + method) for i, name in enumerate(names)}}
                if not seed
                else {}
            ),
        )
        for tissue in ("lung", "heart", "liver", "pbmc", "kidney")
        for method in range(10)
        for seed in range(10)
    ]
    build_tables(tmp_path, records[:10])

    def seconds() -> float:
        start = time.process_time()
        build_tables(tmp_path, records)
        return time.process_time() - start

    assert any(seconds() < 3 for _ in range(3))  # another process may disturb one


def test_published_table() -> None:
    table = pd.read_csv(io.StringIO(PAPER_TABLE.read_text()), index_col="method")
    assert tuple(table.columns) == TISSUES
    assert table.shape == (9, 10)
    assert (table.idxmax() == "MuSe-GNN").all()
    assert table.mean(axis=1).idxmax() == "MuSe-GNN"
    assert published_scores("lung")["MuSe-GNN"] == 0.96
    assert published_scores("lung")["GAE"] == 0.45
    assert published_scores("thymus")["scBERT"] == 0.17
    assert published_scores("tonsil") == {}


@pytest.mark.shared
def test_published_table_is_the_shared_one() -> None:
    shared = ROOT.parent / "shared" / "paper" / "musegnn_average_score.csv"
    if not shared.exists():
        pytest.skip("../shared is absent")
    pd.testing.assert_frame_equal(pd.read_csv(shared), pd.read_csv(PAPER_TABLE))


def test_published_scores_stand_beside_ours() -> None:
    records = [cell("m", 0, 0.4, title="MuSe-GNN"), cell("g", 0, 0.2, title="GAE"), cell("x", 0, 0.3)]
    (board,) = leaderboards(records)
    published = board.frame.set_index("title")["published_score"].dropna()
    assert published.to_dict() == {"MuSe-GNN": 0.96, "GAE": 0.45}
    (elsewhere,) = leaderboards([{**record, "tissue": "tonsil"} for record in records])
    assert elsewhere.frame["published_score"].isna().all()


def test_boards_of_a_run_that_goes_on_are_shown_and_written_but_not_too_often(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *others = [write_record(tmp_path, record) for record in three_methods()]
    show = BoardSoFar(tmp_path)
    show({**first, "status": "failed"}, 2)
    show({**first, "seed": 1}, 2)
    show(first, 0)
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "files-data").exists()
    show(first, 2)
    shown = capsys.readouterr().err
    assert all(record["title"] in shown for record in (first, *others))
    assert "highest" in shown
    board = tmp_path / "files-data" / "quick" / "lung"
    assert {path.name for path in board.iterdir()} == set(BOARD)
    show(others[0], 1)
    assert capsys.readouterr().err == ""


def test_a_board_that_cannot_be_made_ends_no_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise KeyError("difference")

    monkeypatch.setattr("geneboard.benchmark.commands.board_so_far.leaderboards_of", broken)
    show = BoardSoFar(tmp_path)
    for record in three_methods():
        show(record, 2)
    told = capsys.readouterr().err
    assert told.count("there are no boards on the way: KeyError: 'difference'; the cells go on") == 1


def test_the_board_of_a_single_method_names_no_highest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = write_record(tmp_path, three_methods()[0])
    BoardSoFar(tmp_path)(first, 1)
    shown = capsys.readouterr().err
    assert first["title"] in shown
    assert "highest" not in shown
