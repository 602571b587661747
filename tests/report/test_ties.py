"""Tie groups and pairs from records to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from renderings import board_of, column, section_of
from report_cells import cell, entry, scores

from geneboard.benchmark.commands.build_report import build_tables
from geneboard.benchmark.records.record import Record

DATASETS = tuple(f"scrna_lung__{letter}" for letter in "abcdef")
HASHES = dict.fromkeys(DATASETS, "1")


def method(name: str, value: float, seed: int = 0, spread: float = 0.02, **changes: Any) -> Record:
    """A cell whose six metrics all are the same mean over six datasets."""
    noise = spread * np.random.default_rng(sum(map(ord, name))).standard_normal(6)
    of_datasets = value + noise - noise.mean()
    without = {d: scores(float(np.delete(of_datasets, i).mean())) for i, d in enumerate(DATASETS)}
    extra = {"leave_one_out": without} if not seed else {}
    return cell(name, seed, value, data_hashes=HASHES, **extra, **changes)


def four() -> list[Record]:
    """Two that set the scale, two plugins close to each other between them."""
    return [
        method("high", 0.9),
        method("low", 0.1),
        method("one", 0.52, kind="plugin"),
        method("two", 0.5, kind="plugin"),
    ]


def ties(records: list[Record]) -> dict[str, str]:
    return board_of(records).frame.set_index("method")["tie_group"].to_dict()


def test_ties_by_hand() -> None:
    # high and low are 1 and 0 in every replicate: without an error, so they share a letter with each other.
    found = board_of(four())
    assert ties(four()) == {"high": "a", "one": "b", "two": "b", "low": "a"}
    assert found.comparison.letters == ties(four())


def test_replicates_of_the_average_score_are_scaled_anew() -> None:
    # Three datasets, leave-one-out by hand: low 0.2 throughout, high 0.6 0.7 0.8, plug 0.4 0.45 0.5; scaled
    # plug is 0.5 in each replicate, so that its difference from high is 0.5 in each.
    hashes = dict.fromkeys(DATASETS[:3], "1")

    def cell_of(name: str, replicates: list[float], **changes: Any) -> Record:
        loo = {d: scores(v) for d, v in zip(DATASETS[:3], replicates, strict=True)}
        return cell(name, 0, replicates[1], leave_one_out=loo, data_hashes=hashes, **changes)

    rows = [cell_of("low", [0.2] * 3), cell_of("high", [0.6, 0.7, 0.8])]
    pairs = board_of([*rows, cell_of("plug", [0.4, 0.45, 0.5], kind="plugin")]).comparison.pairs
    assert set(pairs["no_test"]) == {"the difference is the same without each dataset"}
    # With plug 0.5 0.45 0.4 it is 0.75, 0.5, 1/3: errors appear, p from the t distribution by hand.
    pairs = board_of([*rows, cell_of("plug", [0.5, 0.45, 0.4], kind="plugin")]).comparison.pairs
    x = np.array([0.75, 0.5, 1 / 3])
    t = 0.5 / (2 / 3 * ((x - x.mean()) ** 2).sum()) ** 0.5
    expected = 1 - t / (2 + t * t) ** 0.5  # two degrees of freedom
    assert pairs.set_index("method_2").loc["plug", "p_jackknife"] == pytest.approx(expected, abs=1e-12)


def test_controls_and_failed_rows_have_no_letters_and_change_none() -> None:
    extra = [
        cell("noise", 0, 0.5, kind="control", data_hashes=HASHES),
        cell("dead", 0, data_hashes=HASHES),
        cell("gone", 0, status="skipped", reason="no landmarks", data_hashes=HASHES),
    ]
    assert ties(four() + extra) == ties(four()) | {"noise": "", "dead": "", "gone": ""}
    before, after = board_of(four()).comparison, board_of(four() + extra).comparison
    pd.testing.assert_frame_equal(before.pairs, after.pairs, check_exact=True)
    assert before.sentences == after.sentences


def test_metric_undefined_throughout_counts_zero_and_is_compared() -> None:
    records = [*four(), method("part", 0.52, kind="plugin")]
    for values in (records[-1]["scores"], *records[-1]["leave_one_out"].values()):
        values["iLISI"] = entry(None)
    found = board_of(records)
    pairs = found.comparison.pairs.set_index(["method_1", "method_2"])
    # part is 5/6 of one: (0.52 - 0.1) / 0.8 * 5 / 6.
    assert pairs.loc[("one", "part"), "difference"] == pytest.approx(0.42 / 0.8 / 6)
    assert found.comparison.letters["part"]


def test_seeds_with_a_failed_cell_are_missing_from_the_pairs() -> None:
    records = [
        *(method("high", 0.9 + 0.001 * seed, seed) for seed in range(7)),
        *(method("low", 0.1 + 0.001 * seed, seed) for seed in range(6)),
        cell("low", 6, data_hashes=HASHES),
    ]
    found = board_of(records).comparison
    assert found.pairs["n_seeds"].to_list() == [6]
    assert found.pairs["p_seeds"].to_list() == [2 / 2**6]
    assert "Seeds without scores are missing from the pairs: LOW (6)." in found.sentences


def test_files_and_tables_show_the_ties(tmp_path: Path) -> None:
    build_tables(tmp_path, four())
    folder = tmp_path / "files-data/quick/lung"
    found = board_of(four())
    pd.testing.assert_frame_equal(
        pd.read_csv(
            folder / "pairs.csv", dtype=found.comparison.pairs.dtypes.to_dict(), float_precision="round_trip"
        ).fillna({"no_test": ""}),
        found.comparison.pairs,
        check_exact=True,
    )
    assert pd.read_csv(folder / "leaderboard.csv")["tie_group"].to_list() == ["a", "b", "b", "a"]
    assert column(section_of(found), "ties")["ONE"].text == "b"
    markdown = (folder / "leaderboard.md").read_text()
    assert all(sentence in markdown for sentence in found.comparison.sentences)
