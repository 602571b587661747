"""The pictures of a leaderboard of biology."""

from __future__ import annotations

import textwrap
from functools import partial

import numpy as np
import pandas as pd

from geneboard.benchmark.report.figures import dot_interval, heatmap
from geneboard.benchmark.report.figures.style import GREY, Heading, short
from geneboard.benchmark.report.number_text import MISSING, number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.biology.board.answers import Answer
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import ABOVE, Entry
from geneboard.benchmark.tasks.biology.board.words import verdict
from geneboard.benchmark.tasks.biology.figures.conditions import condition_figures
from geneboard.benchmark.tasks.biology.figures.dataset_tree import tree_figures
from geneboard.benchmark.tasks.biology.figures.enriched import enriched_figures
from geneboard.benchmark.tasks.biology.figures.over_time import over_time_figures
from geneboard.benchmark.tasks.biology.figures.regulators import regulator_figures
from geneboard.benchmark.tasks.biology.figures.shared_regulators import shared_figures
from geneboard.benchmark.tasks.biology.questions import Question

EMBEDDING, NULL = "embedding", "null"
SERIES = {EMBEDDING: {"color": "#0072B2", "marker": "o"}, NULL: {"color": GREY, "marker": "s"}}
PANELS = 4
"""Of retrieval: more would be too narrow to read."""

RETRIEVED = {
    "retrieval": ("Do genes of a set lie together?", "sharing a gene set", "gene names"),
    "orthologs": ("Do orthologs lie together?", "orthologs of the other species", "mouse genes"),
}
"""Of measures that are an AUC beside a null: title, what is found, and what is permuted."""

NAMES, COLUMN = 1.3, 0.95
"""Inches for the names of the rows of the heat map, and for each column."""

LONGEST = 45
"""Characters of the name of a library that are shown."""

WIDE = 1.96
"""Standard deviations that the band of the null reaches to both sides: 95 % of a normal one."""


def board_figures(board: BiologyBoard) -> list[Figure]:
    """Return the pictures: retrieval beside its null, every method with every question, and others."""
    found = []
    for measure, words in RETRIEVED.items():
        asked = [question for question in board.questions if question.measure == measure]
        found += [_retrieval(board, asked[:PANELS], words)] if asked else []
    return [
        *found,
        _heatmap(board),
        *enriched_figures(board),
        *over_time_figures(board),
        *regulator_figures(board),
        *condition_figures(board),
        *tree_figures(board),
        *shared_figures(board),
    ]


def _controls(board: BiologyBoard) -> int:
    return sum(entry.kind == "control" for entry in board.entries)


def _retrieval(board: BiologyBoard, asked: list[Question], words: tuple[str, str, str]) -> Figure:
    title, what, null = words
    titles = [entry.row.title for entry in board.entries]
    return Figure(
        asked[0].measure,
        partial(
            dot_interval.draw,
            Heading.of(board.group, title),
            titles,
            [
                dot_interval.Panel(_wrapped(f"AUC, {one.knowledge}", 26), _points(board, one), line=0.5)
                for one in asked
            ],
            SERIES,
            apart=_controls(board),
            words=dot_interval.Words(bar="95 % interval (null: of permutations)", line="0.5"),
            notes=[f"Null: {null} permuted among those of like expression and degree."],
        ),
        alt=f"AUC of cosine similarity for {what}, beside its null. "
        + " ".join(f"{one.knowledge}: {_in_order(board, one)}." for one in asked),
        caption=f"AUC for {what}, and what remains of it when {null} are permuted.",
        wide=True,
    )


def _points(board: BiologyBoard, question: Question) -> pd.DataFrame:
    found = []
    for number_of_row, entry in enumerate(board.entries):
        answer = entry.answers.get(question)
        if answer is None or answer.value is None:
            found.append({"row": number_of_row, "series": EMBEDDING, "value": np.nan, "text": "no answer"})
            found.append({"row": number_of_row, "series": NULL, "value": np.nan})
        else:
            found += [{"row": number_of_row, **point} for point in _dots(answer)]
    return pd.DataFrame(found)


def _dots(answer: Answer) -> list[dict[str, object]]:
    """Return the dot of an answer and that of its null, each with its interval."""
    assert answer.value is not None
    null, z = answer.mean("AUC_null"), answer.mean("AUC_z")
    assert null is not None
    ends = answer.interval
    spread = WIDE * abs(answer.value / z) if z else np.nan
    return [
        {
            "series": EMBEDDING,
            "value": answer.mean("AUC"),
            "low": np.nan if ends is None else null + ends.low,
            "high": np.nan if ends is None else null + ends.high,
        },
        {"series": NULL, "value": null, "low": null - spread, "high": null + spread},
    ]


def _in_order(board: BiologyBoard, question: Question) -> str:
    known = [(entry.row.title, _value(entry, question)) for entry in board.entries]
    ranked = sorted(((title, value) for title, value in known if value is not None), key=lambda one: -one[1])
    return ", ".join(f"{title} {number(value, question.about.digits)}" for title, value in ranked)


def _value(entry: Entry, question: Question) -> float | None:
    answer = entry.answers.get(question)
    return None if answer is None else answer.value


def _heatmap(board: BiologyBoard) -> Figure:
    entries, columns = board.entries, [_head(question) for question in board.questions]
    index = [entry.row.title for entry in entries]
    values = pd.DataFrame(
        [[_value(entry, question) for question in board.questions] for entry in entries],
        index=index, columns=columns, dtype=float,
    )  # fmt: skip
    texts = pd.DataFrame([[_text(entry, question) for question in board.questions] for entry in entries])
    instead = {place: entry.row.status for place, entry in enumerate(entries) if not entry.row.scored}
    return Figure(
        "questions",
        partial(
            heatmap.draw,
            Heading.of(board.group, verdict(board).partition(";")[0].rstrip(".")),
            heatmap.shares_of(values, np.array([entry.kind == "control" for entry in entries])),
            texts,
            values.isna(),
            ends=("highest\ncontrol", "highest"),
            apart=_controls(board),
            instead=instead,
            notes=[
                "Colour: from the highest control of each column to its highest value; higher is better. "
                f"Grey: not above the controls. {ABOVE}: above the raw graph."
            ],
            width=max(7.0, NAMES + COLUMN * len(columns)),
        ),
        alt="Heat map of every method and question. "
        + " ".join(f"{question.label}: {_in_order(board, question)}." for question in board.questions),
        caption="Every method with every question, as in the table.",
        wide=True,
    )


def _head(question: Question) -> str:
    words = _wrapped(question.knowledge.replace("_", " "), 15)
    return f"{words}\n{question.about.head}" + ("\nforest" if question.is_second else "")


def _text(entry: Entry, question: Question) -> str:
    value = _value(entry, question)
    sign = ABOVE if question in entry.beaten else ""
    return MISSING if value is None else f"{number(value, question.about.digits)}{sign}"


def _wrapped(name: str, width: int) -> str:
    """Return a name on several lines; words that are two characters too long stay whole."""
    shown = short(name, LONGEST)
    return textwrap.fill(shown, width, break_long_words=max(map(len, shown.split())) > width + 2)
