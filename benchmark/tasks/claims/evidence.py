"""The records that claims may rest on: of real data, of this folder alone, one run of each problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import Group, select_groups
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.wording import counted, is_synthetic_source
from geneboard.benchmark.tasks.techniques.comparison import TechniqueComparison
from geneboard.datasets.base import HELDOUT
from geneboard.datasets.joint import is_joint

EVIDENCE = (
    "Only records of this folder and of real data count; simulated data, and rows taken from another folder, "
    "are no evidence. Where a problem was run with several presets, the one of preset paper counts; runs "
    "with "
    "held-out cells count only where there are no others."
)


@dataclass(frozen=True, eq=False)
class Run:
    """The rows of one leaderboard."""

    group: Group
    rows: Mapping[str, Row]

    def scored(self, name: str) -> Row | None:
        """Return a row that has scores."""
        row = self.rows.get(name)
        return row if row is not None and row.scored else None


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a result folder has of real data.

    Attributes
    ----------
    embeddings, inference
        Runs of those two tasks, those that count most first.
    biology
        Records of that task.
    techniques
        Comparisons of techniques, one of each tissue and source.
    """

    embeddings: tuple[Run, ...]
    inference: tuple[Run, ...]
    biology: tuple[Record, ...]
    techniques: tuple[TechniqueComparison, ...] = ()

    @classmethod
    def of(cls, records: Iterable[Record], techniques: Iterable[TechniqueComparison] = ()) -> Evidence:
        """Choose among the records of all tasks, and comparisons of techniques."""
        real = [one for one in records if _is_real(one)]
        embeddings, inference, biology = (
            [one for one in real if one["task"] == task] for task in ("embedding", "inference", "biology")
        )
        networks = tuple(one for one in techniques if not is_synthetic_source(one.source))
        return cls(tuple(_runs(embeddings)), tuple(_runs(inference)), tuple(biology), networks)

    def tissues(self, has: Callable[[Run], bool]) -> dict[str, Run]:
        """Return for each tissue the run that counts most among those that have something."""
        found: dict[str, Run] = {}
        for run in self.embeddings:
            if has(run):
                found.setdefault(run.group.tissue, run)
        return dict(sorted(found.items()))

    def problems(self, experiment: str) -> list[Run]:
        """Return one run of each problem of an experiment of the L1000 task."""
        found: dict[tuple[str, str], Run] = {}
        for run in self.inference:
            if problem_of(run)["experiment"] == experiment:
                found.setdefault((run.group.source, run.group.tissue), run)
        return [found[key] for key in sorted(found)]


def problem_of(run: Run) -> Mapping[str, object]:
    """Return what was to be inferred."""
    return dict(run.group.records[0]["problem"])


def data_text(runs: Iterable[Run], names: Sequence[str]) -> str:
    """Return what runs are of: "files:data, preset paper: lung (MuSe-GNN 3 seeds)"; `names` are of rows."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for run in runs:
        rows = [row for name in names if (row := run.scored(name))]
        seeds = ", ".join(f"{row.title} {counted(len(row.scored), 'seed')}" for row in rows)
        found.setdefault((run.group.source, run.group.preset), {})[f"{run.group.tissue} ({seeds})"] = None
    return "; ".join(
        f"{source}, preset {preset}: {', '.join(told)}" for (source, preset), told in found.items()
    )


def _is_real(record: Record) -> bool:
    return not is_synthetic_source(record["source"]) and "taken_from" not in record


def _runs(records: Sequence[Record]) -> list[Run]:
    groups = [group for group in select_groups(records) if not (group.covered_by or is_joint(group.tissue))]
    groups.sort(key=lambda group: (group.preset != "paper", HELDOUT in group.records[0]["data_hashes"]))
    return [Run(group, {row.name: row for row in make_rows(group.records)}) for group in groups]
