"""Leaderboards of the L1000 task, on tables that can be followed by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import report_cells
from inference_cells import NAMES, budget, inference_cell, problem, three_methods

from geneboard.benchmark.commands.build_report import chapters
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import select_groups
from geneboard.benchmark.report.wording import is_synthetic_source
from geneboard.benchmark.tasks.embedding.board.board import leaderboard, leaderboards
from geneboard.benchmark.tasks.inference.board.columns import COLUMNS, SECONDARY, direction, sign
from geneboard.benchmark.tasks.inference.board.leaderboard import inference_boards, inference_leaderboard
from geneboard.benchmark.tasks.inference.board.words import landmark_sentence, row_notes, winner_sentence
from geneboard.benchmark.tasks.inference.chapter import board_section
from geneboard.datasets.errors import InputError
from geneboard.methods.inference.base import STOPPED_AT_LIMIT

LEADERBOARD_COLUMNS = tuple(column.key for column in COLUMNS if column.value is not None)


def frame_of(records: list[Record]) -> pd.DataFrame:
    return inference_leaderboard(records).set_index("method", drop=False)


def test_three_methods_by_hand() -> None:
    frame = frame_of(three_methods())
    assert list(frame.index) == ["ridge", "gnn", "mean"]
    assert tuple(frame.columns) == LEADERBOARD_COLUMNS
    assert frame.loc["gnn", ["PCC", "PCC_low", "PCC_high"]].to_list() == pytest.approx([0.415, 0.405, 0.425])
    assert frame.loc["gnn", "MAE"] == pytest.approx(0.585)
    assert frame["rank"].to_list()[:2] == [1, 2]
    assert pd.isna(frame.loc["mean", "rank"])
    assert set(frame["seeds_interval"]) == {"range"}


def test_places_and_what_rows_lack() -> None:
    records = [
        *three_methods(),
        inference_cell("organ_mean", 0, pcc=0.99),
        inference_cell("ridge", 0, pcc=0.6, overrides={"organ": True}),
        inference_cell("dead", 0),
        inference_cell("late", 0, status="timeout", reason="over 60 s"),
        inference_cell("flat", 0, pcc=0.1, scores={"PCC": None}),
        inference_cell("part", 0, pcc=0.5),
        inference_cell("part", 1, pcc=0.5, scores={"R95": None}),
    ]
    frame = frame_of(records)
    methods = ["ridge[organ=true]", "part", "ridge", "gnn", "flat", "dead", "late"]
    assert list(frame.index) == [*methods, "organ_mean", "mean"]
    assert frame.loc[methods, "rank"].to_list() == [1, 2, 3, 4, 5, 6.5, 6.5]
    assert frame.loc[["organ_mean", "mean"], "rank"].isna().all()
    assert frame.loc["ridge[organ=true]", "overrides"] == '{"organ": true}'
    undefined = {"flat": "PCC undefined", "part": "R95 undefined in 1 of 2 seeds"}
    undefined["mean"] = "PCC, PCC_within, R95, R99, rank_correlation undefined in 2 of 2 seeds"
    told = frame.loc[frame["undefined"] != "", "undefined"].to_dict()
    assert told == {name: f"{text}: nothing varies" for name, text in undefined.items()}
    assert frame.loc["part", ["PCC", "R95"]].isna().to_list() == [False, True]
    assert frame.loc["dead", list(NAMES)].isna().all()
    assert (frame.loc["dead", "status"], frame.loc["late", "reason"]) == (
        "failed",
        "seed 0 timeout: over 60 s",
    )
    assert frame.loc["flat", "seeds_interval"] == ""
    assert frame.filter(regex="_(low|high)$").loc["flat"].isna().all()


def test_other_sets_of_genes_are_there_where_they_are_scored() -> None:
    scores = {"PCC_best_inferred": 0.7, "PCC_landmarks": 0.8}
    (board,) = inference_boards(
        [
            inference_cell("a", 0, pcc=0.5, scores=scores, **budget(108)),
            inference_cell("b", 0, pcc=0.4, **budget(108)),
        ]
    )
    frame = board.frame.set_index("method")
    assert frame.loc["a", ["PCC_best_inferred", "PCC_landmarks"]].to_list() == [0.7, 0.8]
    assert frame.loc["b", "undefined"] == "PCC_best_inferred, PCC_landmarks undefined: not in the record"
    assert landmark_sentence(board).startswith("The 862 landmarks that are no input are inferred too")
    (without,) = inference_boards(three_methods())
    assert landmark_sentence(without).startswith("All 970 landmarks present (of 978) are inputs")


def test_the_best_of_each_column_goes_by_its_direction() -> None:
    assert (direction("MAE_landmarks"), direction("PCC_best_inferred")) == (
        "lower is better",
        "higher is better",
    )
    assert (sign("RMSE"), sign("SCC")) == (-1, 1)
    (board,) = inference_boards(three_methods())
    table = board_section(board).tables[0]
    heads = [column.key for column in table.columns_in("tex")]
    best, second = table.cells(table.parts[0], "tex")
    for metric in ("MAE", "PCC"):
        place = heads.index(metric)
        assert (best[place].mark, second[place].mark) == ("best", "second")
    assert {cell.mark for cell in table.cells(table.parts[1], "tex")[0]} == {""}


def test_the_two_tasks_share_no_table(tmp_path: Path) -> None:
    # Names that are the same on purpose: only the problem tells them apart.
    same = {"source": "files:data", "tissue": "lung"}
    ours = [{**record, **same} for record in three_methods()]
    theirs = report_cells.three_methods()
    assert [group.task for group in select_groups([*ours, *theirs])] == ["embedding", "inference"]
    (embedding,), (inference,) = (chapter.sections for chapter in chapters(tmp_path, [*theirs, *ours]))
    pd.testing.assert_frame_equal(embedding.tables[0].frame, leaderboards(theirs)[0].frame)
    pd.testing.assert_frame_equal(inference.tables[0].frame, inference_boards(ours)[0].frame)
    with pytest.raises(InputError, match="has records of the task 'other', which is not in this version"):
        list(chapters(tmp_path, [{**ours[0], "task": "other"}]))  # type: ignore[typeddict-item]
    with pytest.raises(InputError, match="different tasks"):
        inference_leaderboard([*ours, *theirs])
    with pytest.raises(InputError, match="different tasks"):
        leaderboard([*ours, *theirs])


@pytest.mark.parametrize("change", [{"landmarks": 108}, {"targets": 5}, {"quantile": False}])
def test_other_landmarks_or_targets_share_no_table(change: dict[str, int]) -> None:
    other = inference_cell("mlp", 0, pcc=0.4, problem=problem(**change))
    ((name, value),) = change.items()
    with pytest.raises(InputError, match=f"the problem differs \\({name} .* in 1, {value} in 2\\)|in 1, "):
        inference_leaderboard([*three_methods(), other])
    (board,) = inference_boards(
        [*three_methods(), {**other, "cost": {**other["cost"], "finished_at": "2025-01-01T00:00:00+00:00"}}]
    )
    assert "mlp" not in set(board.frame["method"])
    assert board.group.left_out_counts == {"of other data than the newest": 1}


def test_problems_are_boards_of_their_own() -> None:
    records = [*three_methods(), inference_cell("gnn", 0, pcc=0.4, **budget(108))]
    boards = inference_boards(records)
    assert [board.group.tissue for board in boards] == ["all-landmarks", "landmarks-108-greedy"]
    assert [board.problem["landmarks"] for board in boards] == [970, 108]
    assert boards[0].group.folder.as_posix() == "l1000-tcga/quick/all-landmarks"


def test_a_training_that_stopped_at_its_limit_says_so() -> None:
    records = three_methods()
    for record in records:
        if record["method"] == "gnn":
            record["chosen"] = {"epoch": 9.0, STOPPED_AT_LIMIT: float(record["seed"])}
    rows = frame_of(records).to_dict("index")
    assert [rows[name]["seeds_at_limit"] for name in ("gnn", "ridge")] == [1, 0]
    assert row_notes(rows["gnn"]) == ["training stopped at the limit in 1 of 2 seeds"]
    assert row_notes(rows["ridge"]) == []


def test_what_others_report_has_a_table_of_its_own() -> None:
    records = three_methods()
    (board,) = inference_boards(records)
    tables = {table.stem: table for table in board_section(board).tables}
    assert [column.key for column in tables["scores-secondary"].columns] == ["title", *SECONDARY]
    headline = [column.key for column in tables["leaderboard"].columns if "md" in column.formats]
    assert "R95" in headline
    assert not set(SECONDARY) & set(headline)
    for record in records:  # as they were before these existed
        record["scores"] = {name: score for name, score in record["scores"].items() if name not in SECONDARY}
    (older,) = inference_boards(records)
    assert "scores-secondary" not in [table.stem for table in board_section(older).tables]
    told = older.frame.set_index("method")["undefined"]
    assert told["ridge"] == ""
    assert "R2" not in told["mean"]


def test_no_records_no_board() -> None:
    assert inference_boards([]) == []
    with pytest.raises(ValueError, match="at least one record"):
        inference_leaderboard([])


def test_synthetic_sources_are_known() -> None:
    assert is_synthetic_source("l1000:synthetic")
    assert not is_synthetic_source("l1000:tcga_rnaseq")
    assert not is_synthetic_source("files:synthetic")


def test_the_winner_is_named_with_its_verdict() -> None:
    (board,) = inference_boards(three_methods())
    assert winner_sentence(board) == "Ridge has the highest PCC, 0.450; not told apart from it: GNN."
    (alone,) = inference_boards([inference_cell("gnn", 0, pcc=0.4)])
    assert winner_sentence(alone) == "GNN has the highest PCC, 0.400; there is no ridge to test it against."
    (untested,) = inference_boards([inference_cell("gnn", 0, pcc=0.4), inference_cell("ridge", 0, pcc=0.3)])
    assert winner_sentence(untested) == "GNN has the highest PCC, 0.400, not tested against Ridge."
    (none,) = inference_boards([inference_cell("gnn", 0)])
    assert winner_sentence(none) == "No method has a PCC."
