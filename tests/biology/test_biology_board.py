"""The leaderboard of biology, made of records with known answers."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from biology_cells import CLUSTERS, ESSENTIAL, HALLMARK, asked, small_board
from scipy.stats import t

from geneboard.benchmark.report.intervals import Interval
from geneboard.benchmark.report.render import latex, markdown, terminal
from geneboard.benchmark.report.rows import make_rows
from geneboard.benchmark.tasks.biology.board.answers import Answer, mean_above
from geneboard.benchmark.tasks.biology.board.board import biology_boards
from geneboard.benchmark.tasks.biology.board.differences import apart_interval, difference_interval
from geneboard.benchmark.tasks.biology.board.section import board_section
from geneboard.benchmark.tasks.biology.chapter import chapter
from geneboard.benchmark.tasks.biology.questions import Question
from geneboard.datasets.knowledge.sources import TIME_SPLIT, embedded


def test_rows_and_their_numbers() -> None:
    (board,) = biology_boards(small_board()[::-1])
    frame = board.frame.set_index("method")
    assert list(frame.index) == [
        "pca",
        "raw_graph",
        "musegnn",
        "random",
    ]
    pca = frame.loc["pca"]
    assert (pca["retrieval_Hallmark"], pca["retrieval_Hallmark_AUC_z"]) == (0.06, 6.0)
    assert (pca["retrieval_Hallmark_low"], pca["retrieval_Hallmark_high"]) == (0.05, 0.07)
    assert pca["enrichment_Hallmark_share_enriched_null"] == 0.2
    assert pca["within_essential_precision_over_prior"] == 2.0
    assert pca["seconds"] == 6.0
    assert math.isnan(frame.loc["musegnn", "within_essential"])
    assert "the loss is not finite" in frame.loc["musegnn", "reason"]
    assert board.group.folder.as_posix() == "files-data/quick/lung/biology"


def test_added_genes_are_told() -> None:
    records = [{**record, "genes_note": "genes of mine added: 5 in a"} for record in small_board()]
    text = markdown.render(board_section(biology_boards(records)[0]))  # type: ignore[arg-type]
    assert "Genes of mine added: 5 in a; not comparable with the usual graphs" in text


def test_what_beats_the_graph() -> None:
    (board,) = biology_boards(small_board())
    frame = board.frame.set_index("method")["beats_graph"]
    # Folds: .15, .2, .25 higher, whose corrected interval is .2 -+ 4.30 * .05 * sqrt(1/3 + 1/4).
    assert dict(frame) == {"pca": "2 of 3", "musegnn": "0 of 1", "random": "0 of 1", "raw_graph": ""}
    assert board_section(board).verdict == (
        "PCA knows most about genes: AUC above its null for sharing a gene set 0.060 (the raw graph 0.030), "
        "more than MUSEGNN, 0.020 (95 % interval of the difference 0.026..0.054); "
        "1 of 2 methods beats the graph that it was trained on somewhere (PCA in 2 of 3)."
    )


@pytest.mark.parametrize(
    ("low", "second", "told"),
    [
        (
            [0.5, 0.6, 0.7],
            {"parts": [0.45, 0.5, 0.7]},
            "B has the highest {}, but is not told apart from A, 0.550 ",
        ),
        ([0.5, 0.6, 0.7], {"parts": [0.4, 0.51, 0.6]}, "B knows most about genes: {}, more than A, 0.550 "),
        ([], {"interval": None}, "B has the highest {}; whether it is above A, 0.550, cannot be told."),
        ([], None, "B, the only method, has {}."),
    ],
)
def test_who_knows_most_is_tested(low: list[float], second: dict[str, Any] | None, told: str) -> None:
    """By folds paired: differences of .05, .1, 0 and of .1, .09, .1."""
    cells = [asked("b", ESSENTIAL, 0.6, 1.0, interval=(0.5, 0.7), parts=low)]
    if second is not None:
        cells.append(asked("a", ESSENTIAL, 0.55, 1.0, **{"interval": (0.4, 0.7), **second}))
    (board,) = biology_boards(cells)
    verdict = board_section(board).verdict
    assert verdict.startswith(told.format("AUROC of labels within datasets 0.600"))
    assert ("95 % interval of the difference" in verdict) == bool(low)


def test_a_mean_over_questions_is_tested_by_all_of_them() -> None:
    ours, theirs = (
        [
            Answer(one, make_rows([asked("a", one, value, interval=(value - 0.03, value + 0.03))])[0])
            for one in both
        ]
        for value, both in ((0.3, (CLUSTERS, HALLMARK)), (0.1, (CLUSTERS, HALLMARK)))
    )
    half = math.hypot(0.03, 0.03) / math.sqrt(2)  # of each of two differences, over two questions
    assert mean_above(ours, theirs) == pytest.approx((0.2 - half, 0.2 + half))
    assert mean_above([], []) is None


def test_intervals_of_differences() -> None:
    ours, theirs = [[0.6, 0.7, 0.8], [0.8, 0.7, 0.6]], [[0.5, 0.5, 0.6]]
    found = difference_interval("within", ours, theirs)
    differences = np.array([0.2, 0.2, 0.1])
    half = t.ppf(0.975, 2) * differences.std(ddof=1) * math.sqrt(1 / 3 + 1 / 4)
    assert found == pytest.approx((differences.mean() - half, differences.mean() + half), abs=1e-12)
    assert difference_interval("within", ours, [[0.5, 0.5]]) is None
    draws = np.random.default_rng(0).normal(size=(2, 1000))
    assert difference_interval("retrieval", draws[:1], draws[1:]) == pytest.approx(
        tuple(np.percentile(draws[0] - draws[1], [2.5, 97.5]))
    )
    assert apart_interval(1.0, Interval(0.7, 1.3), 0.0, Interval(-0.4, 0.4)) == pytest.approx((0.5, 1.5))


def test_terms_since_a_day_beside_published_numbers() -> None:
    """Differences of .02, .03, .04 over terms: an interval by Student's t with two degrees of freedom."""
    question = Question("over_time", embedded(TIME_SPLIT)[0].name, "4d", "logistic")
    ends = {"AUROC_before": [0.6, 0.9], "AUROC_difference": [-0.2, -0.1]}
    cells = []
    for name, parts in (("a", [0.6, 0.7, None, 0.8]), ("b", [0.58, 0.67, None, 0.76])):
        cell = asked(name, question, 0.7, 0.8, -0.1, interval=(0.6, 0.8), parts=parts)
        cells.append(cell | {"source": "vectors", "answer": {**cell["answer"], "intervals": ends}})
    (board,) = biology_boards(cells)
    line = board.frame.iloc[0]
    key = question.column
    assert [line[f"{key}_AUROC_difference{end}"] for end in ("", "_low", "_high")] == [-0.1, -0.2, -0.1]
    half = t.ppf(0.975, 2) * 0.01 / math.sqrt(3)
    above = board.entries[0].answers[question].above(board.entries[1].answers[question])
    assert above == pytest.approx((0.03 - half, 0.03 + half))
    md = markdown.render(board_section(board))
    assert "| MASHUP, PPI | – | 0.777 (before 0.826) |" in md
    assert "0.700 (0.600..0.800, before 0.800)" in md
    assert md.count("embeddings by Zhong et al. 2025") == 1
    elsewhere = [cell | {"source": "files:data"} for cell in cells]
    assert "MASHUP" not in markdown.render(board_section(*biology_boards(elsewhere)))


