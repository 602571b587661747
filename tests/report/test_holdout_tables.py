"""Tables of runs with held-out cells: columns, words, and that they never share a table with other runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from report_cells import entry, scores, three_methods

from benchmark.record import Record
from benchmark.report import build_tables, leaderboards, render_text
from benchmark.report.wording import HOLDOUT

DATASETS = ("scrna_lung__a", "scrna_lung__b", "scrna_lung__c")
VALUES = {"a": (0.7, 0.15), "b": (0.6, 0.25), "c": (0.5, 0.05)}


def held_out(auc: Any = None, no: Any = None) -> list[Record]:
    """The records of `three_methods` with held-out cells."""
    records = three_methods()
    for record in records:
        of_method = VALUES[record["method"]]
        record["source"] = "files:data:holdout"
        record["data_hashes"] = {**record["data_hashes"], "heldout": "4d"}
        record["key"] += "f0"
        record["scores"] |= {
            "AUC_heldout": auc or entry(of_method[0]),
            "NO_heldout": no or entry(of_method[1]),
        }
    return records


def plain() -> list[Record]:
    records = three_methods()
    for record in records:
        record["scores"] |= {
            name: entry(None, "no cells were held out") for name in ("AUC_heldout", "NO_heldout")
        }
    return records


def test_they_have_tables_of_their_own(tmp_path: Path) -> None:
    build_tables(tmp_path, [*plain(), *held_out()])
    folders = {path.parent.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("leaderboard.csv")}
    assert folders == {"files-data/quick/lung", "files-data-holdout/quick/lung"}
    frame = pd.read_csv(tmp_path / "files-data-holdout/quick/lung/leaderboard.csv").set_index("method")
    assert frame["AUC_heldout"].to_dict() == pytest.approx({"a": 0.7, "b": 0.6, "c": 0.5})
    assert frame["NO_heldout"].to_dict() == pytest.approx({"a": 0.15, "b": 0.25, "c": 0.05})
    other = pd.read_csv(tmp_path / "files-data/quick/lung/leaderboard.csv").set_index("method")
    assert other[["AUC_heldout", "NO_heldout"]].isna().all(axis=None)
    for column in ("average_score", "average_rank"):
        assert frame[column].to_dict() == other[column].to_dict()


def test_markdown_says_what_held_out_means(tmp_path: Path) -> None:
    build_tables(tmp_path, [*plain(), *held_out()])
    text = (tmp_path / "files-data-holdout/quick/lung/leaderboard.md").read_text()
    assert f"- Held-out cells: {HOLDOUT}" in text
    assert "undefined" not in text.partition("## Notes")[0]
    assert "| AUC_heldout | NO_heldout |" in text
    assert "| 0.700 | 0.150 |" in text
    other = (tmp_path / "files-data/quick/lung/leaderboard.md").read_text()
    assert "heldout" not in other
    assert "Held-out" not in other


def test_terminal_shows_both_beside_each_other() -> None:
    ((group, frame),) = leaderboards(held_out())
    lines = render_text(group, frame).splitlines()
    header = lines.index("method      AUC  AUC_heldout     NO  NO_heldout")
    assert lines[header + 1 : header + 4] == [
        "A         0.800        0.700  0.200       0.150",
        "B         0.700        0.600  0.300       0.250",
        "C         0.600        0.500  0.100       0.050",
    ]
    assert max(map(len, lines)) <= 120
    assert HOLDOUT in " ".join(" ".join(lines).split())
    ((group, frame),) = leaderboards(plain())
    assert "heldout" not in render_text(group, frame)


def test_what_has_no_value_anywhere_is_told_with_its_reason(tmp_path: Path) -> None:
    records = held_out(auc=entry(None, "in the held-out half, the adjacency of x has one class only"))
    build_tables(tmp_path, records)
    text = (tmp_path / "files-data-holdout/quick/lung/leaderboard.md").read_text()
    sentence = "AUC_heldout is undefined: in the held-out half, the adjacency of x has one class only."
    assert sentence in text
    ((group, frame),) = leaderboards(records)
    assert sentence in " ".join(render_text(group, frame).split())
    assert frame["AUC_heldout"].isna().all()
    assert frame["NO_heldout"].notna().all()


def test_held_out_graphs_are_no_dataset() -> None:
    """Intervals over datasets need the scores without each dataset, and without nothing else."""
    records = held_out()
    for record in records[::2]:
        record["leave_one_out"] = {
            name: scores(*(0.1 * i + 0.01 * k * len(record["method"]) for k in range(6)))
            for i, name in enumerate(DATASETS)
        }
    ((group, frame),) = leaderboards(records)
    assert group.datasets == DATASETS
    assert frame["AUC_datasets_low"].notna().all()
