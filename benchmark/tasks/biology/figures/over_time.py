"""How well terms are predicted that genes got before a day and since, as pairs of dots."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from geneboard.benchmark.report.figures import dot_interval
from geneboard.benchmark.report.figures.style import Heading
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.section import Figure
from geneboard.benchmark.tasks.biology.board.board import BiologyBoard
from geneboard.benchmark.tasks.biology.board.columns import Entry
from geneboard.benchmark.tasks.biology.questions import Question

OVER_TIME, TERMS = "over_time", "terms"
"""The measure, and what its answers hold: for each term its AUROC ``before`` the day and ``since``."""

BEFORE, SINCE = "annotated before", "annotated since"
SERIES = {BEFORE: {"color": "#0072B2", "marker": "o"}, SINCE: {"color": "#D55E00", "marker": "^"}}
RESAMPLES = 1000
"""Bootstrap samples of the terms."""

Found = Sequence[tuple[Entry, Sequence[Mapping[str, Any]]]]
"""Rows with their two dots, in the order of the table."""


def over_time_figures(board: BiologyBoard) -> Iterator[Figure]:
    """Return a picture for each question about time that some row answers."""
    for question in board.questions:
        if question.measure == OVER_TIME:
            dots = [(entry, _points(entry.answers.get(question))) for entry in board.entries]
            if found := [(entry, points) for entry, points in dots if points]:
                yield _figure(board, question, found)


def _points(answer: Any) -> list[dict[str, Any]]:
    """Return the two dots of a row with their intervals over terms; none without terms that have both."""
    if answer is None or not answer.row.scored:
        return []
    areas = paired_areas([record["answer"].get(TERMS, []) for record in answer.row.scored])
    if not len(areas):
        return []
    drawn = np.random.default_rng(0).integers(len(areas), size=(RESAMPLES, len(areas)))
    low, high = np.percentile(areas[drawn].mean(axis=1), [2.5, 97.5], axis=0)
    means = areas.mean(axis=0)
    return [
        {"series": name, "value": means[place], "low": low[place], "high": high[place], "terms": len(areas)}
        for place, name in enumerate(SERIES)
    ]


def paired_areas(seeds: Sequence[Sequence[Mapping[str, Any]]]) -> np.ndarray:
    """Return AUROC before and since of the terms that have both in all seeds, mean over seeds.

    Parameters
    ----------
    seeds
        The terms of each seed.

    Returns
    -------
    np.ndarray
        Shape (n_terms, 2).
    """
    tables = [
        pd.DataFrame(list(terms), columns=["term", "before", "since"]).set_index("term").astype(float)
        for terms in seeds
    ]
    together = pd.concat([table.dropna() for table in tables], axis=1, join="inner")
    mean = together.T.groupby(level=0).mean().T
    found: np.ndarray = mean[["before", "since"]].to_numpy()
    return found


def _figure(board: BiologyBoard, question: Question, found: Found) -> Figure:
    points = [{"row": row, **point} for row, (_, dots) in enumerate(found) for point in dots]
    told = [
        f"{entry.row.title}: {number(before['value'], 3)} before, {number(since['value'], 3)} since"
        for entry, (before, since) in found
    ]
    n_terms = max(int(point["terms"]) for point in points)
    return Figure(
        OVER_TIME,
        partial(
            dot_interval.draw,
            Heading.of(
                board.group, f"Are new annotations predicted as well as old ones? {question.knowledge}"
            ),
            [entry.row.title for entry, _ in found],
            [dot_interval.Panel("mean AUROC over terms", pd.DataFrame(points), line=0.5)],
            SERIES,
            apart=sum(entry.kind == "control" for entry, _ in found),
            words=dot_interval.Words(bar="95 % interval (over terms)", line="0.5: chance"),
            notes=[
                f"At most {n_terms} terms, the same before and since. Who is much better before may have "
                "seen the labels in training."
            ],
            joined=True,
        ),
        alt=f"Mean AUROC of {question.knowledge}, of genes annotated before the day and since. "
        f"{'; '.join(told)}.",
        caption="Prediction of terms for genes that got them before a day, and since.",
        wide=True,
    )
