"""Training on tissues together against training on each alone, on scores that can be followed by hand."""

from __future__ import annotations

import pytest
from report_cells import cell
from scipy import stats

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render import markdown
from geneboard.benchmark.tasks.embedding.across.across import across_tissues
from geneboard.benchmark.tasks.embedding.across.joint_training import (
    JointTraining,
    joint_training_section,
    joint_trainings,
)
from geneboard.benchmark.tasks.embedding.board.board import leaderboards

NAME = "heart+lung+pbmc"
ALONE = {"gae": (0.2, 0.3, 0.4), "pca": (0.5, 0.5, 0.5), "vgae": (0.6, 0.2, 0.4)}
TOGETHER = {"gae": (0.5, 0.61, 0.7), "pca": (0.3, 0.29, 0.31), "vgae": (0.7, 0.1, 0.4)}


def records(seeds: int = 2, spread: float = 0.0, *, deterministic: bool = False) -> list[Record]:
    """Cells of both trainings; those of GAE together differ by `spread` between seeds."""
    found = []
    for values, trained in ((ALONE, {}), (TOGETHER, {"trained_on": NAME})):
        for method, scores in values.items():
            for tissue, score in zip(("heart", "lung", "pbmc"), scores, strict=True):
                for seed, by in list(enumerate((-0.05, 0.05)))[:seeds]:
                    value = score + by + (spread * (2 * seed - 1) if trained and method == "gae" else 0)
                    about = {"title": method.upper(), "overrides": trained, "deterministic": deterministic}
                    found.append(cell(method, seed, value, tissue=tissue, **about))
    return [*found, cell("gae", 0, 0.9, tissue=NAME, title="GAE")]


@pytest.fixture
def found() -> JointTraining:
    (one,) = joint_trainings(leaderboards(records()))
    return one


def test_by_hand(found: JointTraining) -> None:
    assert (found.name, found.tissues) == (NAME, ("heart", "lung", "pbmc"))
    frame = found.frame.set_index("title")
    assert list(frame.index) == ["GAE", "VGAE", "PCA"]
    assert frame["difference"].to_list() == pytest.approx([0.91 / 3, 0, -0.2])
    assert frame["verdict"].to_list() == ["helps", "cannot be told", "costs"]
    assert frame.loc["GAE", "lung_together"] == pytest.approx(0.61)
    assert frame.loc["GAE", "mean_alone"] == pytest.approx(0.3)
    for title in ("GAE", "VGAE", "PCA"):
        pairs = [(frame.loc[title, f"{t}_together"], frame.loc[title, f"{t}_alone"]) for t in found.tissues]
        low, high = stats.ttest_rel(*zip(*pairs, strict=True)).confidence_interval()
        got = frame.loc[title, ["difference_low", "difference_high"]].to_list()
        assert got == pytest.approx([low, high], abs=1e-9)


@pytest.mark.parametrize(
    ("own", "word"),
    [
        (records(seeds=1), "cannot be told"),  # one training of each may be luck
        (records(spread=0.29), "helps"),
        (records(spread=0.31), "cannot be told"),  # the first training together would have cost
        (records(seeds=1, deterministic=True), "helps"),
    ],
    ids=["one seed", "seeds agree", "seeds disagree", "no seed changes it"],
)
def test_trainings_must_agree(own: list[Record], word: str) -> None:
    (one,) = joint_trainings(leaderboards(own))
    line = one.frame.set_index("title").loc["GAE"]
    assert line["difference_low"] > 0
    assert line["verdict"] == word


def test_what_is_said(found: JointTraining) -> None:
    section = joint_training_section(found)
    assert (
        section.verdict == f"Of 3 methods, training on {NAME} together helps 1 and costs 1; 1 cannot be told."
    )
    assert section.folder.as_posix() == f"files-data/quick/{NAME}"


def test_the_tissues_together_are_no_tissue_of_the_table_across_them() -> None:
    (across,) = across_tissues(leaderboards(records()))
    assert across.tissues == ("heart", "lung", "pbmc")


def test_without_joint_trainings_there_is_no_comparison() -> None:
    assert joint_trainings(leaderboards([r for r in records() if not r["overrides"]])) == []


def test_while_a_run_goes_on_one_row_or_none_may_have_its_partner() -> None:
    first = next(one for one in records() if one["overrides"])
    alone = next(one for one in records() if one["method"] == first["method"])
    (one,) = joint_trainings(leaderboards([first, alone]))
    assert one.frame["difference"].to_list() == pytest.approx([0.3])
    assert "| GAE | 0.450 (0.150) | +0.300 | cannot be told |" in markdown.render(joint_training_section(one))
    (one,) = joint_trainings(leaderboards([first]))
    assert one.frame["verdict"].to_list() == ["no tissue has both"]
    section = joint_training_section(one)
    assert "cannot be told for any of 1 method" in section.verdict
    assert "| GAE | 0.450 (–) | – | no tissue has both |" in markdown.render(section)
    assert joint_trainings(leaderboards([{**first, "status": "failed", "scores": {}}])) == []
