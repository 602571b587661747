"""Does training on several tissues together help or cost? The rows of both trainings, tissue by tissue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from statistics import fmean

import numpy as np
import pandas as pd

from geneboard.benchmark.records.record import variant_suffix
from geneboard.benchmark.report.groups import Group, folder_name
from geneboard.benchmark.report.intervals import mean_interval
from geneboard.benchmark.report.number_text import number, number_or_none
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.section import Note, Section
from geneboard.benchmark.report.table import Cell, Column, Line, Part, Table
from geneboard.benchmark.report.wording import counted
from geneboard.benchmark.tasks.embedding.across.changes import (
    COSTS,
    DIGITS,
    HELPS,
    TRAININGS,
    UNTOLD,
    by_seed,
    difference_cell,
    is_random,
    word_of,
)
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT
from geneboard.benchmark.tasks.embedding.board.words import warning
from geneboard.benchmark.tasks.embedding.joint import TRAINED_ON


@dataclass(frozen=True, eq=False)
class JointTraining:
    """Scores of the same methods, trained on some tissues together and on each alone.

    Attributes
    ----------
    name
        Of the tissues together.
    folder
        Where its table goes, relative to the result folder.
    tissues
        What it was scored on.
    frame
        One row per method: ``title``, for each tissue T ``T_alone`` and ``T_together`` (joint scores, means
        over seeds), ``mean_alone``, ``mean_together``, ``difference`` with its 95 % interval over tissues
        (``difference_low``, ``difference_high``) and ``verdict``.
    groups
        The records of the tissues.
    """

    name: str
    folder: PurePath
    tissues: tuple[str, ...]
    frame: pd.DataFrame
    groups: tuple[Group, ...]


SUMMARY = ("mean_alone", "mean_together", "difference", "difference_low", "difference_high", "verdict")


def joint_trainings(boards: Sequence[Board]) -> list[JointTraining]:
    """Return one comparison for each source, preset and set of tissues that were trained on together."""
    found: dict[tuple[str, str, str], list[Board]] = defaultdict(list)
    for board in boards:
        together = {record["overrides"].get(TRAINED_ON) for record in board.group.records} - {None}
        for name in together:
            found[board.group.source, board.group.preset, str(name)].append(board)
    every = (_comparison(name, found[source, preset, name]) for source, preset, name in sorted(found))
    return [one for one in every if len(one.frame)]


def _comparison(name: str, boards: Sequence[Board]) -> JointTraining:
    tissues = tuple(board.group.tissue for board in boards)
    alone, together = ([_rows(board, trained) for board in boards] for trained in (None, name))
    lines = []
    for title in dict.fromkeys(title for rows in together for title in rows):
        line: dict[str, object] = {"title": title}
        pairs = []
        for tissue, ours, theirs in zip(tissues, together, alone, strict=True):
            for which, rows in (("alone", theirs), ("together", ours)):
                line[f"{tissue}_{which}"] = rows[title].means[JOINT] if title in rows else None
            if title in theirs and title in ours:
                pairs.append((theirs[title], ours[title]))
        lines.append(line | _summary(pairs))
    first = boards[0].group
    scores = [f"{tissue}_{trained}" for tissue in tissues for trained in ("alone", "together")]
    # While a run goes on, rows lack their partners, and lines some of these columns.
    frame = pd.DataFrame(lines, columns=["title", *scores, *SUMMARY])
    frame = frame.sort_values("difference", ascending=False, ignore_index=True)
    groups = tuple(board.group for board in boards)
    return JointTraining(name, first.folder.parent / folder_name(name), tissues, frame, groups)


def _rows(board: Board, trained: str | None) -> dict[str, Row]:
    """Return the rows with a joint score by the title of the method, of those that were trained on this."""
    found = {}
    for row in make_rows(board.group.records):
        others = {key: value for key, value in row.first["overrides"].items() if key != TRAINED_ON}
        if row.first["overrides"].get(TRAINED_ON) == trained and row.means[JOINT] is not None:
            found[row.first["title"] + variant_suffix(others)] = row
    return found


def _summary(pairs: Sequence[tuple[Row, Row]]) -> dict[str, object]:
    """Return means over tissues, and the 95 % t interval of the mean difference.

    The rows of all tissues that were trained on together with one seed come from one training.
    """
    if not pairs:
        return {"verdict": "no tissue has both"}
    scores = np.array([[row.means[JOINT] for row in pair] for pair in pairs], dtype=float)
    differences = scores[:, 1] - scores[:, 0]
    ends = mean_interval(differences)
    found_by_seed = [by_seed(together, alone) for alone, together in pairs]
    seeds = set.intersection(*map(set, found_by_seed))
    trainings = [fmean(apart[seed] for apart in found_by_seed) for seed in seeds]
    random = any(is_random(*pair) for pair in pairs)
    found: dict[str, object] = {
        "mean_alone": fmean(scores[:, 0]),
        "mean_together": fmean(scores[:, 1]),
        "difference": fmean(differences),
        "verdict": word_of(ends, trainings if random else None),
    }
    return found if ends is None else found | {"difference_low": ends.low, "difference_high": ends.high}


def joint_training_section(found: JointTraining) -> Section:
    """Return the section of a comparison: a table, and one sentence."""
    first = found.groups[0]
    columns = (
        Column("title", "method", kind="name"),
        *(
            Column(
                f"{tissue}_together",
                tissue,
                better="higher",
                explained="joint score when trained on all of them, and in brackets on it alone",
                show=lambda line, _, tissue=tissue: _both(line, tissue),  # type: ignore[misc]
            )
            for tissue in found.tissues
        ),
        Column(
            "difference", digits=3, better="higher", explained="together minus alone", show=difference_cell
        ),
        Column("verdict", "training together", kind="text"),
    )
    title = f"Training together or alone: {found.name}"
    return Section(
        title=title,
        folder=found.folder,
        stem="joint_training",
        name=f"Together or alone: {found.name}",
        part=f"Source {first.source}, preset {first.preset}",
        tables=[
            Table(
                stem="joint_training",
                title=title,
                columns=columns,
                frame=found.frame,
                parts=(Part("Joint scores", tuple(found.frame.to_dict("records"))),),
                caption=f"{title}. {INTERVAL}",
            )
        ],
        verdict=verdict(found),
        notes=[Note(verdict(found), but_not_in=frozenset({"html"})), Note(INTERVAL)],
        facts={"Data": ", ".join(f"{group.tissue} {group.data_hash}" for group in found.groups)},
        warning=warning(first.source),
    )


INTERVAL = (
    "In brackets the joint score of the training on the tissue alone; the interval of the difference is a t "
    f"interval over tissues, which are few. {TRAININGS}"
)


def verdict(found: JointTraining) -> str:
    """Return for how many methods training together helps, costs, or neither can be told."""
    counts = found.frame["verdict"].value_counts()
    told = [f"{word} {counts[word]}" for word in (HELPS, COSTS) if word in counts]
    untold = int(counts.get(UNTOLD, 0))
    methods = counted(len(found.frame), "method")
    if not told:
        return f"Whether training on {found.name} together helps cannot be told for any of {methods}."
    return f"Of {methods}, training on {found.name} together {' and '.join(told)}; {untold} cannot be told."


def _both(line: Line, tissue: str) -> Cell:
    together, alone = (number_or_none(line[f"{tissue}_{which}"]) for which in ("together", "alone"))
    return Cell(f"{number(together, DIGITS)} ({number(alone, DIGITS)})", together)
