"""All pairs of methods: numbers against scipy and statsmodels, letters by hand, and what is said."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from geneboard.benchmark.report.intervals import Interval, seeds_interval
from geneboard.benchmark.report.statistics.comparison import (
    PAIR_COLUMNS,
    Comparison,
    compare_methods,
)
from geneboard.benchmark.report.statistics.paired import LeadScore

SIX = [0.00, 0.02, 0.01, 0.03, 0.01, 0.02]
"""How the datasets differ; means over datasets of methods that add a constant to it differ by that."""


def score(name: str, datasets: list[float], seeds: list[float] | None = None, **changes: Any) -> LeadScore:
    """A score that is a mean over groups of datasets; seeds with None failed."""
    values = np.array(datasets)
    without = {f"d{i}": float(np.delete(values, i).mean()) for i in range(len(values))}
    of_seeds = dict(enumerate(seeds if seeds is not None else [float(values.mean())]))
    per_seed = {seed: value for seed, value in of_seeds.items() if value is not None}
    row = LeadScore(
        name=name,
        title=name.upper(),
        value=float(values.mean()),
        per_seed=per_seed,
        seeds_interval=seeds_interval(list(per_seed.values())),
        failed_seeds=tuple(seed for seed, value in of_seeds.items() if value is None),
        without=without,
    )
    return replace(row, **changes)


def noisy(name: str, level: float, seed: int, n: int = 6, scale: float = 0.01, **changes: Any) -> LeadScore:
    values = level + scale * np.random.default_rng(seed).standard_normal(n)
    return score(name, values.tolist(), **changes)


def compare(*rows: LeadScore) -> Comparison:
    return compare_methods(rows, "joint score")


def three() -> list[LeadScore]:
    """Best and middle overlap; the worst is far below."""
    return [noisy("best", 0.80, 1, scale=0.05), noisy("middle", 0.78, 2, scale=0.05), noisy("worst", 0.1, 3)]


def pair(found: Comparison, one: str, two: str) -> pd.Series:
    return found.pairs.set_index(["method_1", "method_2"]).loc[(one, two)]


def test_letters_and_pairs_of_three_methods() -> None:
    found = compare(*three())
    assert found.letters == {"best": "a", "middle": "a", "worst": "b"}
    assert tuple(found.pairs.columns) == PAIR_COLUMNS
    order = list(zip(found.pairs["method_1"], found.pairs["method_2"], strict=True))
    assert order == [("best", "middle"), ("best", "worst"), ("middle", "worst")]
    assert found.pairs["told_apart"].to_list() == [False, True, True]
    assert (found.pairs["difference"] > 0).all()


def test_numbers_are_those_of_scipy_and_statsmodels() -> None:
    rng = np.random.default_rng(4)
    values = {name: rng.random(8).tolist() for name in "pqrs"}
    found = compare(*(score(name, of) for name, of in values.items()))
    pairs = found.pairs
    both = [(values[one], values[two]) for one, two in zip(pairs["method_1"], pairs["method_2"], strict=True)]
    t = [stats.ttest_rel(one, two) for one, two in both]
    signed = [stats.wilcoxon(one, two).pvalue for one, two in both]
    columns = {
        "difference": [np.mean(one) - np.mean(two) for one, two in both],
        "difference_low": [result.confidence_interval(0.95).low for result in t],
        "difference_high": [result.confidence_interval(0.95).high for result in t],
        "p_jackknife": [result.pvalue for result in t],
        "p_jackknife_holm": multipletests([result.pvalue for result in t], method="holm")[1],
        "p_datasets": signed,
        "p_datasets_holm": multipletests(signed, method="holm")[1],
    }
    for column, expected in columns.items():
        np.testing.assert_allclose(pairs[column].to_numpy(), expected, atol=1e-12, err_msg=column)
    assert pairs["n_datasets"].to_list() == [8] * 6
    assert pairs["p_seeds"].isna().all()


def test_seeds_in_common_are_paired() -> None:
    one = [0.71, 0.72, None, 0.75, 0.74, 0.79, 0.70, 0.78]
    two = [0.61, 0.66, 0.9, None, 0.62, 0.70, 0.68, 0.60]
    found = compare(score("one", SIX, one), score("two", SIX, two), score("few", SIX, [0.5, 0.6]))
    row = pair(found, "one", "two")
    common = [i for i in range(8) if one[i] is not None and two[i] is not None]
    assert row["n_seeds"] == len(common) == 6
    assert row["p_seeds"] == stats.wilcoxon([one[i] for i in common], [two[i] for i in common]).pvalue
    assert row["p_seeds_holm"] == row["p_seeds"]  # the only pair in this family
    rest = found.pairs.loc[found.pairs["n_seeds"] < 6]
    assert len(rest) == 2
    assert rest["p_seeds"].isna().all()
    assert (
        "Wilcoxon's signed-rank test over 6 seeds compares 1 pair of methods; after Holm's correction 1 "
        "differs at 0.05: ONE and TWO." in found.sentences
    )
    assert "2 pairs of methods have fewer than six seeds in common and no test over seeds." in found.sentences
    assert "Seeds without scores are missing from the pairs: ONE (2); TWO (3)." in found.sentences


def test_too_few_seeds_and_datasets_give_the_sentence_and_no_number() -> None:
    rows = [score(name, SIX[:5], [0.1, 0.2, 0.3]) for name in "pq"]
    found = compare(*rows)
    assert "Too few seeds (3, six are needed): no test over seeds." in found.sentences
    assert "Too few groups of datasets (5, six are needed): no signed-rank test over them." in found.sentences
    assert found.pairs[["p_seeds", "p_seeds_holm", "p_datasets", "p_datasets_holm"]].isna().all(axis=None)


def test_it_is_said_where_nothing_can_become_significant() -> None:
    # 2 / 2^6 = 0.031 passes for one pair, not for three; with nine datasets 2 / 2^9 = 0.0039 does.
    (sentence,) = (text for text in compare(*three()).sentences if "Wilcoxon" in text)
    assert sentence.endswith(
        "over 6 groups of datasets compares 3 pairs of methods, and none can differ: with 6 groups of "
        "datasets p is never below 0.031, and Holm's correction for 3 pairs asks for 0.017."
    )
    nine = [
        noisy(name, level, i, n=9) for i, (name, level) in enumerate([("p", 0.9), ("q", 0.5), ("r", 0.1)])
    ]
    (sentence,) = (text for text in compare(*nine).sentences if "Wilcoxon" in text)
    assert sentence.endswith("3 differ at 0.05: P and Q; P and R; Q and R.")
    alike = [noisy(name, 0.5, i, n=9) for i, name in enumerate("pq")]
    (sentence,) = (text for text in compare(*alike).sentences if "Wilcoxon" in text)
    assert sentence.endswith("compares 1 pair of methods; after Holm's correction none differs at 0.05.")


def test_overlap_over_seeds_holds_a_difference_back() -> None:
    best, _, worst = three()
    apart = [
        replace(best, seeds_interval=Interval(0.7, 0.9)),
        replace(worst, seeds_interval=Interval(0.05, 0.2)),
    ]
    overlapping = [apart[0], replace(worst, seeds_interval=Interval(0.05, 0.7))]
    assert compare(*apart).letters == {"best": "a", "worst": "b"}
    found = compare(*overlapping)
    assert found.letters == {"best": "a", "worst": "a"}
    assert found.pairs["seeds_overlap"].to_list() == [True]
    (sentence,) = (text for text in found.sentences if "by the jackknife" in text)
    assert "none is told apart" in sentence
    assert "1 more would be, but their intervals over seeds overlap" in sentence


def test_single_seed_has_no_interval_unless_the_method_is_deterministic() -> None:
    best, _, worst = three()
    wide = replace(worst, seeds_interval=Interval(0.0, 1.0))
    found = compare(best, wide)
    assert found.pairs["seeds_overlap"].isna().all()
    assert found.letters["worst"] == "b"
    assert any(text.endswith("counts nothing here: BEST.") for text in found.sentences)
    found = compare(replace(best, deterministic=True), wide)  # its point lies in the interval of the other
    assert found.pairs["seeds_overlap"].to_list() == [True]
    assert found.letters["worst"] == "a"
    assert not any("single seed" in text for text in found.sentences)


def test_method_without_replicates_has_no_letter_and_a_reason_and_the_others_keep_theirs() -> None:
    lost = replace(noisy("lost", 0.5, 9), without={}, no_groups="GC undefined without d1 (no common genes)")
    found = compare(*three(), lost)
    alone = compare(*three())
    assert found.letters == alone.letters
    kept = found.pairs.loc[~found.pairs[["method_1", "method_2"]].isin(["lost"]).any(axis=1)]
    pd.testing.assert_frame_equal(kept.reset_index(drop=True), alone.pairs)
    row = pair(found, "best", "lost")
    assert row[["told_apart", "p_jackknife", "difference_low", "p_datasets"]].isna().all()
    assert (row["n_datasets"], row["no_test"]) == (0, f"LOST: {lost.no_groups}")
    assert row["difference"] == pytest.approx(three()[0].value - lost.value)
    assert (
        "Without a tie letter and an interval of the rank: LOST (GC undefined without d1 (no common genes))."
        in found.sentences
    )


def test_nobody_with_replicates() -> None:
    rows = [replace(row, without={}, no_groups="a single dataset") for row in three()]
    found = compare(*rows)
    assert (found.letters, found.ranks) == ({}, {})
    assert found.sentences[0] == "No intervals of ranks and no tie letters: a single dataset."
    found = compare(*rows[:2], replace(rows[2], no_groups="no scores"))
    assert found.sentences[0].endswith("as no two methods could be compared.")
    assert "Without a tie letter and an interval of the rank: WORST (no scores)." in found.sentences


def test_intervals_of_ranks_by_hand() -> None:
    # best and middle are told apart from worst and from nobody else; lost is compared with nobody.
    lost = replace(noisy("lost", 0.5, 9), without={}, no_groups="no scores")
    assert compare(*three()).ranks == {"best": (1, 2), "middle": (1, 2), "worst": (3, 3)}
    assert compare(*three(), lost).ranks == {"best": (1, 3), "middle": (1, 3), "worst": (3, 4)}


def test_difference_without_error_is_not_told_apart() -> None:
    rows = [score("top", [1.0] * 4), score("bottom", [0.0] * 4), noisy("plug", 0.5, 1, n=4)]
    found = compare(*rows)
    row = pair(found, "top", "bottom")
    assert row["no_test"] == "the difference is the same without each group"
    assert not row["told_apart"]
    assert pd.isna(row["p_jackknife"])
    assert set(found.letters["top"]) & set(found.letters["bottom"])
    assert pair(found, "top", "plug")["p_jackknife_holm"] == pytest.approx(
        max(2 * found.pairs["p_jackknife"].min(), pair(found, "top", "plug")["p_jackknife"])
    )
    assert any(
        text.startswith("Without a test, and so with a letter in common: TOP and BOTTOM,")
        for text in found.sentences
    )


def test_one_method_or_none() -> None:
    for rows in ([], three()[:1]):
        found = compare(*rows)
        assert len(found.pairs) == 0
        assert tuple(found.pairs.columns) == PAIR_COLUMNS
        assert found.sentences == (
            "Fewer than two methods have a rank by the joint score: there is nothing to compare.",
        )


def test_difference_that_holm_takes_away_is_not_told_apart() -> None:
    pairs = compare(*(noisy(name, 0.5 + 0.012 * i, i) for i, name in enumerate("pqrstu"))).pairs
    lost = (pairs["p_jackknife"] <= 0.05) & (pairs["p_jackknife_holm"] > 0.05)
    assert lost.any()
    assert not pairs.loc[lost, "told_apart"].any()
    assert pairs["told_apart"].to_list() == (pairs["p_jackknife_holm"] <= 0.05).to_list()


def test_another_method_changes_holm_and_nothing_else() -> None:
    before, after = compare(*three()), compare(*three(), noisy("plug", 0.5, 7))
    shared = [pair(after, *names) for names in combinations(("best", "middle", "worst"), 2)]
    raw = [name for name in PAIR_COLUMNS[2:] if not name.endswith("_holm") and name != "told_apart"]
    for column in raw:
        assert [row[column] for row in shared] == before.pairs[column].to_list() or before.pairs[
            column
        ].isna().all()
    corrected = [row["p_jackknife_holm"] for row in shared]
    assert corrected[1] > before.pairs["p_jackknife_holm"][1]


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(6)), st.permutations("uvwxyz"))
def test_order_and_names_make_no_difference(order: list[int], names: list[str]) -> None:
    rows = [noisy(name, 0.3 + 0.1 * (i // 2), i, scale=0.03) for i, name in enumerate("abcdef")]
    renamed = [replace(row, name=new) for row, new in zip(rows, names, strict=True)]
    found, other = compare(*rows), compare(*(renamed[i] for i in order))
    assert [other.letters[new] for new in names] == [found.letters[row.name] for row in rows]
    numbers = list(PAIR_COLUMNS[2:])
    pd.testing.assert_frame_equal(found.pairs[numbers], other.pairs[numbers], check_exact=True)
