"""Methods across the tissues of one source and preset: the shape of the published main table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from statistics import fmean
from typing import Any

import pandas as pd

from geneboard.benchmark.report.foreign import ForeignTable
from geneboard.benchmark.report.groups import Group
from geneboard.benchmark.report.intervals import ROUNDING
from geneboard.benchmark.report.section import Note
from geneboard.benchmark.report.statistics.friedman import MIN_METHODS, MIN_TISSUES, RankTest, rank_test
from geneboard.benchmark.tasks.embedding.across.foreign import (
    foreign_columns,
    foreign_gains,
    foreign_sentences,
    foreign_tables,
)
from geneboard.benchmark.tasks.embedding.across.gains import our_gains, published_gains
from geneboard.benchmark.tasks.embedding.across.sentences import across_notes
from geneboard.benchmark.tasks.embedding.board.board import Board
from geneboard.benchmark.tasks.embedding.board.standing import VARIANT
from geneboard.datasets.joint import is_joint

NOT_RUN = "not run"

ACROSS_COLUMNS = (
    "method",
    "title",
    "kind",
    "mean_score",
    "mean_joint_score",
    "mean_rank",
    "rank_low",
    "rank_high",
    "tissues_ranked",
    "tissues_scored",
    "published_mean",
    "published_difference",
    "tissues_published",
)
"""First columns of across_tissues.csv; then for each tissue T: ``T`` (average score), ``T_joint_score``,
``T_status``, ``T_published`` and ``T_difference`` (average score minus published).

