"""Verdicts on the published claims: made-up records in which each holds, does not hold, cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from claim_records import SHAKY, ablated, few, function, model, models, platform, tissue
from scipy import stats

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.page.render import render_section
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.report.statistics.decide import (
    FAILS,
    HOLDS,
    UNTOLD,
    Finding,
    decide,
    mean_difference,
)
from geneboard.benchmark.tasks.claims.chapter import claims_chapter
from geneboard.benchmark.tasks.claims.claims import CLAIMS
from geneboard.benchmark.tasks.claims.embeddings import published_tissues
from geneboard.benchmark.tasks.claims.evidence import Evidence

ROOT = Path(__file__).resolve().parents[3]
TEN = published_tissues()
Made = Callable[[], Iterable[Record]]


def found(claim: str, records: Iterable[Record]) -> Finding:
    (judge,) = (one.judge for one in CLAIMS if one.name == claim)
    return judge(Evidence.of(list(records)))


def in_tissues(names: Iterable[str], *made: object, **facts: object) -> list[Record]:
    return [record for name in names for record in tissue(name, *made, **facts)]  # type: ignore[arg-type]


def gains(heart: float, lung: float, **facts: object) -> list[Record]:
    """Average scores of GIANT where that of MuSe-GNN is 1 and of PCA 0."""
    return [*in_tissues(["heart"], 1.0, heart, **facts), *in_tissues(["lung"], 1.0, lung, **facts)]


def both(make: Callable[[str], Iterable[Record]]) -> list[Record]:
    return [*make("a"), *make("b")]


def tenth(gnn: float, expression: str) -> list[Record]:
    return [*models(0.4, expression), *model("gnn", gnn, expression, **few(97))]


def selected(greedy: float, random: float, expression: str) -> list[Record]:
    chosen = model("gnn", greedy, expression, **few(10))
    return [*chosen, *model("gnn", random, expression, **few(10, "random"))]


def transferred(gnn: float) -> list[Record]:
    return [*models(gnn, "a", **platform("b")), *models(gnn, "b", **platform("a"))]


CASES: dict[str, list[tuple[Made, str, str]]] = {
    "C1": [
        (lambda: in_tissues(TEN), HOLDS, "all of"),
        (
            lambda: [*in_tissues(TEN[1:]), *tissue(TEN[0], 0.5, 0.9)],
            FAILS,
            f"GIANT, joint score, {TEN[0]} -0.4",
        ),
        (lambda: in_tissues(["lung"], 0.5, 0.9), FAILS, "GIANT"),
        (lambda: in_tissues(TEN[1:]), UNTOLD, f"methods in {TEN[0]}"),
        (lambda: in_tissues(TEN, 0.9, 0.8, changes=SHAKY), UNTOLD, "support"),
        (lambda: in_tissues(TEN, seeds=(0,)), UNTOLD, "support"),
        (lambda: [one for one in in_tissues(TEN) if one["title"] != "GAE"], UNTOLD, "GAE in heart"),
    ],
    "C2": [
        (lambda: gains(1 / 1.2, 1 / 1.975), HOLDS, "all of"),
        (lambda: gains(1 / 1.2, 1 / 1.2), FAILS, "1 of 2"),
        (lambda: gains(1 / 1.2, 1 / 1.2, changes=SHAKY), UNTOLD, "support"),
        (lambda: in_tissues(["heart"], 1.0, 1 / 1.2), UNTOLD, "lung"),
    ],
    "C3": [
        (lambda: ablated({"share_weights": (0.1, 0.12, 0.11)}), HOLDS, "all of"),
        (lambda: ablated({"share_weights": (-0.1, -0.12, -0.11)}), FAILS, "-0.110"),
        (lambda: ablated({"share_weights": (0.3, -0.1, 0.1)}), UNTOLD, "0 of 1"),
        (lambda: ablated({"share_weights": (0.1,)}), UNTOLD, "(1 here)"),
        (lambda: ablated({"share_weights": (0.1, 0.12, 0.11)}, spread=0.32), HOLDS, "all of"),
        (lambda: ablated({"share_weights": (0.1, 0.12, 0.11)}, spread=0.34), UNTOLD, "0 of 1"),
    ],
    "C4": [
        (
            lambda: ablated(dict.fromkeys(("similarity_weight", "contrastive_weight"), (0.1, 0.12, 0.11))),
            HOLDS,
            "all of 2",
        ),
        (
            lambda: ablated({"similarity_weight": (0.1, 0.12), "contrastive_weight": (-0.1, -0.101)}),
            FAILS,
            "contrastive_weight",
        ),
        (lambda: ablated({"similarity_weight": (0.1, 0.12, 0.11)}), UNTOLD, "contrastive_weight"),
    ],
    "C5": [
        (lambda: function(0.8, 0.6, 0.65), HOLDS, "all of 4"),
        (lambda: function(0.6, 0.8, 0.5), FAILS, "2 of 4"),
        (lambda: function(0.8, 0.6, None), UNTOLD, "MuSe-GNN and Geneformer in 2 tissues (0 here)"),
        (lambda: function(0.8, 0.6, 0.65, ["lung"]), UNTOLD, "(1 here)"),
        (lambda: function(0.8, 0.6, 0.801), UNTOLD, "2 of 4"),
    ],
    "C6": [(lambda: in_tissues(TEN), UNTOLD, "matched")],
    "C7": [
        (lambda: both(lambda one: models(0.4, one)), HOLDS, "all of 20"),
        (lambda: models(0.6), FAILS, "10 of 10"),
        (lambda: models(0.4), UNTOLD, "1 here, 2 needed"),
        (lambda: both(lambda one: models(0.5, one)), UNTOLD, "0 of 20"),
        (lambda: both(lambda one: models(0.4, one, seeds=(0,))), UNTOLD, "0 of 20"),
        (
            lambda: both(lambda one: [*models(0.6, one), *model("gnn_tuned", 0.4, one)]),
            UNTOLD,
            "GNN (tuned): holds",
        ),
    ],
    "C8": [
        (lambda: both(lambda one: tenth(0.505, one)), HOLDS, "all of 20"),
        (lambda: both(lambda one: tenth(0.52, one)), FAILS, "97 against 970"),
        (lambda: both(lambda one: tenth(0.51, one)), UNTOLD, "0 of 20"),
        (lambda: both(lambda one: models(0.4, one)), UNTOLD, "a tenth of the landmarks"),
    ],
    "C9": [
        (lambda: both(lambda one: selected(0.4, 0.5, one)), HOLDS, "all of 4"),
        (lambda: both(lambda one: selected(0.5, 0.4, one)), FAILS, "10 landmarks"),
        (lambda: selected(0.4, 0.5, "a"), UNTOLD, "1 here, 2 needed"),
    ],
    "C10": [
        (lambda: both(lambda one: models(0.4, one, organ=0.3)), HOLDS, "all of 4"),
        (lambda: both(lambda one: models(0.4, one, organ=0.5)), FAILS, "4 of 4"),
        (lambda: both(lambda one: models(0.4, one)), UNTOLD, "the organ"),
    ],
    "C11": [
        (lambda: transferred(0.4), HOLDS, "all of 20"),
        (lambda: transferred(0.6), FAILS, "a to b"),
        (lambda: models(0.4, "a", **platform("b")), UNTOLD, "1 here, 2 needed"),
    ],
}


@pytest.mark.parametrize(
    ("claim", "number"), [(claim, number) for claim, cases in CASES.items() for number in range(len(cases))]
)
def test_verdict_of_made_up_records(claim: str, number: int) -> None:
    make, verdict, said = CASES[claim][number]
    one = found(claim, make())
    assert one.verdict == verdict
    assert said in f"{one.reason}; {one.missing}"


def test_every_claim_has_a_verdict_with_no_records() -> None:
    assert [claim.name for claim in CLAIMS] == [f"C{number}" for number in range(1, 12)] == list(CASES)
    assert {claim.judge(Evidence.of([])).verdict for claim in CLAIMS} == {UNTOLD}


def test_interval_and_p_are_those_of_a_t_test() -> None:
    values = np.array([0.1, 0.3, -0.05, 0.2])
    one = mean_difference("", values, Path(), above=0.02, below=0.02)
    told = stats.ttest_1samp(values, 0.02)
    assert one.interval == pytest.approx(told.confidence_interval(0.95), abs=1e-9)
    assert one.p == pytest.approx(told.pvalue, abs=1e-9)


def test_one_of_many_comparisons_refutes_only_after_holm() -> None:
    below = mean_difference("", [-0.1, -0.3, 0.03, -0.27, -0.22], Path())
    above = mean_difference("", [0.3, -0.1, 0.2], Path())
    assert below.interval.high < 0
    assert 0.025 < below.p < 0.05
    assert [decide(pair).verdict for pair in ([below], [below, above])] == [FAILS, UNTOLD]


@pytest.mark.parametrize(
    "change", [{"source": "synthetic"}, {"taken_from": "results/reference"}], ids=["simulated", "taken"]
)
def test_simulated_and_foreign_rows_are_no_evidence(change: dict) -> None:
    records = in_tissues(TEN)
    assert found("C1", records).verdict == HOLDS
    assert found("C1", in_tissues(TEN, **change)).decisive is None
    assert not claims_chapter(in_tissues(TEN, **change)).sections


@pytest.mark.parametrize(
    ("change", "verdict"),
    [({"preset": "quick"}, FAILS), ({"data_hashes": {"heldout": "1"}, "source": "files:a"}, FAILS)],
    ids=["preset", "held out"],
)
def test_one_run_of_a_tissue_counts(change: dict, verdict: str) -> None:
    counts = {"preset": "paper" if "preset" in change else "quick"}
    one = found("C1", [*in_tissues(["lung"], 0.5, 0.9, **counts), *in_tissues(["lung"], **change)])
    assert one.verdict == verdict
    assert f"preset {counts['preset']}" in one.data


def test_file_has_verdicts_rules_commands_and_links() -> None:
    (section,) = claims_chapter(in_tissues(["lung"], 0.5, 0.9)).sections
    text, page = markdown.render(section), render_section(section)
    (line,) = (line for line in text.splitlines() if line.startswith("| C1 | ") and FAILS in line)
    assert "](<files-data/quick/lung/leaderboard.md>)" in line
    assert 'href="files-data/quick/lung/leaderboard.html"' in page
    assert "run: python run\\_all.py" in text or "run: python run_all.py" in text
    assert text.count("| C11 |") == 2
    assert "Of 11 claims 0 hold, 2 do not hold, 9 cannot be told." in text
    assert section.part_anchor != section.anchor


def test_reference_has_these_verdicts() -> None:
    """That the file is what the records give is tested with the other tables, in test_reference."""
    frame = pd.read_csv(ROOT / "results" / "reference" / "claims.csv").set_index("claim")
    assert dict(frame["verdict"]) == {
        claim.name: FAILS
        if claim.name in ("C1", "C2", "C7", "C8", "C11")
        else HOLDS
        if claim.name in ("C3", "C4", "C9")
        else UNTOLD
        for claim in CLAIMS
    }
    assert frame.loc["C1", "table"] == "files-data/paper/pbmc/leaderboard.md"
    assert all((ROOT / "results" / "reference" / table).is_file() for table in frame["table"].dropna())
