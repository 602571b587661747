"""The order of methods by biology beside their order by other scores."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from biology_cells import CLUSTERS, HALLMARK, asked
from scipy.stats import spearmanr, t

from geneboard.benchmark.commands.biology import show_biology
from geneboard.benchmark.commands.build_report import chapters
from geneboard.benchmark.engine.run import Outcome
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.render import latex, markdown
from geneboard.benchmark.tasks.biology.agreement.agreement import agreements
from geneboard.benchmark.tasks.biology.board.board import biology_boards
from geneboard.benchmark.tasks.embedding.board.board import leaderboards

METHODS = ("pca", "gae", "vgae", "musegnn", "giant", "scbert")
TISSUES = ("heart", "lung", "pbmc")
JOINT = ("joint_score", "structure", "mixing")
SIX = ("ASW", "AUC", "iLISI", "GC", "CGR", "NO")
DATA = {"data_hashes": {"a": "1", "b": "2"}}


def values(tissue: str) -> tuple[np.ndarray, np.ndarray]:
    """What methods know, and their six metrics: AUC as biology, NO the reverse, ASW with ties."""
    rng = np.random.default_rng(TISSUES.index(tissue))
    known, six = rng.random(6), rng.random((6, 6))
    six[:, 1], six[:, 5], six[:3, 0] = known / 2, 0.9 - known / 2, 0.25
    return known, six


def embedded(method: str, six: np.ndarray, **changes: Any) -> Record:
    """A cell of the task of embeddings; the joint score and its parts are the mean of the six."""
    found = dict(zip(SIX, six, strict=True)) | dict.fromkeys(JOINT, six.mean())
    scores = {name: {"value": float(value), "status": "ok", "reason": ""} for name, value in found.items()}
    record: Any = asked(method, HALLMARK, 1.0, **DATA | changes) | {"task": "embedding", "scores": scores}
    record |= {"metric_versions": dict.fromkeys(found, 1), "key": f"embedded {record['key']}"}
    return {name: value for name, value in record.items() if name not in ("question", "answer")}  # type: ignore[return-value]


def embedding_records(tissue: str, **changes: Any) -> list[Record]:
    rows = zip(METHODS, values(tissue)[1], strict=True)
    return [
        embedded("random", np.full(6, 0.99), kind="control", tissue=tissue, **changes),
        *(embedded(method, six, tissue=tissue, **changes) for method, six in rows),
    ]


def biology_records(tissue: str) -> list[Record]:
    facts = {"tissue": tissue, **DATA}
    return [
        asked("raw_graph", HALLMARK, 0.99, 0.6, 0.5, 1, 1, kind="baseline", **facts),
        asked("random", HALLMARK, 0.0, 0.5, 0.5, 0, 1, kind="control", **facts),
        *(
            asked(method, HALLMARK, float(value), 0.6, 0.5, 1, 1, **facts)
            for method, value in zip(METHODS, values(tissue)[0], strict=True)
        ),
        *(asked(method, CLUSTERS, 0.5, 0.1, 3, 1.0, **facts) for method in METHODS[:4]),  # too few
    ]


def records(tissues: tuple[str, ...]) -> list[Record]:
    return [one for tissue in tissues for one in (*embedding_records(tissue), *biology_records(tissue))]


def test_every_correlation_and_interval_is_that_of_scipy() -> None:
    (found,) = agreements(
        biology_boards(one for tissue in TISSUES for one in biology_records(tissue)),
        leaderboards(one for tissue in TISSUES for one in embedding_records(tissue)),
    )
    frame = found.frame.set_index("score")
    assert list(frame.index) == ["joint_score", "average_score", *SIX]
    assert set(frame["measure"]) == {"retrieval"}
    for column, metric in enumerate(SIX):
        plain = [spearmanr(known, six[:, column]).statistic for known, six in map(values, TISSUES)]
        assert frame.loc[metric, list(TISSUES)].tolist() == pytest.approx(plain)
        ends = np.mean(plain) + t.ppf([0.025, 0.975], 2) * np.std(plain, ddof=1) / 3**0.5
        line = frame.loc[metric]
        assert line["mean"] == pytest.approx(np.mean(plain))
        assert (line["mean_low"], line["mean_high"]) == pytest.approx(np.clip(ends, -1, 1))
    joint = [spearmanr(known, six.mean(axis=1)).statistic for known, six in map(values, TISSUES)]
    assert frame.loc["joint_score", list(TISSUES)].tolist() == pytest.approx(joint)
    assert (frame[[f"{tissue}_methods" for tissue in TISSUES]] == 6).all(axis=None)


def test_the_section_says_which_of_the_six_agrees(tmp_path: Path) -> None:
    found = list(chapters(tmp_path, records(TISSUES)))
    *boards, section = next(one for one in found if "genes" in one.title and "know" in one.title).sections
    assert [board.stem for board in boards] == ["leaderboard"] * 3
    assert section.folder / section.stem == Path("files-data/quick/biology_agreement")
    assert section.verdict.startswith(
        "Order by AUC above its null for sharing a gene set: of the six AUC agrees most. Spearman: AUC 1.00, "
    )
    assert section.verdict.endswith("(mean over 3 tissues; the interval is above 0 for AUC, below 0 for NO).")
    text = markdown.render(section)
    assert "| AUC | 1.00 | 1.00 | 1.00 | 1.00 (1.00..1.00) |" in text
    assert "| NO | -1.00 | -1.00 | -1.00 | -1.00 (-1.00..-1.00) |" in text
    assert "average score, as published" in latex.render(section)


def test_one_tissue_has_no_interval(tmp_path: Path) -> None:
    section = list(chapters(tmp_path, records(("lung",))))[-1].sections[-1]
    assert section.verdict.endswith("(in lung alone, which has no interval).")
    assert "| AUC | 1.00 | 1.00 |" in markdown.render(section)


def test_the_terminal_says_it_of_the_tissues_that_were_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("geneboard.benchmark.records.store.read_records", lambda *_: records(TISSUES))
    asked_now = [one for one in biology_records("lung") if one["method"] != "raw_graph"]
    shown: Any = {"out": tmp_path, "pictures": False, "jobs": None}
    assert show_biology(Outcome(asked_now, 0), dry_run=False, **shown) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "Agreement: Order by AUC above its null for sharing a gene set: of the six AUC agrees most." in told
    )
    assert told.endswith("(in lung alone, which has no interval).")


@pytest.mark.parametrize(
    "embedded",
    [[], embedding_records("lung", data_hashes={"a": "other"}), embedding_records("lung")[:5]],
    ids=["none", "other data", "four methods"],
)
def test_there_is_no_section_where_nothing_can_be_compared(embedded: list[Record], tmp_path: Path) -> None:
    chapter = list(chapters(tmp_path, [*embedded, *biology_records("lung")]))[-1]
    assert [section.stem for section in chapter.sections] == ["leaderboard"]
