"""What the README says of results is what the records of results/reference give."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from report_cells import TISSUES, cell

from geneboard.benchmark.commands.readme import with_tables
from geneboard.benchmark.records import store
from geneboard.benchmark.report.wording import listed
from geneboard.benchmark.tasks.embedding import readme
from geneboard.benchmark.tasks.embedding.board.board import leaderboards
from geneboard.benchmark.tasks.embedding.readme import readme_fragment

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "results" / "reference"


def test_fragment_has_the_best_the_controls_and_what_the_tests_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readme, "SHOWN", 2)
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
    verdicts, table, rest = readme_fragment(leaderboards(records)).split("\n\n")
    assert verdicts.splitlines()[:2] == [
        f"- A has the highest joint score in {listed(sorted(TISSUES))}.",
        f"- The best against the others within one tissue: not known in {listed(sorted(TISSUES))}.",
    ]
    assert "- Friedman's test of 3 methods over 5 tissues" in verdicts
    assert max(map(len, verdicts.splitlines())) <= 118
    text = table.splitlines()
    heads = [head.strip() for head in text[0].strip("|").split("|")]
    assert heads[:6] == ["method", *TISSUES]
    assert text[1].count("---") == text[0].count("|") - 1 == text[2].count("|") - 1
    assert [line.split(" | ")[:2] for line in text[2:]] == [
        ["| A", "0.900"],
        ["| B", "0.500"],
        ["| NOISE (control)", "0.000"],
    ]
    assert rest == (
        "1 more method, and average scores: "
        "[`across_tissues.md`](results/reference/files-data/quick/across_tissues.md)."
    )


def test_a_readme_without_markers_is_refused() -> None:
    records = [
        {**cell("a", 0, 0.9, tissue=tissue), "source": "files:data", "preset": "paper"} for tissue in TISSUES
    ]
    with pytest.raises(ValueError, match="lacks the markers"):
        with_tables("no table here", records)  # type: ignore[arg-type]


@pytest.mark.slow
def test_readme_shows_the_reference_records() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_tables(text, store.read_records(ROOT / "results" / "reference")) == text


@pytest.mark.parametrize("score", ["joint_score", "AUC"])
def test_readme_says_what_the_agreement_of_orders_is(score: str) -> None:
    table = pd.read_csv(REFERENCE / "files-data" / "quick" / "biology_agreement.csv")
    (line,) = table[(table["measure"] == "retrieval") & (table["score"] == score)].to_dict("records")
    mean, low, high = (f"{line[name]:.2f}".replace("0.", ".") for name in ("mean", "mean_low", "mean_high"))
    told = {
        "joint_score": f"{mean}, {low} to {high}, for the joint score",
        "AUC": f"AUC {mean}, {low} to {high}",
    }
    assert told[score] in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


def test_readme_says_what_the_best_vectors_of_pbmc_know() -> None:
    records = [
        record
        for record in store.read_records(REFERENCE)
        if record["task"] == "biology" and record["tissue"] == "pbmc" and record["method"] == "pca"
    ]
    numbers = {
        record["question"]["knowledge"]: record["answer"]["numbers"]
        for record in records
        if record["question"]["measure"] == "retrieval"
    }
    told = [
        f"{numbers[name]['sets_above']} of {numbers[name]['sets']} {name}"
        for name in ("Hallmark", "Reactome")
    ]
    text = " ".join((ROOT / "benchmark" / "README.md").read_text(encoding="utf-8").split())
    assert f"{told[0]} and {told[1].replace(' Reactome', '')}" in text