``mean_score`` and ``mean_joint_score`` are only there for methods with that score in every tissue,
``mean_rank`` (by joint score) for those that compete in every tissue and have a joint score in at least one,
its interval from ``rank_low`` to ``rank_high`` where there is a test; ``published_mean`` and
``published_difference`` are means over the tissues where both have a score, which ``tissues_published``
counts.
"""

ENDS = ("", "_joint_score", "_status", "_published", "_difference")
"""Of the columns of a tissue."""


@dataclass(frozen=True, eq=False)
class Across:
    """The scores of one source and preset in all its tissues.

    Attributes
    ----------
    source, preset
        Of all tissues.
    folder
        Where its tables go, relative to the result folder.
    tissues
        In alphabetical order, at least two.
    frame
        One row per method and hyper-parameters; see `ACROSS_COLUMNS`. Methods by descending mean joint score,
        those without one, then controls.
    gains
        One row per label ("ours", "published", those of foreign tables) and tissue: the methods with the
        highest and the second highest average score, and the difference in percent of the latter.
    test
        None with fewer than five tissues, or fewer than three methods with a mean rank.
    notes
        What the table shows, and what was tested with what result.
    groups
        The records, by tissue.
    foreign
        Tables of other data that stand beside ours, in the last columns of `frame` and in `gains`.
    """

    source: str
    preset: str
    folder: PurePath
    tissues: tuple[str, ...]
    frame: pd.DataFrame
    gains: pd.DataFrame
    test: RankTest | None
    notes: tuple[Note, ...]
    groups: tuple[Group, ...]
    foreign: tuple[ForeignTable, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """The notes as text."""
        return tuple(note.text for note in self.notes)


def across_tissues(boards: Sequence[Board]) -> list[Across]:
    """Return one table for each source and preset with at least two tissues.

    Leaderboards on the genes of a precomputed embedding, and of several tissues together, are left out.
    """
    together: dict[tuple[str, str], list[Board]] = defaultdict(list)
    for board in boards:
        if not (board.group.covered_by or is_joint(board.group.tissue)):
            together[board.group.source, board.group.preset].append(board)
    return [_across(together[key]) for key in sorted(together) if len(together[key]) > 1]


def _across(boards: Sequence[Board]) -> Across:
    """Return the table across tissues of the leaderboards of one source and preset."""
    boards = sorted(boards, key=lambda board: board.group.tissue)
    first = boards[0].group
    tissues = tuple(board.group.tissue for board in boards)
    frame = _frame(boards)
    ranks = _ranks(boards, frame)
    frame["mean_rank"] = ranks.mean()
    gains = pd.concat(
        [our_gains(boards), published_gains(tissues), *foreign_gains(boards)], ignore_index=True
    )
    titled = ranks.set_axis(_labels(frame.loc[ranks.columns]), axis=1)
    test = rank_test(titled) if _can_test(ranks) else None
    if test:
        ends = pd.DataFrame([test.rank_intervals[str(title)] for title in titled], index=ranks.columns)
        frame[["rank_low", "rank_high"]] = ends.reindex(frame.index).astype("Int64")
    return Across(
        source=first.source,
        preset=first.preset,
        folder=first.folder.parent,
        tissues=tissues,
        frame=_sorted(pd.concat([frame, foreign_columns(frame, boards)], axis=1)),
        gains=gains,
        test=test,
        notes=(
            *across_notes(boards, frame, ranks, gains, test),
            *map(Note, foreign_sentences(boards, gains)),
        ),
        groups=tuple(board.group for board in boards),
        foreign=foreign_tables(boards),
    )


def _frame(boards: Sequence[Board]) -> pd.DataFrame:
    """Return the table without ranks, in no special order."""
    found: dict[tuple[str, str, str], dict[str, dict[Any, Any]]] = defaultdict(dict)
    for board in boards:
        for row in board.frame.to_dict("records"):
            found[row["method"], row["title"], row["kind"]][board.group.tissue] = row
    tissues = [board.group.tissue for board in boards]
    lines = [_line(key, found[key], tissues) for key in sorted(found)]
    columns = [*ACROSS_COLUMNS, *(tissue + end for tissue in tissues for end in ENDS)]
    texts = {"method", "title", "kind", "tissues_scored", "tissues_ranked", "tissues_published"}
    texts |= {f"{tissue}_status" for tissue in tissues}
    frame = pd.DataFrame(lines, columns=columns)
    return frame.astype({name: "object" if name in texts else "float64" for name in columns})


def _line(
    key: tuple[str, str, str], rows: Mapping[str, Mapping[Any, Any]], tissues: Sequence[str]
) -> dict[str, Any]:
    line: dict[str, Any] = dict(zip(("method", "title", "kind"), key, strict=True))
    pairs = []
    for tissue in tissues:
        row = rows.get(tissue)
        line[f"{tissue}_status"] = _status(row)
        if row is None:
            continue
        line[tissue], line[f"{tissue}_published"] = row["average_score"], row["published_score"]
        line[f"{tissue}_joint_score"] = row["joint_score"]
        line[f"{tissue}_difference"] = row["average_score"] - row["published_score"]
        if pd.notna(line[f"{tissue}_difference"]):
            pairs.append((row["average_score"], row["published_score"]))
    for mean, count, score in (
        ("mean_score", "tissues_scored", "average_score"),
        ("mean_joint_score", "tissues_ranked", "joint_score"),
    ):
        scores = [row[score] for row in rows.values() if pd.notna(row[score])]
        line[count] = f"{len(scores)} of {len(tissues)}"
        line[mean] = fmean(scores) if len(scores) == len(tissues) else None
    line["tissues_published"] = f"{len(pairs)} of {len(tissues)}"
    if pairs:
        line["published_mean"] = fmean(published for _, published in pairs)
        line["published_difference"] = fmean(ours - published for ours, published in pairs)
    return line


def _status(row: Mapping[Any, Any] | None) -> str:
    """Return what became of a method in a tissue."""
    if row is None:
        return NOT_RUN
    if not row["seeds"]:
        reason = row["reason"].replace(f" {row['status']}: ", ": ", 1)
        return f"{row['status']}: {reason}"
    taken = f"from the {row['from']}" if row["from"] else ""
    no_rank = row["no_rank"] if row["no_rank"] != VARIANT else ""
    notes = "; ".join(filter(None, [taken, row["reason"], row["undefined"], no_rank]))
    head = "undefined" if row["undefined"] and not row["reason"] else row["status"]
    return f"{head}: {notes}" if notes else head


def _ranks(boards: Sequence[Board], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the ranks by joint score, 1 is best: tissues by rows of the table.

    Of each method one row competes, and only those that do in every tissue, among each other, so that a
    method that was run in some tissues shifts nobody. Neither does one that was skipped in a tissue, whose
    data are not made for it: a rank there would tell of the data. A method that failed in a tissue, or whose
    score is undefined, is last there; ties share their mean rank. A method without a score in any tissue has
    no rank: it shows nothing but its failure, and would count as one more method that is told apart. Tissues
    in which nobody has a joint score are left out.
    """
    scores = pd.DataFrame(
        {board.group.tissue: frame[f"{board.group.tissue}_joint_score"] for board in boards}
    )
    scores = scores.loc[:, scores.notna().any()]
    competing = [
        set(board.frame.loc[board.frame["competes"] & (board.frame["status"] != "skipped"), "method"])
        for board in boards
        if board.group.tissue in scores
    ]
    everywhere = frame["method"].isin(set.intersection(*competing) if competing else set())
    scores = scores.loc[everywhere & scores.notna().any(axis=1)]
    return scores.div(ROUNDING).round().rank(ascending=False, method="average", na_option="bottom").T


def _can_test(ranks: pd.DataFrame) -> bool:
    """Return whether there are tissues and methods enough for Friedman's test, and any ranks that differ."""
    enough = len(ranks) >= MIN_TISSUES and ranks.shape[1] >= MIN_METHODS
    return enough and bool((ranks.max(axis=1) > ranks.min(axis=1)).any())


def _labels(frame: pd.DataFrame) -> list[str]:
    """Return the titles of rows; those that two share with the names of the methods."""
    shared = frame["title"].duplicated(keep=False)
    names = frame["title"] + " (" + frame["method"] + ")"
    return list(frame["title"].where(~shared, names))


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    """Put methods before controls, and the highest mean joint score, then the lowest mean rank, first."""
    keyed = frame.assign(
        control=frame["kind"] == "control", joint=-frame["mean_joint_score"], score=-frame["mean_score"]
    )
    order = ["control", "joint", "mean_rank", "score", "method", "title"]
    return frame.loc[keyed.sort_values(order, na_position="last").index].reset_index(drop=True)
