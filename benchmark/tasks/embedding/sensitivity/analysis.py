"""What a degradation run has found: how every metric answered when one embedding was ruined."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import safe_name
from geneboard.benchmark.tasks.embedding.sensitivity.findings import find
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS

FOLDER = "sensitivity"

COLUMNS = ("degradation", "level", "repeat", "metric", "value", "status", "reason")
"""Columns of sensitivity.csv; status is "ok", "undefined" or "failed"."""


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How every metric answered when one embedding was ruined.

    Attributes
    ----------
    source, preset, tissue, method
        What was embedded, and how.
    table
        One row per degradation, level, repeat and metric, with the columns `COLUMNS`. Level 0 is the
        untouched embedding; rows of `CONTROL` are the control random.
    provenance
        What the numbers rest on.
    """

    source: str
    preset: str
    tissue: str
    method: str
    table: pd.DataFrame
    provenance: Mapping[str, Any]

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What each metric can and cannot see; see `benchmark.tasks.embedding.sensitivity.findings`."""
        return find(self.table)

    @property
    def title(self) -> str:
        """For pictures and pages."""
        return f"{self.tissue}, {self.source}: {self.method} ruined step by step"

    def folder_in(self, out: Path) -> Path:
        """Return where its files are, in the result folder `out`."""
        return folder_of(out, self.source, self.preset, self.tissue, self.method)


def folder_of(out: Path, source: str, preset: str, tissue: str, method: str) -> Path:
    """Return where the files of a run go, in the result folder `out`."""
    return out.joinpath(FOLDER, *map(safe_name, (source, preset, tissue, method)))


def table_of(untouched: Record, steps: Iterable[Record], metrics: Sequence[str]) -> pd.DataFrame:
    """Return the table of a run.

    Parameters
    ----------
    untouched
        Record of the good embedding.
    steps
        Records of the task "sensitivity".
    metrics
        What the table shows, in this order.
    """
    ends = {tuple(map(_step(record).get, ("name", "level", "repeat"))): record for record in steps}
    ruined = [name for name in DEGRADATIONS if name in {place[0] for place in ends}]
    placed = [((name, 0.0, 0), untouched) for name in ruined] + list(ends.items())
    rows: list[tuple[object, ...]] = []
    for place, record in placed:
        for metric in metrics:
            if record["status"] == "ok":
                entry = record["scores"][metric]
                rows.append((*place, metric, entry["value"], entry["status"], entry["reason"]))
            else:
                rows.append((*place, metric, None, "failed", record["reason"]))
    table = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"value": float})
    order = {name: number for number, name in enumerate([*DEGRADATIONS, CONTROL, *metrics])}
    return table.sort_values(
        ["degradation", "level", "repeat", "metric"],
        key=lambda column: column.map(order) if column.dtype == object else column,
        ignore_index=True,
    )


def _step(record: Record) -> Mapping[str, Any]:
    step: Mapping[str, Any] = record["degradation"]  # type: ignore[typeddict-item]
    return step
