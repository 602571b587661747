"""What the README says of leaderboards is what the records of results/reference give."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_cells import TISSUES, cell

from geneboard.benchmark.records import store
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.readme import MARKERS, readme_fragment

ROOT = Path(__file__).resolve().parents[2]


def test_fragment_has_every_row_and_what_the_tests_say() -> None:
    records = [
        cell(name, 0, value, tissue=tissue, kind=kind)
        for tissue in TISSUES
        for name, value, kind in (
            ("a", 0.9, "published"),
            ("b", 0.5, "baseline"),
            ("c", 0.3, "published"),
            ("noise", 0.0, "control"),
        )
    ]
    text = readme_fragment(leaderboards(records)).splitlines()
    assert text[0].startswith(
        "| tissue | method | joint score | over seeds | over datasets | rank | ties | structure |"
    )
    assert text[1].count("---") == text[0].count("|") - 1 == text[2].count("|") - 1
    assert text[2].startswith("| heart | A | 0.900 | – | – | 1 |")
    assert sum(line.startswith("| lung | *NOISE* (control) | 0.000 |") for line in text) == 1
    assert sum(line.startswith("| ") for line in text) == 2 + 5 * 4
    assert "- lung: A has the highest joint score, 0.900; whether others tie with it is not known." in text
    assert any(line.startswith("- Friedman's test of 3 methods over 5 tissues") for line in text)


def test_readme_shows_the_reference_records() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    if MARKERS[0] not in readme:
        pytest.skip("the README has no such table yet")
    shown = readme.split(MARKERS[0])[1].split(MARKERS[1])[0].strip()
    boards = leaderboards(
        record
        for record in store.read_records(ROOT / "results" / "reference")
        if record["task"] == "embedding"
    )
    real = [
        board
        for board in boards
        if board.lead and board.group.source == "files:data" and board.group.preset == "quick"
    ]
    assert shown == readme_fragment([board for board in real if not board.group.covered_by])
