"""What a degradation run has found, its table, and the files that it is read from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from geneboard.benchmark.records.check import parsed
from geneboard.benchmark.records.printable import printable_texts
from geneboard.benchmark.records.record import Record
from geneboard.benchmark.report.groups import folder_name
from geneboard.benchmark.tasks.embedding.sensitivity.findings import find
from geneboard.benchmark.tasks.embedding.sensitivity.levels import CONTROL, DEGRADATIONS
from geneboard.datasets.errors import InputError

FOLDER = "sensitivity"
SCHEMA = 1
"""Version of the form of sensitivity.csv and sensitivity.json."""

TABLE = "sensitivity.csv"
PROVENANCE = "sensitivity.json"

FACTS = ("title", "dim", "repeats", "git_revision", "degradations")
"""What pages and checks need of sensitivity.json, beside the schema and what was embedded."""

_Place = tuple[str, float, int]
"""Degradation, level and repeat."""

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
        return out.joinpath(FOLDER, *map(folder_name, (self.source, self.preset, self.tissue, self.method)))


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


def read_sensitivity(out: Path) -> list[Sensitivity]:
    """Return all degradation runs of a result folder, ordered by source, preset, tissue and method.

    Raises
    ------
    InputError
        If a file is damaged or of another version.
    """
    paths = sorted((out / FOLDER).glob(f"*/*/*/*/{PROVENANCE}"))
    found = [_read(path) for path in paths]
    return sorted(found, key=lambda one: (one.source, one.preset, one.tissue, one.method))


def _read(path: Path) -> Sensitivity:
    try:
        content = printable_texts(parsed(path.read_bytes()))
    except ValueError as error:
        raise InputError(f"{path}: is not complete JSON; run `sensitivity` again") from error
    names = ("source", "preset", "tissue", "method")
    if not isinstance(content, dict) or content.get("schema") != SCHEMA or not set(names) <= set(content):
        raise InputError(f"{path}: does not describe a degradation run of schema version {SCHEMA}")
    head = {name: str(content.pop(name)) for name in names}
    missing = [name for name in FACTS if name not in content]
    if missing:
        raise InputError(f"{path}: has no {', '.join(missing)}; run `sensitivity` again")
    try:
        places = list(_places(content["degradations"], content["repeats"]))
    except (LookupError, TypeError, ValueError) as error:
        raise InputError(f"{path}: degradations or repeats are damaged; run `sensitivity` again") from error
    table = _read_table(path.with_name(TABLE))
    _refuse_incomplete(table, places, path.with_name(TABLE))
    return Sensitivity(**head, table=table, provenance=content)


def _places(degradations: list[dict[str, Any]], repeats: int) -> Iterator[_Place]:
    """Yield where a table has a score of every metric, as `steps_of` and `table_of` make it."""
    if not degradations or repeats < 1:
        raise ValueError("a run has at least one degradation and one repeat")
    for entry in degradations:
        name, levels = str(entry["name"]), [float(level) for level in entry["levels"]]
        if levels[0] != 0:
            raise ValueError("the first level is the untouched embedding")
        yield name, 0.0, 0
        drawn = repeats if DEGRADATIONS[name].random else 1
        yield from ((name, level, repeat) for level in levels[1:] for repeat in range(drawn))
    yield from ((CONTROL, 1.0, repeat) for repeat in range(repeats))


def _refuse_incomplete(table: pd.DataFrame, places: list[_Place], path: Path) -> None:
    """Refuse a table that was cut: its means and last levels would be those of other data."""
    if table.empty:
        raise InputError(f"{path}: has no scores; run `sensitivity` again")
    found = list(table[["metric", "degradation", "level", "repeat"]].itertuples(index=False, name=None))
    expected = [(metric, *place) for metric in dict.fromkeys(table["metric"]) for place in places]
    present = set(found)
    for row in expected:
        if row not in present:
            metric, name, level, repeat = row
            raise InputError(
                f"{path}: is incomplete: no {metric} of {name} {level:g} repeat {repeat}; "
                "run `sensitivity` again"
            )
    if len(found) > len(expected):
        raise InputError(f"{path}: has more rows than {PROVENANCE} lists; run `sensitivity` again")


def _read_table(path: Path) -> pd.DataFrame:
    text: dict[str, type] = dict.fromkeys(("degradation", "metric", "status", "reason"), str)
    numbers: dict[str, type] = {"level": float, "repeat": int, "value": float}
    try:
        table = pd.read_csv(
            path,
            dtype=text | numbers,
            keep_default_na=False,
            na_values={"value": [""]},
            float_precision="round_trip",  # the default reader may miss the last bit of a score
        )
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file; run `sensitivity` again") from error
    except (ValueError, UnicodeDecodeError) as error:  # pandas' errors of parsing are ValueErrors
        raise InputError(f"{path}: is damaged ({error}); run `sensitivity` again") from error
    if tuple(table.columns) != COLUMNS:
        raise InputError(f"{path}: has not the columns {', '.join(COLUMNS)}")
    unknown = sorted(set(table["degradation"]) - {*DEGRADATIONS, CONTROL})
    if unknown:
        raise InputError(f"{path}: unknown degradation {unknown[0]!r}")
    wrong = table["value"].isna() == (table["status"] == "ok")
    if wrong.any():
        line = int(wrong.to_numpy().argmax()) + 2
        raise InputError(f"{path}, line {line}: a value goes with the status ok, and only with it")
    return table
