"""Tie groups and pairs from records to files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from renderings import board_of, column, section_of
from report_cells import cell, scores

from geneboard.benchmark.commands.build_report import build_tables
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render import markdown, terminal

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
    """Two that are close to each other between two that are far from them."""
    return [
        method("high", 0.9),
        method("low", 0.1),
        method("one", 0.52, kind="plugin"),
        method("two", 0.5, kind="plugin"),
    ]


def ties(records: list[Record]) -> dict[str, str]:
    return board_of(records).frame.set_index("method")["tie_group"].to_dict()


def test_ties_and_ranks_by_hand() -> None:
    found = board_of(four())
    assert ties(four()) == {"high": "a", "one": "b", "two": "b", "low": "c"}
    assert found.comparison.letters == ties(four())
    ranks = found.frame.set_index("method")[["rank", "rank_low", "rank_high"]]
    assert ranks.T.to_dict("list") == {
        "high": [1, 1, 1],
        "one": [2, 2, 3],
        "two": [3, 2, 3],
        "low": [4, 4, 4],
    }


def test_p_values_are_those_of_the_joint_scores() -> None:
    # Differences without each of three datasets 0.75, 0.5, 1/3; p from the t distribution by hand.
    hashes = dict.fromkeys(DATASETS[:3], "1")

    def cell_of(name: str, value: float, replicates: list[float], **changes: Any) -> Record:
        loo = {d: scores(v) for d, v in zip(DATASETS[:3], replicates, strict=True)}
        return cell(name, 0, value, leave_one_out=loo, data_hashes=hashes, **changes)

    x = [0.75, 0.5, 1 / 3]
    rows = [cell_of("one", 0.5, x), cell_of("two", 0, [0.0] * 3)]
    t = 0.5 / (2 / 3 * ((np.array(x) - np.mean(x)) ** 2).sum()) ** 0.5
    expected = 1 - t / (2 + t * t) ** 0.5  # two degrees of freedom
    (p_value,) = board_of(rows).comparison.pairs["p_jackknife"]
    assert p_value == pytest.approx(expected, abs=1e-12)


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
    assert pd.read_csv(folder / "leaderboard.csv")["tie_group"].to_list() == ["a", "b", "b", "c"]
    assert column(section_of(found), "ties")["ONE"].text == "b"
    markdown = (folder / "leaderboard.md").read_text()
    assert all(sentence in markdown for sentence in found.comparison.sentences)


def on_units(n: int, **values: float) -> str:
    """What the terminal says of methods whose six metrics are some value plus 0.1 in one of n datasets."""
    datasets, records = DATASETS[:n], []
    for place, (name, value) in enumerate(values.items()):
        noise = np.where(np.arange(n) == place, 0.1, 0.0)
        without = {d: scores(float(value + np.delete(noise, i).mean())) for i, d in enumerate(datasets)}
        hashes = dict.fromkeys(datasets, "1")
        records.append(cell(name, 0, value, data_hashes=hashes, leave_one_out=without, kind="plugin"))
    section = section_of(board_of(records))
    assert "few pairs" not in markdown.render(section)
    return terminal.render(section)


def test_the_terminal_says_that_few_units_tell_few_apart() -> None:
    told = "Only 4 independent units, so few pairs can be told apart."
    assert told in on_units(4, one=0.51, two=0.5)
    assert "few pairs" not in on_units(4, high=0.9, low=0.1)
    assert "few pairs" in on_units(5, one=0.51, two=0.5)
    assert "few pairs" not in on_units(6, one=0.51, two=0.5)
