"""What methods tell beside their scores, and who tells nothing."""

from __future__ import annotations

from typing import Any

from biology_cells import HALLMARK, asked

from geneboard.benchmark.tasks.biology.board.board import biology_boards
from geneboard.benchmark.tasks.biology.board.told_answers import answers_of, told_answers
from geneboard.benchmark.tasks.biology.questions import Question

TREE = Question("dataset_tree", "tissues", "2b")


def answer(**facts: Any) -> dict[str, Any]:
    return {"answer": {"interval": None, "parts": [], "numbers": {}, **facts}}


def test_who_tells_a_fact_in_the_order_of_the_board() -> None:
    (board,) = biology_boards(
        [
            asked("pca", TREE, 0.9, **answer()),
            asked("gae", TREE, 0.7, seed=1, **answer(tree="second seed")),
            asked("gae", TREE, 0.7, **answer(tree="first seed")),
            asked("vgae", TREE, 0.8, **answer(tree="of vgae")),
            asked("mae", TREE),
            asked("random", TREE, 0.5, kind="control", **answer(tree="of a control")),
            asked("raw_graph", TREE, 0.99, kind="baseline", **answer(tree="of a baseline")),
            asked("pca", HALLMARK, 0.1, **answer(tree="of another measure")),
        ]
    )
    (found,) = told_answers(board, "dataset_tree", "tree")
    order = [entry.name for entry in board.entries if entry.name in ("gae", "vgae")]
    assert [one.entry.name for one in found] == order
    assert {one.entry.name: one.answer["tree"] for one in found} == {"gae": "first seed", "vgae": "of vgae"}
    assert {one.question for one in found} == {TREE}
    by_name = {entry.name: entry for entry in board.entries}
    assert len(answers_of(by_name["gae"], TREE, "tree")) == 2
    assert not answers_of(by_name["pca"], TREE, "tree")
    assert not list(told_answers(board, "dataset_tree", "nothing"))
    assert not list(told_answers(board, "conditions", "tree"))
