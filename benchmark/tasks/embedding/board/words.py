"""What a leaderboard of gene embeddings says about itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.report.number_text import number
from geneboard.benchmark.report.rows import defined_value, make_rows, why_undefined
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.table import Line
from geneboard.benchmark.report.wording import (
    best_row,
    is_synthetic_source,
    listed,
    methods_of,
    seeds_interval_sentences,
)
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.columns import PUBLISHED_SENTENCE
from geneboard.benchmark.tasks.embedding.board.metrics import HELDOUT_METRICS, METRICS
from geneboard.benchmark.tasks.embedding.board.replicates import group_sentences
from geneboard.benchmark.tasks.embedding.board.scale import MIN_ROWS
from geneboard.datasets.base import HELDOUT

SYNTHETIC = "SYNTHETIC DATA: simulated counts with known modules. These scores say nothing about real tissue."
CONTROLS = (
    "Controls know no biology, or (oracle) know the truth: a metric that ranks one of the former first says "
    "something about itself."
)

HOLDOUT = (
    "Methods were trained on the graphs of half of the cells of every dataset; AUC_heldout and NO_heldout "
    "are scored on the graphs of the other half, all else on those of the first. Both halves are of the same "
    "samples: this says nothing about other donors or laboratories. A method whose held-out values are much "
    "lower than AUC and NO fits the noise of its graphs."
)

RANK = (
    "Average rank: mean over the six metrics of the rank among all methods, 1 is best; undefined scores "
    "and rows without scores rank last; controls have none."
)
COST = "Time (s) is the mean over cells, memory (MB) the highest peak of them."

NAMED = 3
"""Methods that a sentence names; more are counted."""


def warning(source: str) -> str:
    """Return the warning that data are simulated, or nothing."""
    return SYNTHETIC if is_synthetic_source(source) else ""


def is_holdout(group: Group) -> bool:
    """Return whether half of the cells were held out for scoring."""
    return HELDOUT in group.records[0]["data_hashes"]


def holdout_sentence(group: Group) -> str:
    """Return what held-out cells mean, and which score of them has no value anywhere and why."""
    scored = [record["scores"] for record in group.records if record["status"] == "ok"]
    undefined = [
        f"{metric} is undefined: {why_undefined(scored[0].get(metric))}."
        for metric in HELDOUT_METRICS
        if scored and all(defined_value(scores, metric) is None for scores in scored)
    ]
    return " ".join([HOLDOUT, *undefined])


def scale_sentences(frame: pd.DataFrame) -> list[str]:
    """Return how the average score came about, or why there is none."""
    members = frame.loc[frame["sets_range"]]
    titles = ", ".join(sorted(members["title"]))
    if len(members) < MIN_ROWS:
        found = f"only {titles} has" if len(members) else "none has"
        return [
            f"There is no average score: its scale needs at least {MIN_ROWS} published methods with scores, "
            f"and here {found} any."
        ]
    sentences = [
        f"Average score: each metric is scaled from 0 (lowest) to 1 (highest) of {titles}, the published "
        "methods, and the six are averaged; all other rows may fall outside 0 to 1, and an undefined metric "
        "counts 0. Of a method that is here with the settings of the preset, variants do not set the scale.",
        "This scaling is this project's reading of the published average score, which does not spell it out.",
    ]
    flat = [m for m in METRICS if not members[m].max() - members[m].min() > ROUNDING]
    if flat:
        sentences.append(
            f"Without a spread among those methods, and so 0.5 for every value: {', '.join(flat)}."
        )
    return sentences


def interval_sentences(frame: pd.DataFrame) -> list[str]:
    """Return what the two intervals of the average score are, as far as the table has any."""
    sentences = seeds_interval_sentences(frame)
    if frame.filter(regex="_datasets_low$").notna().any(axis=None):
        sentences.append(
            "Over datasets (jackknife 95 %): from the scores that leave out one unit each (a donor, "
            "an animal, a study), first seed, without training again; not cut at 0 or 1."
        )
    return sentences


def board_notes(board: Board) -> list[Note]:
    """Return the sentences under a leaderboard: what is needed to read it, and details."""
    frame = board.frame
    average, *reading = scale_sentences(frame)
    ties, *tests = board.comparison.sentences
    seeds = [Note("Seeds measure the noise of training only.", is_detail=True)]
    # tex has the former behind the sign of the column, html the latter above the controls
    published = [Note(PUBLISHED_SENTENCE, but_not_in=frozenset({"tex"}))]
    controls = [Note(CONTROLS, is_detail=True, but_not_in=frozenset({"html"}))]
    return [
        Note(average),
        *(Note(sentence, is_detail=True) for sentence in reading),
        Note(RANK, is_detail=True),
        *map(Note, interval_sentences(frame)),
        *map(Note, group_sentences(make_rows(board.group.records))),
        *(seeds if set(frame["seeds_interval"]) - {""} else ()),
        Note(ties),
        *(Note(sentence, is_detail=True) for sentence in tests),
        *(published if frame["published_score"].notna().any() else ()),
        *(Note(sentence) for column in board.foreign for sentence in column.sentences),
        *(controls if (frame["kind"] == "control").any() else ()),
        Note(COST, but_not_in=frozenset({"txt"})),
    ]


def row_notes(line: Line) -> list[str]:
    """Return what a row lacks: cells, metrics, vectors or intervals."""
    found = [line["reason"] if line["seeds_failed"] else "", line["undefined"], line["undefined_extra"]]
    if line["coverage"] < 1:
        found.append(
            f"has vectors for {100 * line['coverage']:.1f} % of these (gene, dataset) pairs; the others have "
            "the zero vector and count in every metric"
        )
    if line["no_datasets_interval"]:
        found.append(f"no interval over datasets: {line['no_datasets_interval']}")
    return [" ".join(note.split()) for note in found if note]


def winner_sentence(rows: Iterable[Line], pairs: pd.DataFrame) -> str:
    """Return who leads a leaderboard, who is not told apart from it, and of whom that is not known.

    Parameters
    ----------
    rows
        The rows of the leaderboard.
    pairs
        All pairs of its methods, as in `benchmark.report.statistics.comparison.Comparison`.
    """
    methods = methods_of(rows)
    best = best_row(methods, "average_score")
    if best is None:
        return "No average score."
    told_apart = _told_apart_from(str(best["method"]), pairs)
    tied = [str(row["title"]) for row in methods if told_apart.get(row["method"]) is False]
    unknown = [str(row["title"]) for row in methods if told_apart.get(row["method"], True) is None]
    parts = [f"{best['title']} has the highest average score, {number(best['average_score'], 3)}"]
    if tied:
        parts.append(f"not told apart from it: {_some(tied, len(methods) - 1)}")
    if unknown and not best["tie_group"]:
        parts.append("whether others tie with it is not known")
    elif unknown:
        parts.append(f"not known whether told apart: {_some(unknown, len(methods) - 1)}")
    return "; ".join(parts) + "."


def _told_apart_from(name: str, pairs: pd.DataFrame) -> dict[str, bool | None]:
    """Return whether each other method is told apart from one, None where that is not known."""
    found: dict[str, bool | None] = {}
    for one, two, apart in zip(pairs["method_1"], pairs["method_2"], pairs["told_apart"], strict=True):
        if name in (one, two):
            found[two if one == name else one] = None if pd.isna(apart) else bool(apart)
    return found


def _some(titles: Sequence[str], others: int) -> str:
    return listed(titles) if len(titles) <= NAMED else f"{len(titles)} of {others} others"
