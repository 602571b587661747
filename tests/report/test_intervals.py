"""Uncertainty over seeds and over datasets, against scipy and closed forms."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from report_cells import METRICS, cell, entry, scores
from scipy import stats

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.intervals import datasets_interval, seeds_interval, welch_interval
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.tasks.embedding.board.board import leaderboard, leaderboards, score_and_compare
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates, group_sentences
from geneboard.benchmark.tasks.embedding.board.words import board_notes

pytestmark = pytest.mark.usefixtures("small_scale")

DATASETS = ("scrna_lung__a", "scrna_lung__b", "scrna_lung__c")


def test_range_below_six_seeds() -> None:
    assert seeds_interval([0.3, 0.1, 0.2]) == (0.1, 0.3)
    assert seeds_interval([0.3]) is None
    assert seeds_interval([]) is None


@pytest.mark.parametrize("n", [6, 10])
def test_bootstrap_from_six_seeds_agrees_with_scipy(n: int) -> None:
    values = np.random.default_rng(3).gamma(2, 0.1, n)
    expected = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=200_000,
        method="percentile",
        rng=np.random.default_rng(0),
        batch=20_000,
    ).confidence_interval
    found = seeds_interval(values.tolist())
    assert found is not None
    # Monte Carlo noise of a 2.5 % quantile of 10,000 draws is about 0.03 standard errors of the mean.
    noise = 0.15 * values.std() / np.sqrt(n)
    assert found.low == pytest.approx(expected.low, abs=noise)
    assert found.high == pytest.approx(expected.high, abs=noise)
    assert found.low > values.min()  # a range would not be
    assert found.high < values.max()


def test_bootstrap_is_repeatable_and_exact_without_noise() -> None:
    assert seeds_interval([0.1, 0.2, 0.3, 0.4, 0.5, 0.9]) == seeds_interval([0.1, 0.2, 0.3, 0.4, 0.5, 0.9])
    assert seeds_interval([0.25] * 8) == (0.25, 0.25)


def test_jackknife_of_a_mean_is_the_t_interval() -> None:
    # Leaving one of D values out of a mean: the jackknife error is s / sqrt(D), the textbook interval.
    values = np.array([0.61, 0.72, 0.55, 0.8, 0.67])
    replicates = [np.delete(values, i).mean() for i in range(len(values))]
    low, high = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=stats.sem(values))
    assert datasets_interval(values.mean(), replicates) == pytest.approx((low, high), abs=1e-12)


def with_replicates(method: str, value: float, replicates: list[float], **changes: Any) -> Record:
    """A cell whose six metrics are all the same, also without each dataset."""
    leave_one_out = {name: scores(v) for name, v in zip(DATASETS, replicates, strict=True)}
    return cell(method, 0, value, leave_one_out=leave_one_out, **changes)


def two_methods() -> list[Record]:
    return [with_replicates("low", 0.2, [0.2, 0.2, 0.2]), with_replicates("high", 0.6, [0.6, 0.7, 0.8])]


def row_of(records: list[Record], method: str) -> pd.Series:
    return leaderboard(records).set_index("method").loc[method]


def test_metric_interval_lies_around_the_mean_over_seeds() -> None:
    # The replicates belong to seed 0 (0.6); seed 1 moves the mean to 0.7 and the interval with it.
    records = [*two_methods(), cell("high", 1, 0.8)]
    row = row_of(records, "high")
    expected = datasets_interval(0.7, [0.6, 0.7, 0.8])
    for metric in METRICS:
        assert (row[f"{metric}_datasets_low"], row[f"{metric}_datasets_high"]) == pytest.approx(expected)


def test_average_score_of_replicates_is_on_the_scale_of_the_leaderboard() -> None:
    # The plugin lies at (x - 0.2) / 0.4: 0.5, and without each dataset 0.25, 0.625, 0.75.
    plugin = with_replicates("plug", 0.4, [0.3, 0.45, 0.5], kind="plugin")
    row = row_of([*two_methods(), plugin], "plug")
    expected = datasets_interval(0.5, [0.25, 0.625, 0.75])
    found = row[["average_score_datasets_low", "average_score_datasets_high"]]
    assert found.to_list() == pytest.approx(list(expected))
    assert row["no_datasets_interval"] == ""


def test_joint_score_has_the_interval_of_its_own_replicates() -> None:
    records = two_methods()
    for value, scores_without in zip((0.5, 0.1, 0.3), records[1]["leave_one_out"].values(), strict=True):
        scores_without["joint_score"] = entry(value)
    row = row_of(records, "high")
    found = row[["joint_score_datasets_low", "joint_score_datasets_high"]]
    assert found.to_list() == pytest.approx(list(datasets_interval(0.6, [0.5, 0.1, 0.3])))


def test_undefined_replicate_gives_no_interval_and_a_reason() -> None:
    plugin = with_replicates("plug", 0.4, [0.3, 0.45, 0.5], kind="plugin")
    plugin["leave_one_out"][DATASETS[1]] |= {"iLISI": entry(None, "x"), "joint_score": entry(None, "y")}
    row = row_of([*two_methods(), plugin], "plug")
    columns = [f"{name}_datasets_low" for name in ("iLISI", "joint_score", "average_score")]
    assert row[columns].isna().all()
    assert not pd.isna(row["ASW_datasets_low"])
    assert row["no_datasets_interval"] == (
        "iLISI undefined without scrna_lung__b (x); joint_score undefined without scrna_lung__b (y); "
        "average_score: other metrics are undefined without scrna_lung__b than with all datasets"
    )
    assert row["tie_group"] == ""


def test_metric_undefined_throughout_counts_zero_in_every_replicate() -> None:
    records = two_methods()
    for values in (records[1]["scores"], *records[1]["leave_one_out"].values()):
        values["GC"] = entry(None)
    row = row_of(records, "high")
    ends = row[["average_score_datasets_low", "average_score_datasets_high"]]
    expected = datasets_interval(5 / 6, [5 / 6, 5 / 6 * 1.25, 5 / 6 * 1.5])
    assert ends.to_list() == pytest.approx(list(expected))
    assert pd.isna(row["GC_datasets_low"])


def test_metric_defined_only_without_a_dataset_blocks_the_average() -> None:
    records = [*two_methods(), with_replicates("plug", 0.4, [0.3, 0.45, 0.5], kind="plugin")]
    records[2]["scores"]["GC"] = entry(None)
    row = row_of(records, "plug")
    assert pd.isna(row["average_score_datasets_low"])
    assert "average_score: other metrics are undefined" in row["no_datasets_interval"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({}, "no scores without each group of datasets"),
        ({"leave_one_out": {DATASETS[0]: scores(0.1)}}, "no scores without scrna_lung__b"),
        (
            {"groups": {"x": DATASETS[:2], "y": DATASETS[2:]}, "without_group": {"x": scores(0.1)}},
            "its scores leave out other groups of datasets than most; running it again scores it again",
        ),
        ({"kind": "control"}, ""),  # which has none, and no complaint
    ],
)
def test_missing_replicates_are_told(change: dict[str, Any], reason: str) -> None:
    row = row_of([*two_methods(), cell("plug", 0, 0.4, **{"kind": "plugin"} | change)], "plug")
    assert row["no_datasets_interval"] == reason
    assert pd.isna(row["ASW_datasets_low"])


@pytest.mark.parametrize(
    ("datasets", "reason"),
    [
        (DATASETS, ""),
        (DATASETS[:2], "only 2 datasets, and three are needed"),
        (DATASETS[:1], "a single dataset"),
    ],
)
def test_true_modules_and_held_out_cells_are_no_dataset_and_one_dataset_has_no_jackknife(
    datasets: tuple[str, ...], reason: str
) -> None:
    records = [
        {**record, "data_hashes": dict.fromkeys((*datasets, "truth", "heldout"), "1")}
        for record in two_methods()
    ]
    assert row_of(records, "high")["no_datasets_interval"] == reason


UNITS = {"donor": ["scrna_lung__a", "scrna_lung__c"], "other": ["scrna_lung__b"], "third": ["scrna_lung__d"]}


def grouped(method: str, value: float, replicates: list[float | None], **changes: Any) -> Record:
    """A cell that leaves out units, of four datasets in all."""
    groups = changes.get("groups", UNITS)
    without = {name: scores(v) for name, v in zip(groups, replicates, strict=False)}
    names = sorted(name for own in groups.values() for name in own)
    changes = {"groups": groups, "data_hashes": dict.fromkeys(names, "1"), **changes}
    return cell(method, 0, value, **({"without_group": without} if without else {}), **changes)


def test_groups_take_the_place_of_datasets() -> None:
    records = [grouped("low", 0.2, [0.2, 0.2, 0.2]), grouped("high", 0.6, [0.6, 0.7, 0.8])]
    row = row_of([*records, cell("high", 1, 0.8, data_hashes=records[0]["data_hashes"])], "high")
    assert (row["ASW_datasets_low"], row["ASW_datasets_high"]) == pytest.approx(
        datasets_interval(0.7, [0.6, 0.7, 0.8])
    )
    pairs = score_and_compare(records).comparison.pairs
    assert pairs["n_datasets"].to_list() == [3]


def test_replicates_of_methods_are_handed_out_by_group() -> None:
    # Four controls of later code, without groups, say nothing about which groups are usual.
    controls = [cell(f"control {n}", 0, 0.5, kind="control", data_hashes={"x": "1"}) for n in range(4)]
    records = [
        *controls,
        grouped("low", 0.2, [0.1, None, 0.3]),
        grouped("high", 0.5, [0.4, 0.5, 0.6]),
        grouped("random", 0.5, [0.4, 0.5, 0.6], kind="control"),
        grouped("mine", 0.6, [0.6] * 4, groups={name: [f"scrna_lung__{name}"] for name in "abcd"}),
        cell("old", 0, 0.4, data_hashes=dict.fromkeys((f"scrna_lung__{name}" for name in "abcd"), "1")),
    ]
    found = Replicates.of(make_rows(records))
    assert found.groups == UNITS
    assert found.values(["ASW", "NO"]) == {
        "low": {
            name: {"ASW": value, "NO": value} for name, value in zip(UNITS, (0.1, None, 0.3), strict=True)
        },
        "high": {
            name: {"ASW": value, "NO": value} for name, value in zip(UNITS, (0.4, 0.5, 0.6), strict=True)
        },
    }
    assert set(found.problems) == {"mine", "old"}


TWO = {"mop": ["scrna_lung__a", "scrna_lung__c", "scrna_lung__d"], "hippocampus": ["scrna_lung__b"]}


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        (TWO, "only 2 independent units among 4 datasets, and three are needed"),
        ({"a": ["scrna_lung__a"], "b": ["scrna_lung__b"]}, "only 2 datasets, and three are needed"),
        ({"mix": ["scrna_lung__a"]}, "a single dataset"),
    ],
)
def test_fewer_than_three_groups_say_nothing_about_the_spread(
    groups: dict[str, list[str]], reason: str
) -> None:
    records = [grouped(name, value, [], groups=groups) for name, value in (("low", 0.2), ("high", 0.6))]
    scored = score_and_compare(records)
    frame, comparison = scored.frame, scored.comparison
    assert not comparison.letters
    assert frame.filter(regex="_datasets_(low|high)$").isna().all(axis=None)
    assert set(frame["no_datasets_interval"]) == {reason}
    assert (
        group_sentences(make_rows(records))[-1]
        == f"{reason.capitalize()}: nothing is said about the spread over datasets."
    )


def test_it_is_said_what_is_left_out_together_and_why() -> None:
    note = "Units of the datasets: the column unit of MANIFEST.csv."
    records = [grouped(name, 0.2, [0.1, 0.2, 0.3], groups_note=note) for name in ("p", "q")]
    assert group_sentences(make_rows(records)) == [
        "Datasets of one unit are left out together: donor (scrna_lung__a, scrna_lung__c).",
        note,
    ]
    assert group_sentences(make_rows(two_methods())) == []
    (board,) = leaderboards(records)
    notes = [note.text for note in board_notes(board)]
    assert note in notes


def test_welch_interval_is_that_of_scipy() -> None:
    one, other = [0.1, 0.4, 0.2], [0.0, 0.05, -0.3, 0.2]
    expected = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert welch_interval(one, other) == pytest.approx(expected)
    assert welch_interval(one, [0.1]) is None
    assert welch_interval([0.2, 0.2], [0.1, 0.1]) == pytest.approx((0.1, 0.1))
