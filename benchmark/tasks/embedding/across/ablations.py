"""What does a part of a method do? Rows with other hyper-parameters beside the row that they change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from statistics import fmean
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import variant_suffix
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.intervals import (
    ROUNDING,
    Interval,
    datasets_interval,
    jackknife_error,
    mean_interval,
)
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.tasks.embedding.across.changes import by_seed, is_random, word_of
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.metrics import JOINT
from geneboard.benchmark.tasks.embedding.board.replicates import Replicates
from geneboard.benchmark.tasks.embedding.joint import TRAINED_ON
from geneboard.datasets.joint import is_joint

Change = tuple[str, str]
"""Title of a row, and what it changes: ``("MuSe-GNN", "share_weights=false")``."""


@dataclass(frozen=True, eq=False)
class Ablations:
    """Scores of rows with other hyper-parameters, minus those of the rows that they change.

    Attributes
    ----------
    folder
        Where its table goes, relative to the result folder.
    tissues
        With such rows.
    frame
        One row per method and change: ``title``, ``change``, for each tissue T ``T`` (difference of joint
        scores, mean over common seeds) with its 95 % interval over groups of datasets (``T_low``,
        ``T_high``), ``difference`` (mean over tissues) with ``difference_low`` and ``difference_high``,
        ``verdict``, what the change does, and ``seeds``, how many both rows have in each tissue. That
        interval is over tissues, and over the datasets of a single one.
    groups
        The records of the tissues.
    """

    folder: PurePath
    tissues: tuple[str, ...]
    frame: pd.DataFrame
    groups: tuple[Group, ...]


def ablations(boards: Iterable[Board]) -> list[Ablations]:
    """Return one comparison for each source and preset that has rows with other hyper-parameters."""
    found: dict[tuple[str, str], list[tuple[Group, dict[Change, dict[str, Any]]]]] = defaultdict(list)
    for board in boards:
        group = board.group
        if not (group.covered_by or is_joint(group.tissue)) and (changes := _changes(group)):
            found[group.source, group.preset].append((group, changes))
    return [_comparison(found[run]) for run in sorted(found)]


def _comparison(tissues: Sequence[tuple[Group, dict[Change, dict[str, Any]]]]) -> Ablations:
    lines = []
    for title, change in dict.fromkeys(name for _, changes in tissues for name in changes):
        own = {group.tissue: of[title, change] for group, of in tissues if (title, change) in of}
        line: dict[str, Any] = {"title": title, "change": change}
        for tissue, one in own.items():
            line |= {tissue: one["difference"]} | _ends(tissue, one["interval"])
        differences = [one["difference"] for one in own.values()]
        over = next(iter(own.values()))["interval"] if len(own) == 1 else mean_interval(differences)
        # Each tissue is a training of its own, so the interval over several has the luck of trainings in it.
        (first, *others) = own.values()
        is_told = word_of(over, first["by_seed"] if first["is_random"] and not others else None)
        line |= {"difference": fmean(differences), **_ends("difference", over), "verdict": is_told}
        seeds = (f"{tissue} {len(one['by_seed'])}" for tissue, one in own.items())
        lines.append(line | {"seeds": ", ".join(seeds)})
    groups = tuple(group for group, _ in tissues)
    names = tuple(group.tissue for group in groups)
    columns = [f"{name}{end}" for name in (*names, "difference") for end in ("", "_low", "_high")]
    frame = pd.DataFrame(lines, columns=["title", "change", *columns, "verdict", "seeds"])
    frame = frame.sort_values(["title", "difference"], ignore_index=True)
    return Ablations(groups[0].folder.parent, names, frame, groups)


def _ends(name: str, interval: Interval | None) -> dict[str, float]:
    return {} if interval is None else {f"{name}_low": interval.low, f"{name}_high": interval.high}


def _changes(group: Group) -> dict[Change, dict[str, Any]]:
    """Return difference and interval of each row that changes another one of the same method."""
    if not any(record["overrides"] for record in group.records):
        return {}
    rows = [row for row in make_rows(group.records) if TRAINED_ON not in row.first["overrides"]]
    without = Replicates.of(rows).values([JOINT])
    found: dict[Change, dict[str, Any]] = {}
    for row in rows:
        changed = _changed_row(row, rows)
        if changed is None or not (seeds := [*by_seed(row, changed).values()]):
            continue
        difference = fmean(seeds)
        kept = changed.first["overrides"]
        more = {key: value for key, value in row.first["overrides"].items() if key not in kept}
        ours, theirs = ([one[JOINT] for one in without.get(r.name, {}).values()] for r in (row, changed))
        apart = [a - b for a, b in zip(ours, theirs, strict=False) if a is not None and b is not None]
        is_whole = bool(ours) and len(apart) == len(ours) == len(theirs)
        is_spread = is_whole and jackknife_error(apart) > ROUNDING  # else there is no error to compare with
        found[changed.title, variant_suffix(more)[1:-1]] = {
            "difference": difference,
            "interval": datasets_interval(difference, apart) if is_spread else None,
            "by_seed": seeds,
            "is_random": is_random(row, changed),
        }
    return found


def _changed_row(row: Row, rows: Sequence[Row]) -> Row | None:
    """Return the row with the most hyper-parameters in common that sets nothing else."""
    own = row.first["overrides"].items()
    fewer = [
        one
        for one in rows
        if one.first["method"] == row.first["method"]
        and len(one.first["overrides"]) < len(own)
        and all(item in own for item in one.first["overrides"].items())
    ]
    return max(fewer, key=lambda one: len(one.first["overrides"]), default=None)
