"""Ablations are tested against what they vary; and what an interval means depends on the problem."""

from __future__ import annotations

import numpy as np
import pytest
from inference_cells import inference_cell, parts

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard, inference_boards
from geneboard.benchmark.tasks.inference.board.words import notes
from geneboard.benchmark.tasks.inference.chapter import board_section

RANDOM_GRAPH = {"graph": "random"}


def said(board: InferenceBoard) -> str:
    return " ".join(note.text for note in notes(board))


def ablation(shift: float) -> list[Record]:
    """Ridge, a GNN and the GNN on random edges, which is worse than the GNN by `shift` on every gene."""
    genes, errors = np.linspace(0.3, 0.8, 40), np.linspace(0.3, 0.6, 8)
    patients = [f"p{i}" for i in range(8)]
    cells = []
    for seed in range(2):
        cells.append(inference_cell("ridge", seed, parts(genes, errors, patients), pcc=0.55))
        cells.append(inference_cell("gnn", seed, parts(genes, errors, patients), pcc=0.55))
        worse = parts(genes - shift, errors + shift, patients)
        cells.append(
            inference_cell(
                "gnn", seed, worse, pcc=0.55 - shift, overrides=RANDOM_GRAPH, settings=RANDOM_GRAPH
            )
        )
    return cells


@pytest.mark.parametrize(("shift", "verdict"), [(0.05, "worse"), (-0.05, "better"), (0.0, "not told apart")])
def test_a_variant_is_tested_against_the_method_that_it_varies(shift: float, verdict: str) -> None:
    (board,) = inference_boards(ablation(shift))
    (tests,) = board.variant_tests
    assert set(tests.pairs["baseline"]) == {"gnn"}
    assert set(tests.pairs["method"]) == {"gnn[graph=random]"}
    assert set(tests.pairs["verdict"]) == {verdict}
    first = tests.pairs.iloc[0]
    assert first["difference"] == pytest.approx(-shift)
    assert first["median_difference"] == pytest.approx(-shift, abs=1e-4)


def test_all_tests_are_in_the_file_and_in_words() -> None:
    (board,) = inference_boards(ablation(0.05))
    (pairs,) = (table for table in board_section(board).tables if table.stem == "pairs")
    assert list(pairs.frame["method"]).count("gnn[graph=random]") == 8  # four families against ridge and gnn
    told = said(board)
    assert "[graph=random] is worse than GNN by 0.050 PCC" in told


def test_without_variants_there_is_no_such_test() -> None:
    cells = [record for record in ablation(0.05) if not record["overrides"]]
    (board,) = inference_boards(cells)
    assert board.variant_tests == ()


@pytest.mark.parametrize(
    ("changes", "same"),
    [({}, False), ({"organ": "lung"}, True), ({"test_set": "other"}, True), ({"given_split": True}, True)],
)
def test_an_interval_over_seeds_says_what_it_is(changes: dict[str, object], same: bool) -> None:
    cells = ablation(0.05)
    for record in cells:
        record["problem"] = {**record["problem"], **changes}  # type: ignore[typeddict-item]
    (board,) = inference_boards(cells)
    told = said(board)
    assert ("The test samples are the same in all seeds" in told) == same
    assert ("A seed draws the split of the patients" in told) != same


def test_rows_that_do_not_learn_from_validation_samples_are_named() -> None:
    cells = ablation(0.05)
    assert "validation samples end" not in said(inference_boards(cells)[0])
    for record in cells:
        if record["method"] == "gnn":
            record["settings"] = {**record["settings"], "refit": False}
    assert "GNN: validation samples end the training" in said(inference_boards(cells)[0])
