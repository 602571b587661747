"""Two result folders side by side: verdicts by hand."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy as np
import pytest
from renderings import compared, render_text, section_of, sentences, verdicts
from report_cells import METRICS, cell, three_methods

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.compare import COMPARISON_COLUMNS, FolderComparison
from geneboard.benchmark.report.render import latex
from geneboard.benchmark.tasks.embedding.board.metrics import SCORED

pytestmark = pytest.mark.usefixtures("small_scale")


def test_folder_against_itself_is_the_same() -> None:
    comparison = compared(three_methods(), copy.deepcopy(three_methods()))
    assert comparison.counts == {"same": 3 * len(SCORED)}
    assert tuple(comparison.frame.columns) == COMPARISON_COLUMNS
    assert not comparison.not_compared
    assert sentences(comparison).splitlines()[0] == "6 of 6 cells in 1 and 6 in 2 are the same record."
    assert "Other" not in sentences(comparison)


def test_verdicts_by_hand() -> None:
    # ASW of a: 0.8..1.0 over two seeds. AUC of a: 0.8..0.8.
    theirs = three_methods()
    for record in theirs:
        if record["method"] == "a":
            record["scores"]["ASW"]["value"] += 0.15  # 0.95..1.15 overlaps
            record["scores"]["AUC"]["value"] += 1e-10
            record["scores"]["GC"]["value"] = 0.75  # 0.5..0.5 and 0.75..0.75
    comparison = compared(three_methods(), theirs)
    found = verdicts(comparison)
    assert {metric: found["a", metric] for metric in METRICS} == {
        "ASW": "within",
        "AUC": "same",
        "iLISI": "same",
        "GC": "exceeds",
        "CGR": "same",
        "NO": "same",
    }
    row = comparison.frame.set_index(["method", "metric"]).loc[("a", "ASW")]
    assert row[["value_1", "value_2", "difference"]].to_list() == pytest.approx([0.9, 1.05, 0.15])
    assert row[["low_1", "high_1", "low_2", "high_2"]].to_list() == pytest.approx([0.8, 1.0, 0.95, 1.15])
    assert row[["seeds_1", "seeds_2"]].to_list() == [2, 2]
    # The scale moves with a, so that the average of b falls: ASW 0 still, GC 0 instead of 0.5.
    row = comparison.frame.set_index(["method", "metric"]).loc[("b", "average_score")]
    assert row[["value_1", "value_2"]].to_list() == pytest.approx([3.5 / 6, 3 / 6])


CASES = [
    ((0.5,), (0.5,), "same"),
    ((0.5,), (0.6,), "no interval"),
    ((0.5,), (0.4, 0.6), "same"),  # the means are equal
    ((0.5,), (0.4, 0.7), "within"),
    ((0.4,), (0.4, 0.7), "within"),  # on the end of the interval
    ((0.3,), (0.4, 0.7), "exceeds"),
    ((0.4, 0.7), (0.8,), "exceeds"),
    ((0.1, 0.4), (0.4, 0.7), "within"),
    ((0.1, 0.3), (0.4, 0.7), "exceeds"),
    ((0.1, 0.4), (0.4 + 1e-6, 0.7), "exceeds"),
    ((0.1, 0.4), (0.4 - 1e-6, 0.7), "within"),
    ((0.1, 0.4), (0.4 + 1e-8, 0.7), "exceeds"),  # the tolerance is 1e-9
    ((0.1, 0.4), (0.4 + 1e-10, 0.7), "within"),
    ((0.4 - 1e-6,), (0.4, 0.7), "exceeds"),
    ((0.4 + 1e-6,), (0.4, 0.7), "within"),
    ((0.5,), (0.5 + 1e-8,), "no interval"),
    ((0.5,), (0.5 + 1e-10,), "same"),
    ((None,), (0.5,), "undefined in 1"),
    ((0.5,), (None,), "undefined in 2"),
    ((None,), (None,), "undefined in both"),
]
"""Scores of a row by seed in both folders, and the verdict."""

DETERMINISTIC_CASES = [
    ((0.5,), (0.5,), "same"),
    ((0.5,), (0.5 + 1e-10,), "same"),
    ((0.5,), (0.5 + 1e-6,), "exceeds"),
    ((0.5,), (0.5 - 1e-6,), "exceeds"),
    ((0.5, 0.5), (0.5 + 1e-6,), "exceeds"),
    ((None,), (0.5,), "undefined in 1"),
]


def sides_of(cases: list[Any], **changes: Any) -> tuple[list[Record], list[Record]]:
    """Both folders, with a row x0, x1, ... for each case."""
    ours, theirs = (
        [
            cell(f"x{number}", seed, value, 0.1, 0.1, 0.1, 0.1, 0.1, kind="plugin", **changes)
            for number, case in enumerate(cases)
            for seed, value in enumerate(case[side])
        ]
        for side in (0, 1)
    )
    return ours, theirs


def asw_verdicts(comparison: FolderComparison, number: int) -> list[str]:
    found = verdicts(comparison)
    return [found[f"x{i}", "ASW"] for i in range(number)]


def test_verdict_of_each_case_in_both_directions() -> None:
    ours, theirs = sides_of(CASES)
    expected = [verdict for *_, verdict in CASES]
    assert asw_verdicts(compared(ours, theirs), len(CASES)) == expected
    swapped = {"undefined in 1": "undefined in 2", "undefined in 2": "undefined in 1"}
    turned = [swapped.get(verdict, verdict) for verdict in expected]
    assert asw_verdicts(compared(theirs, ours), len(CASES)) == turned


def test_deterministic_row_needs_no_second_seed() -> None:
    comparison = compared(*sides_of(DETERMINISTIC_CASES, deterministic=True))
    expected = [verdict for *_, verdict in DETERMINISTIC_CASES]
    assert asw_verdicts(comparison, len(expected)) == expected
    assert "by chance" not in sentences(comparison)
    rows = comparison.frame.loc[comparison.frame["metric"] == "ASW"]
    for side in ("1", "2"):
        for end in ("low", "high"):
            np.testing.assert_allclose(rows[f"{end}_{side}"], rows[f"value_{side}"])


def with_pca(best_of_a: float) -> list[Record]:
    """The three methods with another ASW of a, which is the highest, and a deterministic fourth."""
    records = [*three_methods(), cell("pca", 0, 0.7, 0.7, 0.4, 0.5, 0.4, 0.2, deterministic=True)]
    for record in records[:2]:
        record["scores"]["ASW"]["value"] = best_of_a
    return records


def test_average_that_only_the_scale_moved_is_not_judged() -> None:
    # ASW of pca, 0.7 on 0.5..0.9 and then on 0.5..1.0, is 0.5 and then 0.4; all else stays.
    comparison = compared(with_pca(0.9), with_pca(1.0))
    found = verdicts(comparison)
    assert {metric: found["pca", metric] for metric in SCORED} == {
        **dict.fromkeys(SCORED, "same"),
        "average_score": "scale moved",
    }
    row = comparison.frame.set_index(["method", "metric"]).loc[("pca", "average_score")]
    assert row["difference"] == pytest.approx(-0.1 / 6, abs=1e-12)
    assert found["a", "ASW"] == "exceeds"
    assert found["a", "average_score"] == "same"  # still the highest: 1
    assert found["c", "average_score"] == "scale moved"  # of two equal seeds, whose ranges are apart
    assert found["b", "average_score"] == "same"  # still the lowest: 0
    told = "The scale of the average score moved, because published rows that set it differ: A (ASW)."
    assert told in sentences(comparison).splitlines()
    text = render_text(comparison)
    assert "-0.0167 s" in text
    assert "s scale moved" in text


def test_only_rows_that_moved_an_end_are_named_for_the_scale() -> None:
    # AUC: c leaves the low end 0.6 and b, now 0.55, takes it; iLISI: c moves inside 0.3..0.5; NO of x, no
    # published method, is beyond all. A metric that is undefined in both is no change of the row.
    ours = [*with_pca(0.9), cell("x", 0, 0.6, 0.7, None, 0.5, 0.4, 0.9, kind="plugin")]
    theirs = copy.deepcopy(ours)
    for record in theirs:
        if record["method"] == "c":
            record["scores"]["AUC"]["value"] = 0.65
            record["scores"]["iLISI"]["value"] = 0.45
        if record["method"] == "b":
            record["scores"]["AUC"]["value"] = 0.55
        if record["method"] == "pca":
            record["scores"]["AUC"]["value"] = 0.68  # 0.7, an end in neither
    comparison = compared(ours, theirs)
    assert "differ: B (AUC), C (AUC)." in sentences(comparison)
    found = verdicts(comparison)
    assert found["x", "iLISI"] == "undefined in both"
    assert found["x", "average_score"] == "scale moved"
    theirs[-1]["scores"]["NO"]["value"] = 0.95
    assert verdicts(compared(ours, theirs))["x", "average_score"] == "no interval"


def test_rounding_that_the_scale_enlarges_is_said() -> None:
    def records(asw: float) -> list[Record]:
        return [cell("a", 0, asw, 0.1, 0.1, 0.1, 0.1, 0.1), cell("b", 0, 0.1), cell("c", 0, 0.1 + 1e-6)]

    comparison = compared(records(0.1 + 5e-7), records(0.1 + 5e-7 + 5e-10))
    assert verdicts(comparison)["a", "ASW"] == "same"
    assert verdicts(comparison)["a", "average_score"] == "scale moved"
    assert "The scale of the average score moved by rounding alone" in sentences(comparison)


def test_rows_in_one_folder_or_without_scores_are_listed() -> None:
    ours = [*three_methods(), cell("mine", 0, 0.3, kind="plugin"), cell("d", 0, 0.3)]
    theirs = [*three_methods(), cell("d", 0, reason="RuntimeError: no"), cell("e", 0, 0.2)]
    comparison = compared(ours, theirs)
    assert set(comparison.frame["method"]) == {"a", "b", "c"}
    assert sentences(comparison).splitlines()[:3] == [
        "Only in 1: MINE.",
        "Only in 2: E.",
        "Without scores in 2: D, seed 0 failed: RuntimeError: no.",
    ]


def test_plugin_of_the_same_name_is_another_method() -> None:
    theirs = [
        {**record, "kind": "plugin"} if record["method"] == "c" else record for record in three_methods()
    ]
    comparison = compared(three_methods(), theirs)
    assert set(comparison.frame["method"]) == {"a", "b"}
    assert "Only in 1: C.\nOnly in 2: C." in sentences(comparison)


def test_average_scores_are_scaled_by_the_methods_in_both() -> None:
    # c has the lowest AUC, CGR and NO of the first folder and is not in the second.
    theirs = [record for record in three_methods() if record["method"] != "c"]
    comparison = compared(three_methods(), theirs)
    frame = comparison.frame
    averages = frame.loc[frame["metric"] == "average_score"].set_index("method")
    # Of a and b alone, a is first in ASW, AUC and CGR, b in iLISI and NO, and GC is 0.5 for both.
    assert averages["value_1"].to_dict() == pytest.approx({"a": 3.5 / 6, "b": 2.5 / 6})
    assert set(averages["verdict"]) == {"same"}
    assert "scaled by those that are in both (A, B) and are not those of the leaderboards" in sentences(
        comparison
    )


def test_variant_that_stands_in_in_one_folder_only_moves_no_scale() -> None:
    # In the second folder the default failed, so that its variant would set the scale there alone.
    variant = cell("a", 0, 5.0, overrides={"epochs": 500})
    ours = [*three_methods(), variant]
    theirs = [
        *(record for record in three_methods() if record["method"] != "a"),
        cell("a", 0, reason="RuntimeError: no"),
        variant,
    ]
    comparison = compared(ours, theirs)
    assert set(verdicts(comparison).values()) == {"same"}
    assert set(comparison.frame["method"]) == {"a[epochs=500]", "b", "c"}


def test_too_few_published_methods_have_no_average_score() -> None:
    comparison = compared(three_methods(), three_methods()[:2])
    assert set(comparison.frame["metric"]) == set(SCORED[:-1])
    assert "No average score: fewer than 2 published methods have scores in both." in sentences(comparison)


def test_no_common_method_is_told() -> None:
    comparison = compared([cell("a", 0, 0.1)], [cell("b", 0, 0.1)])
    assert comparison.frame.empty
    text = render_text(comparison)
    assert "0 scores compared: none." in text
    assert "Only in 1: A." in text
    assert latex.render(section_of(comparison)) == ""


def test_leaderboards_without_common_methods_go_beside_others() -> None:
    def on(tissue: str, *records: Record) -> list[Record]:
        return [{**record, "tissue": tissue} for record in records]

    both = [*on("heart", *three_methods()), *on("liver", cell("a", 0, 0.1, None, 0.1, 0.1, 0.1, 0.1))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        comparison = compared(
            [*on("brain", cell("a", 0, 0.1)), *both], [*on("brain", cell("b", 0, 0.1)), *both]
        )
        assert [len(pair.frame) for pair in comparison.pairs] == [0, 30, 9]
        assert comparison.counts == {"same": 38, "undefined in both": 1}
        assert len(comparison.frame) == 39
        assert comparison.frame["value_1"].dtype == float
