"""The pictures of biology: enriched sets, terms before and since a day, and their layout."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from biology_cells import CLUSTERS, ESSENTIAL, HALLMARK, asked
from matplotlib.figure import Figure as Drawing
from matplotlib.text import Text

from geneboard.benchmark.report.figures.dot_matrix import label
from geneboard.benchmark.report.figures.save import drawn
from geneboard.benchmark.tasks.biology.board.board import biology_boards
from geneboard.benchmark.tasks.biology.figures.board import board_figures
from geneboard.benchmark.tasks.biology.figures.enriched import shown_sets
from geneboard.benchmark.tasks.biology.figures.over_time import OVER_TIME, over_time_figures, paired_areas
from geneboard.benchmark.tasks.biology.questions import Question

LONG = "Respiratory electron transport, ATP synthesis by chemiosmotic coupling, and heat by proteins " * 2


def enriched(*sets: tuple[str, int, float, str], cluster: int = 0) -> dict[str, Any]:
    """What an answer holds: name, overlap, rate and genes of each set."""
    names, overlaps, rates, genes = zip(*sets, strict=True)
    found = {"cluster": [cluster] * len(sets), "set": names, "overlap": overlaps, "fdr": rates}
    return {"interval": [0.1, 0.9], "parts": [], "enriched": found | {"genes": genes}}


def test_sets_are_chosen_in_turn_and_not_twice() -> None:
    tables = [
        pd.DataFrame({"fdr": [1e-9, 1e-8, 1e-3], "genes": ["A;B;C", "A;B;C;D", "E"]}, index=["1", "2", "3"]),
        pd.DataFrame({"fdr": [1e-5, 1e-4], "genes": ["E;F", "G"]}, index=["4", "5"]),
    ]
    assert shown_sets(tables) == ["1", "4", "5", "3"]  # 2 is much like 1; half of 4 is in 3
    many = pd.DataFrame({"fdr": 0.01, "genes": map(str, range(40))}, index=list(map(str, range(40))))
    assert len(shown_sets([many])) == 25


def test_dots_of_enriched_sets() -> None:
    pca = enriched(("HALLMARK_HYPOXIA", 8, 1e-4, "A"), ("HALLMARK_APOPTOSIS", 2, 1e-20, "B"))
    gae = enriched(("HALLMARK_HYPOXIA", 4, 1e-3, "A"))
    pca["enriched"]["set"] = [*pca["enriched"]["set"], "HALLMARK_HYPOXIA"]  # in another cluster, less clear
    for column, value in (("cluster", 1), ("overlap", 3), ("fdr", 1e-2), ("genes", "A")):
        pca["enriched"][column] = [*pca["enriched"][column], value]
    cells = [
        asked("pca", CLUSTERS, 0.6, answer=pca),
        asked("gae", CLUSTERS, 0.5, answer=gae),
        asked("vgae", CLUSTERS, 0.4),
        asked("random", CLUSTERS, 0.9, answer=gae, kind="control"),
    ]
    figure = {one.stem: one for one in board_figures(biology_boards(cells)[0])}["enriched_Hallmark"]
    axes = drawn(figure).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["PCA", "GAE"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Apoptosis", "Hypoxia"]
    (dots,) = axes.collections
    assert np.array(dots.get_offsets()).tolist() == [[0, 0], [0, 1], [1, 1]]
    assert np.array(dots.get_array()) == pytest.approx([20, 4, 3])
    assert np.array(dots.get_sizes()) * 8 / dots.get_sizes().max() == pytest.approx([2, 8, 4])
    assert "PCA: Apoptosis, Hypoxia. GAE: Hypoxia." in figure.alt


def test_labels_are_two_lines_at_most() -> None:
    assert label("Pre-mRNA splicing of a very long name that needs two lines") == (
        "Pre-mRNA splicing of a very long name that\nneeds two lines"
    )
    lines = label(LONG).split("\n")
    assert len(lines) == 2
    assert lines[1].endswith(" …")
    assert max(map(len, lines)) <= 46


@pytest.fixture
def over_time() -> Question:
    """A question about time."""
    return Question(OVER_TIME, "GO", "4d")


def terms(before: list[float | None], since: list[float | None]) -> dict[str, Any]:
    rows = zip(before, since, strict=True)
    return {
        "interval": [0.5, 0.9],
        "parts": [],
        "terms": [
            {"term": f"GO:{number}", "name": "", "before": one, "since": other, "n_since_positive": 5}
            for number, (one, other) in enumerate(rows)
        ],
    }


def test_terms_before_and_since(over_time: Question) -> None:
    before, since = [0.9, 0.8, 0.7, math.nan], [0.6, 0.7, 0.5, 0.9]
    cells = [
        asked("cheat", over_time, 0.6, 0.8, answer=terms(before, since)),
        asked("gae", over_time, 0.5, 0.5, answer=terms([None], [0.5])),
        asked("random", over_time, 0.5, 0.5, answer=terms([0.5, 0.5], [0.5, 0.5]), kind="control"),
    ]
    (figure,) = over_time_figures(*biology_boards(cells))
    axes = drawn(figure).axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["CHEAT", "RANDOM"]
    dots = {line.get_gid(): line for line in axes.lines[::-1] if str(line.get_gid()).startswith("dot")}
    assert dots["dot annotated before"].get_xdata() == pytest.approx([0.8])
    assert dots["dot annotated since"].get_xdata() == pytest.approx([0.6])
    joined = [line for line in axes.lines if line.get_gid() == "joined"]
    assert joined[0].get_xdata() == pytest.approx([0.8, 0.6])
    first = next(line for line in axes.lines if line.get_gid() == "interval")
    draws = np.random.default_rng(0).integers(3, size=(1000, 3))
    assert first.get_xdata() == pytest.approx(
        np.percentile(np.array(before[:3])[draws].mean(axis=1), [2.5, 97.5])
    )
    assert "CHEAT: 0.800 before, 0.600 since; RANDOM: 0.500 before, 0.500 since" in figure.alt


def test_terms_of_seeds_are_those_that_all_have() -> None:
    seeds = [terms([0.9, 0.5, None], [0.7, 0.5, 0.5]), terms([0.7, None, 0.6], [0.5, 0.5, 0.5])]
    found = paired_areas([seed["terms"] for seed in seeds])
    assert found == pytest.approx(np.array([[0.8, 0.6]]))
    assert paired_areas([[]]).shape == (0, 2)


@cache
def crowded() -> list[tuple[str, Drawing]]:
    """Every figure of 15 methods with 12 questions and long names."""
    libraries = ["Hallmark", "GO BP experimental", f"Reactome {LONG}"]
    questions = [
        *(replace(one, knowledge=name) for one in (HALLMARK, CLUSTERS) for name in libraries),
        *(
            replace(ESSENTIAL, knowledge=name, measure=measure)
            for measure in ("within", "across")
            for name in ("haploinsufficient", "dosage_sensitive", "essential")
        ),
    ]
    sets = enriched(*((f"{number} {LONG}", number + 1, 10.0**-number, str(number)) for number in range(30)))
    cells = [
        asked(
            f"m{number}", question, 0.1 + number / 100, 0.6, 0.5, 3.0, 1.0, answer=sets,
            title=f"A method with a long name {number}", kind="control" if number > 12 else "published",
        )
        for question in questions
        for number in range(15)
    ]  # fmt: skip
    (board,) = biology_boards(cells)
    return [(figure.stem, drawn(figure)) for figure in board_figures(board)]


def test_nothing_is_cut_and_nothing_collides() -> None:
    assert {name for name, _ in crowded()} >= {"retrieval", "questions", "enriched_Hallmark"}
    for name, figure in crowded():
        figure.draw_without_rendering()
        shown = " ".join(text.get_text().replace("\n", " ") for text in figure.findobj(Text))
        assert "heat by proteins" not in shown  # the end of a long name is left out
        width, height = figure.get_size_inches() * figure.dpi
        assert width <= 1400, name
        for axes in figure.axes:
            for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
                boxes = [text.get_window_extent() for text in labels if text.get_text()]
                assert not any(one.overlaps(other) for one, other in pairwise(boxes)), name
        ticks = {text for axes in figure.axes for text in axes.get_xticklabels()}  # some are out of sight
        for text in set(figure.findobj(Text)) - ticks:
            if text.get_text() and text.get_visible():
                box = text.get_window_extent()
                assert box.x0 >= -1, (name, text)
                assert box.x1 <= width + 1, (name, text)
                assert box.y0 >= -1, (name, text)
                assert box.y1 <= height + 1, (name, text)
