"""Friedman's test and Nemenyi's critical difference, from records and from ranks."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import pytest
from renderings import across_of
from report_cells import TISSUES, cell, five_tissues
from scipy import stats

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.statistics.friedman import RankTest, rank_test
from geneboard.benchmark.tasks.embedding.across.sentences import _test_sentences, across_verdict

pytestmark = pytest.mark.usefixtures("small_scale")


def three() -> list[Record]:
    """Ranks in five tissues: a 1 1 2 1 1, b 2 3 1 2 2, c 3 2 3 3 3; rank sums 6, 10, 14."""
    return five_tissues(a=(0.9, 0.9, 0.5, 0.9, 0.9), b=(0.5, 0.1, 0.9, 0.5, 0.5), c=(0.1, 0.5, 0.1, 0.1, 0.1))


def test_friedman_and_nemenyi_by_hand() -> None:
    # 12 / (5 * 3 * 4) * (36 + 100 + 196) - 3 * 5 * 4 = 6.4, p = exp(-3.2); CD 2.343 sqrt(12 / 30) = 1.48.
    found = across_of(three())
    assert found.test is not None
    assert (found.test.statistic, found.test.p_value) == pytest.approx((6.4, np.exp(-3.2)), abs=1e-12)
    assert found.test.mean_ranks.to_dict() == pytest.approx({"A": 1.2, "B": 2.0, "C": 2.8})
    frame = found.frame.set_index("title")
    assert frame["mean_rank"].to_dict() == found.test.mean_ranks.to_dict()
    intervals = frame[["rank_low", "rank_high"]].T.to_dict("list")
    assert intervals == {"A": [1, 2], "B": [1, 3], "C": [2, 3]}  # A and C are 1.6 apart
    assert (
        "Friedman's test of 3 methods over 5 tissues: chi-squared 6.40, p = 0.041: their mean ranks differ "
        "at 0.05. Tissues are the replicates; seeds enter through their mean alone." in found.sentences
    )
    assert (
        "Nemenyi's critical difference is 1.48: methods whose mean ranks lie further apart differ at 0.05; "
        "of 3 pairs these do: A and C." in found.sentences
    )


@pytest.mark.parametrize(
    ("records", "why"),
    [
        ([r for r in three() if r["tissue"] != "pbmc"], "Too few tissues (4, five are needed)"),
        (
            [r for r in three() if (r["method"], r["tissue"]) != ("c", "kidney")],
            "Too few methods have ranks (2, three are needed)",
        ),
        ([r | {"scores": three()[0]["scores"]} for r in three()], "All methods tie in every tissue"),
    ],
)
def test_too_little_gives_the_sentence_and_no_number(records: list[Record], why: str) -> None:
    found = across_of(records)
    assert found.test is None
    assert f"{why}: no Friedman test and no critical difference." in found.sentences


def test_order_of_records_makes_no_difference() -> None:
    records = [
        *three(),
        cell("c", 1),
        cell("noise", 0, 0.5, kind="control"),
        cell("p", 0, 0.1, kind="plugin"),
    ]
    shuffled = list(records)
    random.Random(1).shuffle(shuffled)
    found, expected = across_of(shuffled), across_of(records)
    pd.testing.assert_frame_equal(found.frame, expected.frame, check_exact=True)
    pd.testing.assert_frame_equal(found.gains, expected.gains, check_exact=True)
    assert found.sentences == expected.sentences
    assert found.test is not None
    assert expected.test is not None
    assert found.test.statistic == expected.test.statistic


def test_renamed_methods_keep_their_numbers() -> None:
    names = {"a": "zebra", "b": "yak", "c": "ant"}
    renamed = [{**r, "method": names[r["method"]], "title": names[r["method"]].upper()} for r in three()]
    found, other = across_of(three()), across_of(renamed)
    numbers = [column for column in found.frame.columns if column not in ("method", "title")]
    pd.testing.assert_frame_equal(found.frame[numbers], other.frame[numbers], check_exact=True)
    assert found.test is not None
    assert other.test is not None
    assert found.test.statistic == other.test.statistic
    assert [names[name] for name in found.frame["method"]] == list(other.frame["method"])


def test_methods_without_any_score_enter_no_test_and_no_rank() -> None:
    dead = [
        cell(name, 0, tissue=tissue, kind=kind)
        for name, kind in (("dead", "published"), ("gone", "plugin"), ("noise", "control"))
        for tissue in TISSUES
    ]
    found, before = across_of(three() + dead), across_of(three())
    assert found.test is not None
    assert before.test is not None
    assert found.test.statistic == before.test.statistic
    assert found.test.critical_difference == before.test.critical_difference
    pd.testing.assert_series_equal(found.test.mean_ranks, before.test.mean_ranks, check_exact=True)
    ranks = found.frame.set_index("title")["mean_rank"]
    assert ranks.dropna().to_dict() == found.test.mean_ranks.to_dict()
    assert set(ranks.index[ranks.isna()]) == {"DEAD", "GONE", "NOISE"}
    sentence = "Without a joint score in any tissue, and so in no rank and no test: DEAD, GONE."
    assert [text for text in found.sentences if text not in before.sentences] == [sentence]


def test_method_with_one_score_is_tested_and_last_elsewhere() -> None:
    # d is second in heart (ranks there 1 3 4 2) and last in the others: sums 6, 11, 15, 18.
    one = [
        cell("d", 0, *([0.6] if tissue == "heart" else []), tissue=tissue, kind="plugin")
        for tissue in TISSUES
    ]
    found = across_of(three() + one)
    assert found.test is not None
    assert found.test.statistic == pytest.approx(12 / 100 * (36 + 121 + 225 + 324) - 75, abs=1e-12)
    assert found.frame.set_index("title").loc["D", "mean_rank"] == pytest.approx(18 / 5)
    assert "in no rank and no test" not in "\n".join(found.sentences)


def test_where_nobody_has_a_score_nobody_has_a_rank() -> None:
    records = [cell(name, 0, tissue=tissue) for name in "ab" for tissue in ("heart", "lung")]
    found = across_of(records)
    assert found.frame["mean_rank"].isna().all()
    assert found.test is None
    assert "in no rank and no test: A, B." in "\n".join(found.sentences)


def test_the_critical_difference_itself_is_not_beyond_it() -> None:
    ranks = pd.Series({"A": 1.0, "B": 1.25, "C": 2.5 - 1e-9, "D": 2.5, "E": 2.5 + 1e-9})
    for difference, expected in ((1.5, "these do: A and E"), (2.0, "no two do")):
        _, sentence = _test_sentences(RankTest(6.4, 0.04, ranks, difference, 5))
        assert sentence.endswith(f"of 10 pairs {expected}.")


def test_the_verdict_counts_tissues_that_are_won_and_methods_that_are_told_apart() -> None:
    # A wins three tissues, B one and D, which lacks the others, one; the control Z counts nowhere.
    tissues = [f"t{number}" for number in range(5)]
    lines = {
        "A": ("published", 0.8, [0.9, 0.9, 0.9, 0.9, 0.4]),
        "B": ("baseline", 0.5, [0.5] * 5),
        "C": ("published", 0.04, [0.04] * 5),
        "D": ("published", None, [0.95, None, None, None, None]),
        "Z": ("control", 0.92, [0.92] * 5),
    }
    frame = pd.DataFrame(
        [
            {"title": title, "kind": kind, "mean_joint_score": mean}
            | {f"{tissue}_joint_score": score for tissue, score in zip(tissues, scores, strict=True)}
            for title, (kind, mean, scores) in lines.items()
        ]
    )
    head = "A has the highest mean joint score over 5 tissues, 0.800, and the highest in 3 of them"
    tail = "not above the controls in the mean: C."
    test = RankTest(6.4, 0.04, pd.Series({"A": 1.2, "B": 1.8, "C": 3.0}), 1.5, 5)
    assert across_verdict(frame, tissues, test) == (
        f"{head}; told apart from 1 of 2 others by their ranks; {tail}"
    )
    assert across_verdict(frame, tissues, None) == f"{head}; no test over tissues; {tail}"
    assert across_verdict(frame.iloc[3:], tissues, None) == "No method has a joint score in every tissue."


def test_friedman_with_ties_agrees_with_scipy_on_the_scores() -> None:
    rng = np.random.default_rng(2)
    scores = pd.DataFrame(rng.integers(0, 4, size=(7, 4)), columns=list("WXYZ"))
    found = rank_test(scores.rank(axis=1, ascending=False))
    expected = stats.friedmanchisquare(*scores.to_numpy().T)
    assert (found.statistic, found.p_value) == pytest.approx((expected.statistic, expected.pvalue), abs=1e-12)
    assert found.mean_ranks.is_monotonic_increasing


@pytest.mark.parametrize(
    ("k", "q"),
    [(3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (7, 2.949), (8, 3.031), (9, 3.102), (10, 3.164)],
)
def test_critical_values_are_those_of_the_published_table(k: int, q: float) -> None:
    # Demsar 2006, JMLR 7:1, table 5a, alpha 0.05; his k = 4 with 14 data sets has the difference 1.25.
    n = 14
    ranks = pd.DataFrame([np.roll(np.arange(1.0, k + 1), i) for i in range(n)])
    found = rank_test(ranks).critical_difference
    assert found / (k * (k + 1) / (6 * n)) ** 0.5 == pytest.approx(q, abs=1e-3)
    if k == 4:
        assert round(found, 2) == 1.25