def test_what_was_asked_as_stored_is_told() -> None:
    stored = {"key": "1a", "older_code": True, "rounded": False}
    (section,) = chapter(
        [*small_board(), asked("gae", HALLMARK, 0.05, 0.5, 0.5, 1, 1, embedding=stored)]
    ).sections
    told = [note.text for note in section.notes]
    assert "Embeddings of another version of the code, asked as they were stored: GAE." in told
    assert not any("rounded" in text for text in told)


def test_seeds_are_averaged() -> None:
    cells = [
        asked("pca", HALLMARK, value, 0.5, 0.5, 1.0, 1.0, interval=(0.0, value), seed=seed)
        for seed, value in enumerate((0.1, 0.3))
    ]
    (board,) = biology_boards(cells)
    (line,) = board.frame.to_dict("records")
    assert (line["retrieval_Hallmark"], line["seeds"]) == (pytest.approx(0.2), 2)
    assert (line["retrieval_Hallmark_low"], line["retrieval_Hallmark_high"]) == (0.0, pytest.approx(0.2))


def test_rows_are_ordered_by_the_questions_that_all_answer() -> None:
    other = replace(HALLMARK, knowledge="Reactome", digest="3c")
    cells = [
        asked("a", HALLMARK, 0.1, 0.6, 0.5, 1, 1),
        asked("a", other, 0.1, 0.6, 0.5, 1, 1),
        asked("b", HALLMARK, 0.2, 0.7, 0.5, 1, 1),
        asked("b", other, 0.1, 0.6, 0.5, 1, 1),
        asked("c", other, 0.3, 0.8, 0.5, 1, 1),
    ]
    (board,) = biology_boards(cells)
    assert [(entry.name, entry.lead) for entry in board.entries] == [("c", 0.3), ("a", 0.1), ("b", 0.1)]
    (board,) = biology_boards(cells[:4])
    assert [(entry.name, round(entry.lead or 0, 3)) for entry in board.entries] == [("b", 0.15), ("a", 0.1)]


