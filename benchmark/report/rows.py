"""One row of a leaderboard: the cells of a method with one set of hyper-parameters."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import fmean
from typing import Any

from geneboard.benchmark.records.record import Record, ScoreEntry, Scores, variant_suffix
from geneboard.benchmark.report.groups import canonical

_WORST_FIRST = ("failed", "oom", "timeout", "skipped")
NOT_RECORDED = "not in the record"


@dataclass(frozen=True, eq=False)
class Row:
    """The cells of a method with one set of hyper-parameters, one per seed and in the order of the seeds.

    Attributes
    ----------
    records
        The cells.
    stands_in
        True for the variant that takes the place of a method without scores with the settings of the preset.
    """

    records: tuple[Record, ...]
    stands_in: bool = False

    def __post_init__(self) -> None:
        seeds = [record["seed"] for record in self.records]
        if seeds != sorted(set(seeds)):
            raise ValueError(f"{self.name}: the records of a row must have increasing seeds, not {seeds}")

    @property
    def first(self) -> Record:
        """The record that names, kind and hyper-parameters are read from."""
        return self.records[0]

    @property
    def name(self) -> str:
        """Name of the method; a variant adds its hyper-parameters, ``"musegnn[epochs=500]"``."""
        return self.first["method"] + variant_suffix(self.first["overrides"])

    @property
    def title(self) -> str:
        """Title of the method, with the same addition."""
        return self.first["title"] + variant_suffix(self.first["overrides"])

    @property
    def is_default(self) -> bool:
        """True unless hyper-parameters differ from those of the preset."""
        return not self.first["overrides"]

    @cached_property
    def scored(self) -> tuple[Record, ...]:
        """The records of cells that ended well; all means are over these."""
        return tuple(record for record in self.records if record["status"] == "ok")

    @property
    def represents_method(self) -> bool:
        """True for the one row of a method that competes; its variants are beside it."""
        return self.is_default or self.stands_in

    @property
    def sets_range(self) -> bool:
        """True if the scale of the average score rests on this row."""
        return self.first["kind"] == "published" and self.represents_method and bool(self.scored)

    @property
    def coverage(self) -> float | None:
        """Share of the (gene, dataset) pairs that the embedding has vectors for; None without scores.

        A method that trains on the graphs embeds all of them.
        """
        if not self.scored:
            return None
        given = self.first.get("coverage")
        return given["rows"] / given["of"] if given else 1.0

    @property
    def status(self) -> str:
        """``"ok"``, ``"ok (2 of 3 seeds)"``, or what became of a row without scores."""
        if len(self.scored) == len(self.records):
            return "ok"
        if self.scored:
            return f"ok ({len(self.scored)} of {len(self.records)} seeds)"
        statuses = {record["status"] for record in self.records}
        return next(status for status in _WORST_FIRST if status in statuses)

    @property
    def reason(self) -> str:
        """Why cells have no scores: "seeds 1, 2 failed: ..."; empty if all have."""
        seeds: dict[tuple[str, str], list[int]] = defaultdict(list)
        for record in self.records:
            if record["status"] != "ok":
                seeds[record["status"], record["reason"]].append(record["seed"])
        return "; ".join(
            f"{_seeds(cells)} {status}" + (f": {reason}" if reason else "")
            for (status, reason), cells in seeds.items()
        )

    def per_seed(self, metric: str) -> list[float] | None:
        """Return the values over seeds, or None where the metric has no value in some seed."""
        found = [defined_value(record["scores"], metric) for record in self.scored]
        values = [value for value in found if value is not None]
        return values if values and len(values) == len(found) else None

    @cached_property
    def means(self) -> Mapping[str, float | None]:
        """Mean over seeds of each metric; None where it is undefined in some seed or was not computed."""
        found: dict[str, float | None] = defaultdict(lambda: None)
        for metric in {name for record in self.scored for name in record["scores"]}:
            found[metric] = fmean(values) if (values := self.per_seed(metric)) else None
        return found

    def predates(self, metric: str) -> bool:
        """Return whether all cells with scores were scored before a metric existed."""
        return bool(self.scored) and all(
            metric not in record["metric_versions"] and metric not in record["scores"]
            for record in self.scored
        )

    def undefined_among(self, metrics: Iterable[str]) -> str:
        """Return which of some metrics are undefined, in how many seeds and why; empty if none is."""
        return "; ".join(filter(None, map(self._undefined, metrics)))

    def _undefined(self, metric: str) -> str:
        entries = [record["scores"].get(metric) for record in self.scored]
        reasons = [why_undefined(entry) for entry in entries if why_undefined(entry)]
        if not reasons:
            return ""
        seeds = f" in {len(reasons)} of {len(entries)} seeds" if len(entries) > 1 else ""
        return f"{metric} undefined{seeds}: {' / '.join(dict.fromkeys(reasons))}"

    def cost(self, name: str) -> list[float]:
        """Return a cost of the scored cells, or of all where none has scores; unknown values are left out."""
        costs: list[Mapping[str, Any]] = [dict(record["cost"]) for record in self.scored or self.records]
        return [float(cost[name]) for cost in costs if cost.get(name) is not None]


def make_rows(records: Iterable[Record]) -> list[Row]:
    """Return one row per method and hyper-parameters, ordered by method and variant.

    Raises
    ------
    ValueError
        If two records are of the same method, hyper-parameters and seed.
    """
    cells: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in records:
        cells[record["method"], canonical(record["overrides"])].append(record)
    rows = [Row(tuple(sorted(cells[row], key=lambda record: record["seed"]))) for row in sorted(cells)]
    with_default = {row.first["method"] for row in rows if row.is_default and row.scored}
    variants: dict[str, Row] = {}
    for row in rows:
        method = row.first["method"]
        if not row.is_default and method not in with_default:
            # of several the one with most seeds, whatever its scores: a choice by scores would be a bias
            variants[method] = max(variants.get(method, row), row, key=lambda one: len(one.scored))
    return [replace(row, stands_in=row is variants.get(row.first["method"])) for row in rows]


def defined_value(scores: Scores, metric: str) -> float | None:
    """Return the value of a metric, or None where it has none."""
    entry = scores.get(metric)
    return None if entry is None or why_undefined(entry) else entry["value"]


def why_undefined(entry: ScoreEntry | None) -> str:
    """Return why a score has no value, or nothing if it has one."""
    if entry is None:
        return NOT_RECORDED
    if entry["status"] != "ok":
        return entry["reason"] or "no reason given"
    value = entry["value"]
    if value is None or not math.isfinite(value):
        return "the record has no finite value"
    return ""


def _seeds(seeds: Sequence[int]) -> str:
    return ("seed " if len(seeds) == 1 else "seeds ") + ", ".join(map(str, seeds))
