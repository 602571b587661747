"""What the page says in words: who leads, and how much was run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from report_cells import cell, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.tasks.embedding.board.words import winner_sentence
from geneboard.benchmark.tasks.embedding.chapter import chapter

COVERED = {"embedding": "mine", "sha256": "1", "datasets": ["scrna_lung__a"], "rows": 1, "of": 2}


def run_sentence(records: list[Record]) -> str:
    return chapter(records).lead[1]


def row(name: str, score: float | None, letters: str = "", kind: str = "published") -> dict[str, Any]:
    return {
        "method": name,
        "title": name.upper(),
        "kind": kind,
        "joint_score": score,
        "tie_group": letters,
        "rank": 1 if score is not None and kind != "control" else None,
        "above_controls": score is not None and score > 0.05,
        "no_rank": "" if kind == "control" or score is not None else "no rank: why",
    }


def said(rows: list[dict[str, Any]], compared: pd.DataFrame) -> str:
    board = SimpleNamespace(lines=rows, lead="joint_score", comparison=SimpleNamespace(pairs=compared))
    return winner_sentence(board)  # type: ignore[arg-type]


def pairs(*lines: tuple[str, str, bool | None]) -> pd.DataFrame:
    frame = pd.DataFrame(lines, columns=["method_1", "method_2", "told_apart"])
    return frame.astype({"told_apart": "boolean"})


def test_the_winner_names_those_not_told_apart_and_no_others() -> None:
    rows = [row("a", 0.9, "a"), row("b", 0.8, "ab"), row("c", 0.7, "b"), row("d", 0.6, "a"), row("e", None)]
    rows.append(row("noise", 0.95, kind="control"))
    table = pairs(
        ("a", "b", False), ("a", "c", True), ("a", "d", False),
        ("b", "c", False), ("b", "d", True), ("c", "d", False),
    )  # fmt: skip
    expected = "A has the highest joint score, 0.900; not told apart from it: B and D."
    assert said(rows, table) == expected
    swapped = table.rename(columns={"method_1": "method_2", "method_2": "method_1"})
    assert said(rows, swapped) == expected
    apart = table.assign(told_apart=True)
    assert said(rows, apart) == "A has the highest joint score, 0.900; told apart from all others."


ABC = [row("a", 0.9, "a"), row("b", 0.8), row("c", 0.7, "a")]


@pytest.mark.parametrize(
    ("rows", "compared", "sentence"),
    [
        (
            [row(name, 0.9 - i / 10, "a") for i, name in enumerate("abcdef")],
            [("a", "f", True), *(("a", name, False) for name in "bcde")],
            "A has the highest joint score, 0.900; not told apart from it: 4 of 5 others.",
        ),
        (
            [row("a", 0.9), *ABC[1:]],
            [("a", "b", None), ("a", "c", None), ("b", "c", False)],
            "A has the highest joint score, 0.900; whether others tie with it is not known.",
        ),
        (
            ABC,
            [("a", "b", None), ("a", "c", False), ("b", "c", None)],
            "A has the highest joint score, 0.900; not told apart from it: C; not known whether "
            "told apart: B.",
        ),
        ([row("a", 0.9), row("b", None)], [], "A alone has a rank: joint score 0.900, above the controls."),
        ([row("a", 0.02)], [], "A alone has a rank: joint score 0.020, not above the controls."),
        ([row("b", None)], [], "No method has a rank (no rank: why)."),
        (
            [row("a", 0.9), row("b", 0.02)],
            [("a", "b", True)],
            "A has the highest joint score, 0.900; told apart from all others; not above the controls: B.",
        ),
        (
            [row("a", 0.02), row("b", 0.01)],
            [("a", "b", True)],
            "No method is above the controls; A has the highest joint score, 0.020.",
        ),
        (
            [row("v", 0.95) | {"rank": None}, row("a", 0.9)],
            [],
            "A alone has a rank: joint score 0.900, above the controls; higher, but without a rank: V 0.950.",
        ),
    ],
)
def test_ties_are_named_or_counted_or_not_known(
    rows: list[dict[str, Any]], compared: list[tuple[str, str, bool | None]], sentence: str
) -> None:
    assert said(rows, pairs(*compared)) == sentence


def test_one_of_each_is_singular() -> None:
    assert run_sentence([cell("a", 0, 0.5)]) == (
        "1 leaderboard of 1 published method, made from the records of 1 cell (1 ok). A cell is one method, "
        "with one set of hyper-parameters, on one tissue, with one seed."
    )


def test_only_kinds_that_are_there_are_named() -> None:
    records = [*three_methods(), cell("p", 0, 0.5, kind="plugin"), cell("n", 0, 0.5, kind="control")]
    records += [cell("n2", 0, 0.5, kind="control"), cell("f", 0, kind="baseline")]
    records.append(cell("a", 0, 0.5, tissue="heart", overrides={"epochs": 5}))
    assert run_sentence(records).startswith(
        "2 leaderboards of 3 published methods, 1 baseline, 1 plugin and 2 controls, made from the records "
        "of 11 cells (10 ok, 1 failed). "
    )


@pytest.mark.parametrize(
    ("again", "told"),
    [(1, " 1 further record, "), (6, " 6 further records, ")],
)
def test_scores_on_covered_genes_are_no_further_cells(again: int, told: str) -> None:
    covered: list[Record] = [
        {**record, "covered_by": COVERED, "key": "c" + record["key"]}  # type: ignore[typeddict-item]
        for record in three_methods()[:again]
    ]
    sentence = run_sentence([*three_methods(), *covered])
    assert sentence.startswith(
        "2 leaderboards of 3 published methods, made from the records of 6 cells (6 ok)."
    )
    assert sentence.endswith(f" The same trainings give{told}on the genes of a precomputed embedding alone.")
    assert "same trainings" not in run_sentence(three_methods())
