"""The joint score ranks: who has a rank, who is above the controls, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest
from renderings import board_of, column, render_markdown, render_page, render_text, section_of
from report_cells import JOINT, cell, entry, scored_before, scores

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render import latex

FEW = {"rows": 45, "of": 100}


def joint(record: Record, score: float | None, structure: float | None, mixing: float | None) -> Record:
    """The record with other joint scores."""
    record["scores"] |= {
        name: entry(value, "a single dataset")
        for name, value in zip(JOINT, (score, structure, mixing), strict=True)
    }
    return record


def noise(**changes: Any) -> Record:
    """Random vectors of 45 % of the rows, which have the highest value of every published metric."""
    record = cell("genept", 0, 0.99, title="genept", kind="plugin", coverage=FEW, **changes)
    return joint(record, 0.0, 0.0, 0.41)


def test_noise_is_last_and_it_is_said_why() -> None:
    found = board_of([cell("pca", 0, 0.4, title="PCA"), cell("gene2vec", 0, 0.3), noise()])
    frame = found.frame.set_index("method")
    assert list(frame.index) == ["pca", "gene2vec", "genept"]
    assert frame["rank"].to_list()[:2] == [1, 2]
    assert frame["average_score"].isna().all()
    assert frame["above_controls"].to_list() == [True, True, False]
    why = (
        "not above the controls, whose joint score is at most 0.05 (structure 0.000: its similarities tell "
        "edges no better than chance; mixing 0.410; vectors for 45 % of the rows, which counts as a factor)"
    )
    title, no_rank = (
        "genept (45 % of rows)",
        "no rank: it has vectors for 45 % of the rows, and a rank needs 50 %",
    )
    assert column(section_of(found), "controls")[title].text == "not above"
    for text in (
        render_markdown(found),
        " ".join(render_text(found).split()),
        render_page(found),
        latex.render(section_of(found)).replace(r"\%", "%"),
    ):
        assert why in text
        assert no_rank in text
    assert "PCA has the highest joint score, 0.400" in section_of(found).verdict


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            (0.05, 0.01, 0.25),
            "structure 0.010: its similarities tell edges hardly better than chance; mixing 0.250",
        ),
        ((0.02, 0.4, 0.001), "structure 0.400; mixing 0.001: its datasets lie apart"),
        ((0.0501, 0.3, 0.3), ""),
    ],
)
def test_why_a_row_is_not_above_the_controls(parts: tuple[float, float, float], said: str) -> None:
    found = board_of([cell("a", 0, 0.5), joint(cell("b", 0, 0.4), *parts)])
    (line,) = (line for line in found.lines if line["method"] == "b")
    assert line["not_above"].partition("(")[2].rstrip(")") == said
    assert line["above_controls"] is (not said)


def test_rows_without_a_rank_come_after_the_others_in_this_order() -> None:
    records = [
        cell("dead", 0),
        scored_before(cell("old", 0, 0.9)),
        joint(cell("undefined", 0, 0.8), None, 0.7, None),
        cell("few", 0, 0.7, coverage=FEW),
        joint(cell("low", 0, 0.6), 0.01, 0.0, 0.5),
        cell("best", 0, 0.5),
        cell("best", 0, 0.55, overrides={"epochs": 9}),
        cell("noise", 0, 0.99, kind="control"),
    ]
    frame = board_of(records).frame.set_index("method")
    order = ["best[epochs=9]", "best", "low", "few", "undefined", "old", "dead", "noise"]
    assert list(frame.index) == order
    assert frame["rank"].dropna().to_dict() == {"best": 1, "low": 2}
    assert frame["no_rank"].to_dict() == {
        **dict.fromkeys(("best", "low", "dead", "noise"), ""),
        "best[epochs=9]": "no rank: a variant; of each method one row is ranked",
        "few": "no rank: it has vectors for 45 % of the rows, and a rank needs 50 %",
        "undefined": "no rank: its joint score is undefined",
        "old": "no joint score: scored before it existed",
    }
    marks = column(section_of(board_of(records)), "joint score")
    assert marks["FEW (45 % of rows)"].mark == ""  # it would be the highest


def test_equal_scores_share_a_rank() -> None:
    records = [cell("a", 0, 0.5), cell("b", 0, 0.5 + 1e-12), cell("c", 0, 0.4)]
    assert board_of(records).frame.set_index("method")["rank"].to_dict() == {"a": 1, "b": 1, "c": 3}


def test_the_rank_of_a_row_depends_on_no_scale() -> None:
    # Whatever else stands in the table, the joint score of a row is the same, and two keep their order.
    alone = board_of([cell("a", 0, 0.5), cell("b", 0, 0.4)]).frame.set_index("method")
    more = [cell(name, 0, value) for name, value in zip("vwxyz", (0.1, 0.45, 0.9, 0.2, 0.3), strict=True)]
    beside = board_of([cell("a", 0, 0.5), cell("b", 0, 0.4), *more]).frame.set_index("method")
    assert beside.loc[["a", "b"], "joint_score"].to_list() == alone["joint_score"].to_list()
    assert beside.loc["a", "rank"] < beside.loc["b", "rank"]


def test_one_dataset_is_ranked_by_structure_and_it_is_said() -> None:
    data = {"data_hashes": {"scrna_lung__a": "1"}}
    found = board_of(
        [
            joint(cell("a", 0, 0.5, **data), None, 0.2, None),
            joint(cell("b", 0, 0.4, **data), None, 0.6, None),
            joint(cell("c", 0, 0.6, **data), None, 0.0, None),
        ]
    )
    assert (found.lead, list(found.frame["method"])) == ("structure", ["b", "a", "c"])
    assert found.frame["rank"].to_list() == [1, 2, 3]
    text = render_markdown(found)
    assert "ranked by structure alone" in text
    assert "joint_score undefined: a single dataset" in text
    assert "No intervals of ranks and no tie letters: a single dataset." in text
    assert "B has the highest structure, 0.600" in section_of(found).verdict
    assert "C: not above" in render_text(found)


def test_before_the_joint_score_there_is_no_rank_and_it_is_said() -> None:
    found = board_of([scored_before(cell("a", 0, 0.5)), scored_before(cell("b", 0, 0.6))])
    assert found.lead == ""
    assert found.frame[["rank", "joint_score"]].isna().all(axis=None)
    assert section_of(found).verdict == ("No method has a rank (no joint score: scored before it existed).")
    text = render_markdown(found)
    assert "so no rank and no test: all rows were scored before it existed." in text
    assert "| joint score |" not in text


def test_fewer_than_three_groups_have_no_interval_of_the_rank() -> None:
    def without(value: float) -> dict[str, Any]:
        groups = {"mixture": ["scrna_lung__a", "scrna_lung__b"], "CEL-seq2": ["scrna_lung__c"]}
        return {"groups": groups, "without_group": {name: scores(value) for name in groups}}

    found = board_of([cell("a", 0, 0.5, **without(0.5)), cell("b", 0, 0.4, **without(0.3))])
    assert found.frame[["rank_low", "joint_score_datasets_low"]].isna().all(axis=None)
    why = "only 2 independent units among 3 datasets, and three are needed"
    sentence = f"No intervals of ranks and no tie letters: {why}."
    assert sentence in " ".join(render_text(found).split())


@pytest.mark.parametrize(
    ("coverage", "title"), [((3, 4), "G (75 % of rows)"), ((999, 1000), "G (99 % of rows)"), ((4, 4), "G")]
)
def test_coverage_stands_in_the_headline(coverage: tuple[int, int], title: str) -> None:
    rows = {"rows": coverage[0], "of": coverage[1]}
    found = board_of([cell("g", 0, 0.5, coverage=rows), cell("h", 0, 0.4)])
    assert found.lines[0]["title"] == title
    assert found.frame["title"].to_list() == ["G", "H"]  # the file has a column for it
