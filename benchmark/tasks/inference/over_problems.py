"""Tables over several problems of the L1000 task: landmark budgets, organs left out, other platforms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Problem, age
from geneboard.benchmark.report.groups import canonical
from geneboard.benchmark.tasks.inference.board.leaderboard import InferenceBoard

METRICS = ("PCC", "PCC_within", "MAE", "rank_correlation")
"""Scores that the tables over problems show."""

COMPARISON = "comparison"
"""The experiment with all landmarks, which is the point of reference of the others."""

_OF_PROBLEM = ("landmarks", "landmarks_present", "selection", "organ", "test_set", "targets")
_SELECTIONS = ("all", "greedy", "lasso", "random")


@dataclass(frozen=True)
class ExperimentKind:
    """An experiment: what `Problem.experiment` calls it, its file, its title, and what must be said of it."""

    experiment: str
    file: str
    title: str
    sentences: tuple[str, ...]


KINDS = (
    ExperimentKind(
        "landmarks",
        "landmark_budget",
        "Landmark budget",
        (
            "Each column has so many landmarks as inputs; the largest is all that the data have, and the "
            "same for every selection. The targets are the same in all columns.",
        ),
    ),
    ExperimentKind(
        "organs",
        "organs_left_out",
        "Organs left out",
        (
            "Each column trains without one organ and tests on it alone. The column of all organs, where "
            "there is one, is the comparison with all landmarks: it tests on every organ, so the two differ "
            "in their samples too.",
        ),
    ),
    ExperimentKind(
        "platform",
        "platforms",
        "Other platforms",
        (
            "Each column trains on one expression set and tests on another. Where the two sets have few "
            "organs in common, platform and organ are confounded: a fall in score may come from either. The "
            "RNA-seq and Agilent sets of TCGA that this project is measured on share only the uterus.",
            "Targets are the genes that both sets have; columns with other numbers of targets have other "
            "genes, and only their order of methods can be compared.",
        ),
    ),
)


@dataclass(frozen=True, eq=False)
class Experiment:
    """Several problems of one source and preset beside each other.

    Attributes
    ----------
    folder, stem
        Where its files go, relative to the result folder, and their name without ending.
    boards
        The problems, in the order of the columns.
    frame
        One row per problem, method and metric, `low` and `high` are the interval over seeds; of the
        comparison only the methods that another problem has.
    sentences
        What must be said of it.
    """

    kind: ExperimentKind
    source: str
    preset: str
    folder: PurePath
    stem: str
    boards: tuple[InferenceBoard, ...]
    frame: pd.DataFrame
    sentences: tuple[str, ...]

    @property
    def methods(self) -> dict[str, str]:
        """Titles by name of the row, methods before controls, each in the order of the first problem."""
        names = self.frame.drop_duplicates("method")
        ordered = names.sort_values("kind", key=lambda kind: kind == "control", kind="stable")
        return dict(zip(ordered["method"], ordered["title"], strict=True))


def experiments(boards: Iterable[InferenceBoard]) -> list[Experiment]:
    """Return every table over problems that the boards of one source and preset give.

    Problems of other data, numbers of targets or versions of the metrics than the newest are left out of a
    table, which says so; data may differ between platforms alone.
    """
    by_ending: dict[str, list[InferenceBoard]] = defaultdict(list)
    for board in boards:
        by_ending[targets_ending(board.group.tissue)].append(board)
    return [
        _experiment(kind, members, ending)
        for kind in KINDS
        for ending, members in sorted(by_ending.items())
        if any(board.problem["experiment"] == kind.experiment for board in members)
    ]


def targets_ending(problem: str) -> str:
    """Return how the name of a problem with fewer targets ends: "-1000-targets", or nothing."""
    ending = re.search(r"-\d+-targets$", problem)
    return ending[0] if ending else ""


def _experiment(kind: ExperimentKind, members: Sequence[InferenceBoard], ending: str) -> Experiment:
    own = [board for board in members if board.problem["experiment"] in (kind.experiment, COMPARISON)]
    newest = max(
        (board for board in own if board.problem["experiment"] == kind.experiment),
        key=lambda board: max(map(age, board.group.records)),
    )
    alike = [board for board in own if _version(kind, board) == _version(kind, newest)]
    alike.sort(key=lambda board: _column(board.problem))
    others = [board.group.tissue for board in own if board not in alike]
    sentences = [*kind.sentences]
    if others:
        sentences.append(
            "Not in this table, as they are of other data, another number of targets, another normalisation "
            f"or another version of the metrics: {', '.join(others)}."
        )
    group = newest.group
    return Experiment(
        kind,
        group.source,
        group.preset,
        group.folder.parent,
        kind.file + ending,
        tuple(alike),
        _long_frame(kind, alike),
        tuple(sentences),
    )


def _version(kind: ExperimentKind, board: InferenceBoard) -> tuple[Any, ...]:
    """Return what problems of one table must share."""
    first = board.group.records[0]
    shared = canonical(first["metric_versions"]), board.problem["quantile"]
    if kind.experiment == "platform":
        return shared
    return *shared, canonical(first["data_hashes"]), board.problem["targets"]


def _column(problem: Problem) -> tuple[Any, ...]:
    """Return the sort key of a problem: the comparison first, then most landmarks, organ, other set."""
    return (
        problem["experiment"] != COMPARISON,
        -problem["landmarks"],
        _SELECTIONS.index(problem["selection"]),
        problem["organ"],
        problem["test_set"],
    )


def _long_frame(kind: ExperimentKind, boards: Sequence[InferenceBoard]) -> pd.DataFrame:
    methods = {
        name
        for board in boards
        if board.problem["experiment"] == kind.experiment
        for name in board.frame["method"]
    }
    lines = [line for board in boards for line in _lines(kind, board) if line["method"] in methods]
    return pd.DataFrame(lines).astype({"value": float, "low": float, "high": float, "seeds": "Int64"})


def _lines(kind: ExperimentKind, board: InferenceBoard) -> Iterator[dict[str, Any]]:
    problem = dict(board.problem)
    for row in board.frame.to_dict("records"):
        for metric in METRICS:
            yield {
                "experiment": kind.file,
                "problem": board.group.tissue,
                **{name: problem[name] for name in _OF_PROBLEM},
                "data": board.group.data_hash,
                **{name: row[name] for name in ("method", "title", "kind")},
                "metric": metric,
                "value": row[metric],
                "low": row[f"{metric}_low"],
                "high": row[f"{metric}_high"],
                "seeds": row["seeds"],
                "status": row["status"],
            }
