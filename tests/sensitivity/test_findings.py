"""Verdicts on tables that can be followed by hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sensitivity_cases import table_of_answers

from geneboard.benchmark.tasks.embedding.sensitivity.findings import find, summary, verdict_table


def verdict(start: float, *later: float | None, random: float | None = 0.5) -> pd.Series:
    """The finding on shuffled genes, whose levels are 0, .1, .25, .5, .75 and 1."""
    return find(table_of_answers({"shuffled_genes": [start, *later]}, random)).iloc[0]


@pytest.mark.parametrize(
    ("later", "expected", "half_at"),
    [
        # The yardstick is 0.9 - 0.5 = 0.4; half of it is a fall to 0.7, a tenth one to 0.86.
        ((0.9, 0.9, 0.7, 0.5, 0.5), "sees it early", 0.5),  # 0.7 is half of the fall to 0.5
        ((0.9, 0.9, 0.9, 0.5, 0.5), "sees it late", 0.625),  # half of the way from 0.9 to 0.5
        ((0.8, 0.7, 0.7, 0.7, 0.7), "sees it early", 0.1),  # half of the fall to 0.7 is 0.8
        ((0.9, 0.9, 0.9, 0.9, 0.71), "sees part of it", None),
        ((0.9, 0.9, 0.9, 0.9, 0.85), "sees part of it", None),
        ((0.5, 0.5, 0.5, 0.5, 0.87), "cannot see it", None),  # what counts is the end
        ((0.9, 0.9, 0.9, 0.9, 0.93), "cannot see it", None),
        ((0.9, 0.9, 0.9, 0.9, 0.95), "rewards it", None),
    ],
)
def test_verdicts(later, expected, half_at):
    found = verdict(0.9, *later)
    assert found["verdict"] == expected
    if half_at is None:
        assert pd.isna(found["half_at"])
    else:
        assert found["half_at"] == pytest.approx(half_at, abs=1e-12)
    assert found["change"] == pytest.approx((later[-1] - 0.9) / 0.4, abs=1e-12)
    assert not found["noise_scores_as_well"]


def test_where_noise_scores_as_well_the_yardstick_is_the_whole_score():
    found = verdict(0.8, 0.8, 0.8, 0.8, 0.8, 0.3, random=0.75)  # 0.75 is over 0.9 * 0.8
    assert (found["verdict"], found["noise_scores_as_well"]) == ("sees it late", True)
    assert found["change"] == pytest.approx(-0.5 / 0.8, abs=1e-12)
    assert verdict(0.8, 0.8, 0.8, 0.8, 0.8, 0.5, random=0.71)["verdict"] == "sees it late"  # of 0.09
    assert verdict(0.8, 0.8, 0.8, 0.8, 0.8, 0.5, random=0.73)["verdict"] == "sees part of it"  # of 0.8


def test_without_a_control_the_yardstick_is_the_whole_score_and_noise_is_not_blamed():
    found = verdict(0.8, 0.8, 0.8, 0.8, 0.8, 0.3, random=None)
    assert (found["verdict"], found["noise_scores_as_well"]) == ("sees it late", False)
    assert found["change"] == pytest.approx(-0.5 / 0.8, abs=1e-12)
    table = table_of_answers({"shuffled_genes": [0.8] * 6}, None)
    assert summary(find(table)) == {"AUC": "cannot see: genes shuffled in each dataset."}


def test_undefined_ends_are_a_verdict_of_their_own():
    found = verdict(0.9, 0.8, 0.7, None, None, None)
    assert (found["verdict"], found["undefined_from"], found["start"]) == ("becomes undefined", 0.5, 0.9)
    assert found["reason"] == "no common genes"
    assert pd.isna(found["end"])
    assert verdict(None, *[0.5] * 5)["verdict"] == "undefined"
    gap = verdict(0.9, 0.8, None, 0.75, 0.65, 0.5)
    assert (gap["verdict"], gap["half_at"]) == ("sees it late", pytest.approx(0.625, abs=1e-12))


def test_an_end_that_is_undefined_in_one_repeat_only_is_not_averaged_away():
    table = table_of_answers({"noise": [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5]}, 0.5)
    one = table[(table["degradation"] == "noise") & (table["level"] == 20)]
    other = one.assign(repeat=1, value=float("nan"), status="undefined", reason="one cluster")
    found = find(pd.concat([table, other])).iloc[0]
    assert (found["verdict"], found["reason"]) == ("becomes undefined", "one cluster")
    failed = other.assign(status="failed", reason="MemoryError")
    assert find(pd.concat([table, failed])).iloc[0]["verdict"] == "not computed"


def test_means_and_ranges_are_over_repeats():
    table = table_of_answers({"shift": [0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.5]}, 0.5)
    more = table[(table["degradation"] == "shift") & (table["level"] == 5)].assign(repeat=1, value=0.8)
    found = find(pd.concat([table, more])).iloc[0]
    assert found["end"] == pytest.approx(0.65, abs=1e-12)
    assert (found["end_low"], found["end_high"]) == (0.5, 0.8)
    assert found["verdict"] == "sees it late"


def test_a_score_of_0_can_only_stay_or_rise():
    """As iLISI does for clusters that are apart from the rest, and noise ends that."""
    assert verdict(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, random=0.0)["verdict"] == "cannot see it"
    risen = verdict(0.0, 0.0, 0.0, 0.0, 0.5, 0.7, random=0.7)
    assert (risen["verdict"], risen["change"]) == ("rewards it", 0.7)


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(shuffled):
    table = table_of_answers(
        {"noise": [0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4], "collapse": [0.9, *[None] * 6]}, 0.5
    )
    order = list(range(len(table)))
    shuffled.shuffle(order)
    pd.testing.assert_frame_equal(find(table.iloc[order]), find(table))


def test_summary_in_one_sentence():
    findings = find(
        table_of_answers(
            {
                "noise": [0.9, 0.9, 0.9, 0.9, 0.9, 0.5, 0.5],
                "shuffled_names": [0.9] * 6,
                "collapse": [0.9, *[None] * 6],
            },
            0.5,
        )
    )
    assert summary(findings) == {
        "AUC": "sees late: noise; becomes undefined by: collapse; "
        "cannot see: genes shuffled in all datasets alike."
    }
    assert verdict_table(findings).loc["AUC", "noise"] == "sees it late"
    everywhere_undefined = find(table_of_answers({"noise": [None] * 7}, None))
    assert summary(everywhere_undefined) == {"AUC": "is undefined here: no common genes."}