def test_older_knowledge_and_other_data_are_left_out() -> None:
    older = "2025-01-01T00:00:00+00:00"
    old = asked("pca", replace(HALLMARK, digest="0f"), 0.9, 1, 0.1, 1, 1, finished_at=older)
    other = asked("gae", CLUSTERS, 0.9, 0.1, 1, 1, finished_at=older, data_hashes={"scrna_lung__a": "9"})
    (board,) = biology_boards([old, other, *small_board()])
    assert sorted(left.record["method"] for left in board.group.left_out) == ["gae", "pca"]
    assert board.frame.equals(biology_boards(small_board())[0].frame)


def test_every_format_and_picture() -> None:
    found = chapter(small_board())
    (section,) = found.sections
    md, tex, text = (
        markdown.render(section),
        latex.render(section),
        terminal.render(section, explain=True),
    )
    assert "| PCA | 2 of 3 | 0.060\\* (0.050..0.070, z 6.0) | 0.50 (0.40..0.60, null 0.20) | 0.700\\*" in md
    assert "Hallmark: AUC - null" in md
    assert "RAW\\_GRAPH" in tex
    assert "Same gene set: AUC of cosine similarity minus its null" in text
    assert "-- controls" in text
    assert "the loss is not finite" in text
    assert max(map(len, text.splitlines())) <= 120
    for figure in section.figures:
        assert figure.draw().axes
    assert {line.metric for line in found.scores} >= {
        "retrieval_Hallmark AUC_above_null",
        "within_essential AUROC",
    }


def test_a_board_of_labels_alone_is_ordered_by_them() -> None:
    cells = [asked(name, ESSENTIAL, value, 1.0) for name, value in (("a", 0.6), ("b", 0.8))]
    (board,) = biology_boards(cells)
    assert list(board.frame["method"]) == ["b", "a"]
    assert board_section(board).verdict == (
        "B has the highest AUROC of labels within datasets 0.800; whether it is above A, 0.600, cannot be "
        "told."
    )
    assert [figure.stem for figure in chapter(cells).sections[0].figures] == ["questions"]
