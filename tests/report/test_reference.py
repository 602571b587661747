"""The tables of results/reference, made anew from its records, are those that are committed."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

from geneboard.benchmark.commands.build_report import with_claims
from geneboard.benchmark.commands.drawn_before import DrawnBefore
from geneboard.benchmark.records import store
from geneboard.benchmark.records.submissions import SUBMISSIONS
from geneboard.benchmark.report.write import write_tables

RESULTS = Path(__file__).resolve().parents[2] / "results"
REFERENCE = RESULTS / "reference"

PICTURE = Path("files-data/paper/joint_scores.svg")


def test_the_picture_of_the_readme_is_small_and_says_what_the_table_says() -> None:
    drawn = (REFERENCE / PICTURE).read_text()
    assert len(drawn) <= 150_000
    table = pd.read_csv(REFERENCE / PICTURE.parent / "across_tissues.csv")
    shown = re.findall("<!-- (.*?) -->", drawn)  # matplotlib's name of every text
    assert [text for text in shown if text in set(table["title"])] == list(table["title"])
    best = table.iloc[0]
    assert f"{best['title']} has the highest mean joint score" in " ".join(shown)
    assert f"{best['mean_joint_score']:.3f}" in " ".join(shown)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["reference", "joint", "simulated"])
def test_what_is_committed_is_byte_for_byte_what_its_records_give(name: str, tmp_path: Path) -> None:
    folder = RESULTS / name
    runs = folder.glob("sensitivity/*/*/*/*/sensitivity.*")
    for run in (*runs, *folder.glob("techniques/*/*/techniques.json")):
        copy = tmp_path / run.relative_to(folder)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(run.read_bytes())
    chapters = list(with_claims(tmp_path, store.read_records(folder), ()))
    written = write_tables(tmp_path, chapters)
    sections = [section for chapter in chapters for section in chapter.sections]
    figures = [(section.folder, figure) for section in sections for figure in section.figures]
    assert DrawnBefore(tmp_path).missing(figures, ["png"]) == figures  # all can be told apart
    committed = {path for ending in ("csv", "md", "tex") for path in folder.glob(f"**/*.{ending}")}
    by_hand = {"sensitivity.csv", "README.md"}  # the former by a run
    committed = {path.relative_to(folder) for path in committed if path.name not in by_hand}
    committed = {path for path in committed if path.parts[0] != SUBMISSIONS}  # cards, which authors write
    made = {path.relative_to(tmp_path) for path in written}
    assert made == committed
    different = [
        str(path) for path in sorted(made) if (tmp_path / path).read_bytes() != (folder / path).read_bytes()
    ]
    assert not different
