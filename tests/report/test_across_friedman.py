"""Friedman's test and Nemenyi's critical difference from records, and what must change nothing."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from report_cells import cell
from scikit_posthocs import posthoc_nemenyi_friedman
from scipy import stats

from benchmark.record import Record
from benchmark.report import Across, across_tissues, leaderboards


def across(records: list[Record]) -> Across:
    (found,) = across_tissues(leaderboards(records))
    return found


def five_tissues(**changes: Any) -> list[Record]:
    """Ranks in five tissues: a 1 1 2 1 1, b 2 3 1 2 2, c 3 2 3 3 3; rank sums 6, 10, 14."""
    scores = {"a": (9, 9, 5, 9, 9), "b": (5, 1, 9, 5, 5), "c": (1, 5, 1, 1, 1)}
    return [
        cell(name, 0, value / 10, tissue=tissue, **changes)
        for name, values in scores.items()
        for tissue, value in zip(("heart", "kidney", "liver", "lung", "pbmc"), values, strict=True)
    ]


def test_friedman_and_nemenyi_by_hand() -> None:
    # 12 / (5 * 3 * 4) * (36 + 100 + 196) - 3 * 5 * 4 = 6.4, p = exp(-3.2); CD 2.343 sqrt(12 / 30) = 1.48.
    found = across(five_tissues())
    assert found.friedman is not None
    assert found.nemenyi is not None
    assert (found.friedman.statistic, found.friedman.p_value) == pytest.approx((6.4, np.exp(-3.2)), abs=1e-12)
    assert found.nemenyi.mean_ranks.to_dict() == pytest.approx({"A": 1.2, "B": 2.0, "C": 2.8})
    assert found.frame.set_index("title")["mean_rank"].to_dict() == found.nemenyi.mean_ranks.to_dict()
    assert (
        "Friedman's test of 3 methods over 5 tissues: chi-squared 6.40, p = 0.041: their mean ranks differ "
        "at 0.05. Tissues are the replicates; seeds enter through their mean alone." in found.sentences
    )
    assert (
        "Nemenyi's critical difference is 1.48: methods whose mean ranks lie further apart differ at 0.05; "
        "of 3 pairs these do: A and C." in found.sentences
    )


def test_friedman_and_nemenyi_are_those_of_scipy_and_scikit_posthocs_on_the_scores() -> None:
    rng = np.random.default_rng(6)
    tissues = [f"t{i}" for i in range(7)]
    records = [cell(m, 0, rng.random(), tissue=t, kind="published") for m in "abcd" for t in tissues]
    found = across(records)
    scores = found.frame.set_index("title")[tissues].T
    expected = stats.friedmanchisquare(*scores.to_numpy().T)
    assert found.friedman is not None
    assert found.nemenyi is not None
    assert found.friedman.statistic == pytest.approx(expected.statistic, abs=1e-12)
    assert found.friedman.p_value == pytest.approx(expected.pvalue, abs=1e-12)
    p_values = posthoc_nemenyi_friedman(scores)
    for one in "ABCD":
        for two in "ABCD":
            assert found.nemenyi.p_values.loc[one, two] == pytest.approx(p_values.loc[one, two], abs=1e-12)


def test_failed_cell_is_last_in_friedmans_test_too() -> None:
    # c fails in kidney, where it was second: b becomes second, c third; sums 6, 9, 15.
    records = [r for r in five_tissues() if (r["method"], r["tissue"]) != ("c", "kidney")]
    found = across([*records, cell("c", 0, tissue="kidney")])
    assert found.friedman is not None
    assert found.friedman.statistic == pytest.approx(12 / 60 * (36 + 81 + 225) - 60, abs=1e-12)
    assert "ranked last there: C in kidney." in "\n".join(found.sentences)


def test_fewer_than_five_tissues_give_the_sentence_and_no_number() -> None:
    found = across([r for r in five_tissues() if r["tissue"] != "pbmc"])
    assert found.friedman is None
    assert found.nemenyi is None
    assert (
        "Too few tissues (4, five are needed): no Friedman test and no critical difference."
        in found.sentences
    )


def test_fewer_than_three_methods_give_the_sentence_and_no_number() -> None:
    found = across([r for r in five_tissues() if (r["method"], r["tissue"]) != ("c", "kidney")])
    assert found.friedman is None
    assert "Too few methods were run in every tissue (2, three are needed)" in "\n".join(found.sentences)


def test_methods_that_tie_everywhere_give_the_sentence_and_no_number() -> None:
    found = across([record | {"scores": five_tissues()[0]["scores"]} for record in five_tissues()])
    assert found.friedman is None
    assert "All methods tie in every tissue: no Friedman test and no critical difference." in found.sentences
    assert set(found.frame["mean_rank"]) == {2.0}


@pytest.mark.parametrize("seed", range(3))
def test_order_of_records_makes_no_difference(seed: int) -> None:
    records = [
        *five_tissues(),
        cell("c", 1),
        cell("noise", 0, 0.5, kind="control"),
        cell("p", 0, 0.1, kind="plugin"),
    ]
    shuffled = list(records)
    random.Random(seed).shuffle(shuffled)
    found, expected = across(shuffled), across(records)
    pd.testing.assert_frame_equal(found.frame, expected.frame, check_exact=True)
    pd.testing.assert_frame_equal(found.gains, expected.gains, check_exact=True)
    assert found.sentences == expected.sentences
    assert found.friedman == expected.friedman


def test_renamed_methods_keep_their_numbers() -> None:
    names = {"a": "zebra", "b": "yak", "c": "ant"}
    renamed = [
        {**r, "method": names[r["method"]], "title": names[r["method"]].upper()} for r in five_tissues()
    ]
    found, other = across(five_tissues()), across(renamed)
    numbers = [column for column in found.frame.columns if column not in ("method", "title")]
    pd.testing.assert_frame_equal(found.frame[numbers], other.frame[numbers], check_exact=True)
    assert found.friedman == other.friedman
    assert [names[name] for name in found.frame["method"]] == list(other.frame["method"])
