"""Two result folders side by side: which leaderboards have the same data, and how far apart scores are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.differences import (
    RowName,
    chance_sentences,
    not_compared,
    rows_apart,
    what_else_differs,
)
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.datasets.errors import InputError

SAME, WITHIN, EXCEEDS, NO_INTERVAL = "same", "within", "exceeds", "no interval"
SCALE_MOVED = "scale moved"
"""Verdict on an aggregate that differs although no metric of the row does: other rows moved its scale."""

REASONS = 3
"""So many leaderboards are named in the sentence about folders that cannot be compared."""

UNDEFINED_IN = "undefined in"
"""Beginning of the verdict where a score has no value in 1 (the first folder), 2 (the second) or both."""

COMPARISON_COLUMNS = (
    "preset",
    "tissue",
    "genes_of",
    "source_1",
    "source_2",
    "method",
    "title",
    "kind",
    "metric",
    "value_1",
    "value_2",
    "difference",
    "low_1",
    "high_1",
    "low_2",
    "high_2",
    "seeds_1",
    "seeds_2",
    "verdict",
)
"""Columns of comparison.csv: ``difference`` is the second minus the first, low and high ends are over seeds.

Both are the score itself for a deterministic method of a single seed, as another seed would not change it.
"""


Rows = Mapping[RowName, Row]


@dataclass(frozen=True)
class Compared:
    """How leaderboards of a task are compared.

    Attributes
    ----------
    scores
        Columns of its leaderboard, which all have ``<score>_low`` and ``<score>_high``.
    leaderboard
        Makes it of some records.
    warning
        Returns the warning that the data of a source are simulated, or nothing.
    aggregate
        The last of the scores, if it is made of the others on a scale that other rows set.
    scale_sentences
        Returns what its scale rests on, of the rows of both sides and of those that both have, and whether
        some aggregate differs though no metric does.
    """

    scores: tuple[str, ...]
    leaderboard: Callable[[Sequence[Record]], pd.DataFrame]
    warning: Callable[[str], str]
    aggregate: str = ""
    scale_sentences: Callable[[Rows, Rows, Sequence[RowName], bool], list[str]] = field(default=lambda *_: [])


@dataclass(frozen=True, eq=False)
class BoardPair:
    """A leaderboard of the first folder and the one of the second that has the same data.

    Attributes
    ----------
    frame
        One row per method, hyper-parameters and score (`COMPARISON_COLUMNS`), of methods with scores in both.
    sentences
        What else differs.
    compared
        How the leaderboards of this task are compared.
    """

    first: Group
    second: Group
    frame: pd.DataFrame
    sentences: tuple[str, ...]
    compared: Compared


@dataclass(frozen=True, eq=False)
class FolderComparison:
    """Two result folders side by side.

    Attributes
    ----------
    first, second
        Their names.
    pairs
        The leaderboards that both have.
    not_compared
        A sentence for every other leaderboard.
    """

    first: str
    second: str
    pairs: tuple[BoardPair, ...]
    not_compared: tuple[str, ...]

    @property
    def frame(self) -> pd.DataFrame:
        """All differences, as comparison.csv has them."""
        # pandas is to change which types empty tables give, so they are joined only if all are empty.
        frames = [pair.frame for pair in self.pairs if not pair.frame.empty]
        return pd.concat(frames or [pair.frame for pair in self.pairs], ignore_index=True)

    @property
    def counts(self) -> dict[str, int]:
        """Number of scores by verdict."""
        return {str(verdict): int(n) for verdict, n in self.frame["verdict"].value_counts(sort=False).items()}


def compare_folders(
    first: str,
    first_records: Iterable[Record],
    second: str,
    second_records: Iterable[Record],
    tasks: Mapping[str, Compared],
) -> FolderComparison:
    """Put the records of two result folders side by side.

    Leaderboards belong together if preset, tissue, data and, for those that are not on all genes, these
    genes are the same; the label of the source may differ. The average score is made anew from the methods
    that have scores in both, so that both are scaled by the same methods.

    Parameters
    ----------
    first, second
        Names of the folders.
    first_records, second_records
        Their records in any order.
    tasks
        How the leaderboards of each task are compared; those of others are left out.

    Raises
    ------
    InputError
        If no two leaderboards belong together; it says what differs.
    """
    ours, theirs = (
        [group for group in select_groups(records) if group.task in tasks]
        for records in (first_records, second_records)
    )
    matched = _matched(ours, theirs)
    used = {id(group) for pair in matched for group in pair}
    reasons = not_compared(
        [group for group in ours if id(group) not in used],
        [group for group in theirs if id(group) not in used],
    )
    if not matched:
        more = f"; and {len(reasons) - REASONS} more leaderboards" if len(reasons) > REASONS else ""
        why = "; ".join(reasons[:REASONS]) + more or "neither has leaderboards that are compared"
        raise InputError(
            f"{first} (1) and {second} (2) cannot be compared: {why}; both need a leaderboard of the same "
            "data and preset"
        )
    return FolderComparison(
        first, second, tuple(_pair(one, two, tasks[one.task]) for one, two in matched), tuple(reasons)
    )


def _matched(ours: Sequence[Group], theirs: Sequence[Group]) -> list[tuple[Group, Group]]:
    """Return the leaderboards of the same data; of several, those of the same source belong together."""
    pairs: dict[int, int] = {}
    for same_source in (True, False):
        for one, group in enumerate(ours):
            for two, other in enumerate(theirs):
                fits = _data(group) == _data(other) and (group.source == other.source or not same_source)
                if fits and one not in pairs and two not in pairs.values():
                    pairs[one] = two
    return [(ours[one], theirs[two]) for one, two in sorted(pairs.items())]


def _data(group: Group) -> tuple[str, ...]:
    return group.task, group.preset, group.tissue, group.covered_by, group.data_hash


def _pair(first: Group, second: Group, compared: Compared) -> BoardPair:
    ours, theirs = _rows(first), _rows(second)
    common = [name for name in ours if name in theirs and ours[name].scored and theirs[name].scored]
    found: Iterable[dict[str, Any]] = ()
    if common:
        boards = _scores(ours, common, compared), _scores(theirs, common, compared)
        found = _differences(*boards, compared)
    labels = {
        "preset": first.preset,
        "tissue": first.tissue,
        "genes_of": first.covered_by,
        "source_1": first.source,
        "source_2": second.source,
    }
    lines = [{**labels, **line} for line in found]
    frame = pd.DataFrame(lines, columns=list(COMPARISON_COLUMNS))
    rows = [(ours[name], theirs[name]) for name in common]
    moved = bool((frame["verdict"] == SCALE_MOVED).any())
    sentences = [
        *rows_apart(ours, theirs),
        *compared.scale_sentences(ours, theirs, common, moved),
        *what_else_differs(first, second, rows),
        *(chance_sentences(rows) if (frame["verdict"] == EXCEEDS).any() else ()),
    ]
    return BoardPair(first, second, frame, tuple(sentences), compared)


def _rows(group: Group) -> dict[RowName, Row]:
    return {(row.name, row.first["kind"]): row for row in make_rows(group.records)}


def _scores(rows: Rows, common: Sequence[RowName], compared: Compared) -> pd.DataFrame:
    """Return the leaderboard of some rows, with a column that says which are deterministic."""
    frame = compared.leaderboard([record for name in common for record in rows[name].records])
    deterministic = {rows[name].name: rows[name].first["deterministic"] for name in common}
    return frame.assign(deterministic=frame["method"].map(deterministic))


def _differences(first: pd.DataFrame, second: pd.DataFrame, compared: Compared) -> Iterator[dict[str, Any]]:
    """Yield one line per method and score, in the order of the first leaderboard."""
    others = {line["method"]: line for line in second.to_dict("records")}
    for ours in first.to_dict("records"):
        lines = [_difference(ours, others[ours["method"]], score) for score in compared.scores]
        if compared.aggregate:
            aggregate = lines.pop()
            unchanged = all(line["verdict"] in (SAME, f"{UNDEFINED_IN} both") for line in lines)
            moved = aggregate["verdict"] != SAME and unchanged
            if pd.notna(aggregate["value_1"]):  # else there is no scale, as one of the sentences says
                lines.append({**aggregate, "verdict": SCALE_MOVED} if moved else aggregate)
        yield from lines


def _difference(ours: Mapping[Any, Any], theirs: Mapping[Any, Any], metric: str) -> dict[str, Any]:
    line = {
        **{column: ours[column] for column in ("method", "title", "kind")},
        "metric": metric,
        **_side(ours, metric, "1"),
        **_side(theirs, metric, "2"),
    }
    return {**line, "difference": line["value_2"] - line["value_1"], "verdict": _verdict(line)}


def _side(row: Mapping[Any, Any], metric: str, number: str) -> dict[str, Any]:
    low, high = row[f"{metric}_low"], row[f"{metric}_high"]
    if pd.isna(low) and row["deterministic"]:
        low = high = row[metric]  # as LeadScore.range_over_seeds has it
    return {
        f"value_{number}": row[metric],
        f"low_{number}": low,
        f"high_{number}": high,
        f"seeds_{number}": row["seeds"],
    }


def _verdict(line: Mapping[str, Any]) -> str:
    """Return whether a difference is larger than what other seeds would give.

    A score without an interval, of a single seed, counts as a point. Intervals that touch overlap. Those of
    deterministic methods are points, so that any difference of theirs exceeds them.
    """
    undefined = [side for side in ("1", "2") if pd.isna(line[f"value_{side}"])]
    if undefined:
        return f"{UNDEFINED_IN} {'both' if len(undefined) == 2 else undefined[0]}"
    if abs(line["value_1"] - line["value_2"]) <= ROUNDING:
        return SAME
    if pd.isna(line["low_1"]) and pd.isna(line["low_2"]):
        return NO_INTERVAL
    (low_1, high_1), (low_2, high_2) = (_ends(line, side) for side in ("1", "2"))
    return WITHIN if max(low_1, low_2) - min(high_1, high_2) <= ROUNDING else EXCEEDS


def _ends(line: Mapping[str, Any], side: str) -> tuple[float, float]:
    if pd.isna(line[f"low_{side}"]):
        return line[f"value_{side}"], line[f"value_{side}"]
    return line[f"low_{side}"], line[f"high_{side}"]
