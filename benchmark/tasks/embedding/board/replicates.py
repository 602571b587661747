"""The scores of the rows of a leaderboard without each group of datasets, as records have them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geneboard.benchmark.records.record import Record, Scores
from geneboard.benchmark.report.groups import canonical, dataset_names
from geneboard.benchmark.report.rows import Row, defined_value
from geneboard.benchmark.report.wording import counted
from geneboard.datasets.unit_groups import FEWEST_GROUPS

NO_SCORES = "no scores without each group of datasets"
OTHER_GROUPS = "its scores leave out other groups of datasets than most; running it again scores it again"
SHOWN = 12
"""Groups that a sentence spells out."""

Members = Mapping[str, Sequence[str]]
"""Datasets of each group by its name."""


@dataclass(frozen=True)
class Replicates:
    """The scores of the rows of a leaderboard without each group of datasets.

    Attributes
    ----------
    groups
        The groups, the same for all rows that have scores here.
    scores
        By row and group, of the first seed.
    problem
        Why no row has any: a sentence without its end, or nothing.
    problems
        By row why it has none, where others have.
    """

    groups: Members
    scores: Mapping[str, Mapping[str, Scores]]
    problem: str
    problems: Mapping[str, str]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Replicates:
        """Read the replicates of methods; those of other groups than most have are left out.

        Controls are scored with all datasets alone (in older records without groups too).
        """
        scored = {row.name: record for row in _methods(rows) if (record := _first_seed(row)) is not None}
        groups = _usual_groups([groups_of(record) for record in scored.values()])
        if len(groups) < FEWEST_GROUPS:
            return cls(groups, {}, _too_few(groups), {})
        found, problems = {}, {}
        for name, record in scored.items():
            scores = record.get("without_group") or record.get("leave_one_out") or {}
            if not scores:
                problems[name] = NO_SCORES
            elif canonical(groups_of(record)) != canonical(groups):
                problems[name] = OTHER_GROUPS
            elif missing := sorted(set(groups) - set(scores)):
                problems[name] = f"no scores without {missing[0]}"
            else:
                found[name] = {group: scores[group] for group in groups}
        return cls(groups, found, "", problems)

    def why_none(self, row: str) -> str:
        """Return why a row has no scores here; nothing if it has."""
        return self.problem or self.problems.get(row, "")

    def values(self, metrics: Sequence[str]) -> dict[str, dict[str, dict[str, float | None]]]:
        """Return the values of metrics by row, group and metric; None where one is undefined."""
        return {
            row: {
                group: {metric: defined_value(scores, metric) for metric in metrics}
                for group, scores in of_groups.items()
            }
            for row, of_groups in self.scores.items()
        }


def groups_of(record: Record) -> Members:
    """Return the groups of a record; in an older one every dataset is a group."""
    if "groups" in record:
        return record["groups"]
    return {name: [name] for name in dataset_names(record)}


def group_sentences(rows: Sequence[Row]) -> list[str]:
    """Return which datasets are left out together in a leaderboard, and where that comes from."""
    records = [record for row in _methods(rows) if (record := _first_seed(row)) is not None]
    if not records:
        return []
    groups = _usual_groups([groups_of(record) for record in records])
    notes = [
        note
        for r in records
        if canonical(groups_of(r)) == canonical(groups) and (note := r.get("groups_note"))
    ]
    together = {name: own for name, own in groups.items() if len(own) > 1}
    told = "; ".join(f"{name} ({', '.join(own)})" for name, own in list(together.items())[:SHOWN])
    more = f" and {len(together) - SHOWN} more" if len(together) > SHOWN else ""
    return [
        *([f"Datasets of one unit are left out together: {told}{more}."] if together else []),
        *notes[:1],
        *(
            [f"{_too_few(groups).capitalize()}: nothing is said about the spread over datasets."]
            if len(groups) < FEWEST_GROUPS
            else []
        ),
    ]


def _methods(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.first["kind"] != "control"]


def _first_seed(row: Row) -> Record | None:
    """Return the record of a row that has scores without groups, else its first one with scores."""
    having = (r for r in row.scored if r.get("without_group") or r.get("leave_one_out") or "groups" in r)
    return next(having, next(iter(row.scored), None))


def _usual_groups(found: Sequence[Members]) -> Members:
    """Return the groups that most records have; of as many, the first in alphabetical order."""
    counts = Counter(map(canonical, found))
    usual = min(counts, key=lambda text: (-counts[text], text), default="")
    return next((groups for groups in found if canonical(groups) == usual), {})


def _too_few(groups: Members) -> str:
    n_datasets = sum(map(len, groups.values()))
    if n_datasets == 1:
        return "a single dataset"
    if n_datasets == len(groups):
        return f"only {counted(n_datasets, 'dataset')}, and three are needed"
    units = counted(len(groups), "independent unit")
    return f"only {units} among {counted(n_datasets, 'dataset')}, and three are needed"
