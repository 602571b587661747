"""Tables of runs with held-out cells: columns, words, and that they never share a table with other runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from renderings import render_latex, render_page, render_text
from report_cells import entry, scores, three_methods
from test_latex import assert_whole, rows

from geneboard.benchmark.commands.build_report import build_tables
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render.latex import escape
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.board.words import HOLDOUT, holdout_sentence

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
    (board,) = leaderboards(held_out())
    lines = render_text(board).splitlines()
    header = lines.index("method    AUC  AUC_heldout     NO  NO_heldout")
    assert lines[header + 2 : header + 5] == [
        "A       0.800        0.700  0.200       0.150",
        "B       0.700        0.600  0.300       0.250",
        "C       0.600        0.500  0.100       0.050",
    ]
    assert max(map(len, lines)) <= 120
    assert HOLDOUT in " ".join(" ".join(lines).split())
    (board,) = leaderboards(plain())
    assert "heldout" not in render_text(board)


def test_what_has_no_value_anywhere_is_told_with_its_reason(tmp_path: Path) -> None:
    records = held_out(auc=entry(None, "in the held-out half, the adjacency of x has one class only"))
    build_tables(tmp_path, records)
    text = (tmp_path / "files-data-holdout/quick/lung/leaderboard.md").read_text()
    sentence = "AUC_heldout is undefined: in the held-out half, the adjacency of x has one class only."
    assert sentence in text
    (board,) = leaderboards(records)
    assert sentence in " ".join(render_text(board).split())
    assert board.frame["AUC_heldout"].isna().all()
    assert board.frame["NO_heldout"].notna().all()


def test_held_out_graphs_are_no_dataset() -> None:
    """Intervals over datasets need the scores without each dataset, and without nothing else."""
    records = held_out()
    for record in records[::2]:
        record["leave_one_out"] = {
            name: scores(*(0.1 * i + 0.01 * k * len(record["method"]) for k in range(6)))
            for i, name in enumerate(DATASETS)
        }
    (board,) = leaderboards(records)
    assert board.group.datasets == DATASETS
    assert board.frame["AUC_datasets_low"].notna().all()


def test_latex_has_the_columns_and_says_what_held_out_means() -> None:
    (board,) = leaderboards(held_out())
    text = render_latex(board)
    lines = rows(text)
    first = lines["method"].index(r"AUC\_heldout")
    assert lines["method"][first : first + 3] == [r"AUC\_heldout", r"NO\_heldout", "seeds"]
    assert [lines[name][first : first + 2] for name in "ABC"] == [
        [r"\textbf{0.700}", r"\underline{0.150}"],
        [r"\underline{0.600}", r"\textbf{0.250}"],
        ["0.500", "0.050"],
    ]
    (caption,) = (line for line in text.splitlines() if line.startswith(r"\caption"))
    assert escape(holdout_sentence(board.group)) in caption
    assert_whole(text)
    (board,) = leaderboards(plain())
    assert "heldout" not in render_latex(board)


def test_what_one_row_lacks_is_undefined_with_its_reason(tmp_path: Path) -> None:
    reason = "in the held-out half, the adjacency of x has one class only"
    records = held_out()
    for record in records[-2:]:
        record["scores"]["AUC_heldout"] = entry(None, reason)
    (board,) = leaderboards(records)
    build_tables(tmp_path, records)
    note = f"AUC_heldout undefined in 2 of 2 seeds: {reason}"
    markdown = (tmp_path / "files-data-holdout/quick/lung/leaderboard.md").read_text()
    assert "| undef | 0.050 |" in markdown
    assert f"- **C**: {note}" in markdown
    page = render_page(board)
    assert f'title="{note}"' in page
    assert page.count(note) > page.count(f'title="{note}"')  # in the notes as well
    assert f"C: {escape(note)}." in render_latex(board)
    # What no row has is told once, not in every row.
    (board,) = leaderboards(held_out(auc=entry(None, reason)))
    assert "AUC_heldout undefined in" not in render_page(board)
    (board,) = leaderboards(plain())
    assert "heldout" not in render_page(board)
