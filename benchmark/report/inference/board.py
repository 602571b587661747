"""From the records of one problem of the L1000 task to its leaderboard."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
import pandas as pd

from geneboard.benchmark.records.record import Problem, Record
from geneboard.benchmark.report.groups import Group, canonical, select_groups
from geneboard.benchmark.report.inference.columns import (
    INTEGERS,
    LANDMARKS,
    LEAD,
    LEADERBOARD_COLUMNS,
    METRICS,
    SCORED,
    TEXTS,
    sign,
)
from geneboard.benchmark.report.inference.paired import PairedTests, compare_variants, compare_with_baseline
from geneboard.benchmark.report.intervals import seeds_interval, seeds_interval_kind
from geneboard.benchmark.report.mixing import refuse_mixed
from geneboard.benchmark.report.rows import Row, make_rows
from geneboard.benchmark.report.intervals import ROUNDING


@dataclass(frozen=True, eq=False)
class InferenceBoard:
    """A leaderboard of the L1000 task and the records that it is made of.

    Attributes
    ----------
    group
        The records, and where they came from.
    problem
        What was to be inferred.
    frame
        One row per method and hyper-parameters, as `inference_leaderboard` returns it.
    tests
        Every row against the baseline.
    variant_tests
        Variants against the method that they vary, one for each such method.
    """

    group: Group
    problem: Problem
    frame: pd.DataFrame
    tests: PairedTests
    variant_tests: tuple[PairedTests, ...] = ()


def inference_boards(records: Iterable[Record]) -> list[InferenceBoard]:
    """Return every leaderboard of the L1000 task, ordered by source, preset and name of the problem.

    Parameters
    ----------
    records
        Cell records of any tasks, sources, presets and problems, in any order.
    """
    return [_board(group) for group in select_groups(records) if group.is_inference]


def _board(group: Group) -> InferenceBoard:
    frame = inference_leaderboard(group.records)
    rows, order = make_rows(group.records), list(frame["method"])
    tests, variants = compare_with_baseline(rows, order), compare_variants(rows, order)
    return InferenceBoard(group, group.records[0]["problem"], frame, tests, variants)


def inference_leaderboard(records: Iterable[Record]) -> pd.DataFrame:
    """Return the leaderboard of the records of one problem.

    Parameters
    ----------
    records
        Records of one source, preset, problem and state of the data, at most one per method,
        hyper-parameters and seed, in any order.

    Returns
    -------
    pandas.DataFrame
        One row per method and hyper-parameters with the columns `LEADERBOARD_COLUMNS`: methods by descending
        PCC, rows without scores, then controls, which have no rank. A score that is undefined in some seed is
        undefined for the row.

    Raises
    ------
    InputError
        If the records are of different sources, presets, problems, data or versions of the metrics.
    ValueError
        If there are no records, or two are of the same method, hyper-parameters and seed.
    """
    records = list(records)
    rows = make_rows(records)
    if not rows:
        raise ValueError("a leaderboard needs at least one record")
    refuse_mixed(records)
    shown = shown_scores(records)
    ranks = _ranks([row for row in rows if row.first["kind"] != "control"])
    lines = sorted((_line(row, shown, ranks.get(row.name)) for row in rows), key=_place)
    frame = pd.DataFrame(lines, columns=list(LEADERBOARD_COLUMNS))
    types = {
        **dict.fromkeys(LEADERBOARD_COLUMNS, "float64"),
        **dict.fromkeys(INTEGERS, "Int64"),
        **dict.fromkeys(TEXTS, "object"),
    }
    return frame.astype(types)


def shown_scores(records: Iterable[Record]) -> list[str]:
    """Return the scores that a leaderboard has: those of targets, and others that some record has."""
    recorded = {name for record in records for name in record["scores"]}
    return [score for score in SCORED if score in METRICS or score in recorded]


def _line(row: Row, shown: Sequence[str], rank: float | None) -> dict[str, Any]:
    first = row.first
    line: dict[str, Any] = {
        "method": row.name,
        "title": row.title,
        "kind": first["kind"],
        "status": row.status,
        "seeds": len(row.scored),
        "rank": rank,
        "seeds_failed": len(row.records) - len(row.scored),
        "reason": row.reason,
        "undefined": _undefined(row, shown),
        "seeds_interval": seeds_interval_kind(len(row.scored)),
        "device": ", ".join(sorted({record["device"] for record in row.records})),
        "threads": _common([record["threads"] for record in row.records]),
        "overrides": canonical(first["overrides"]) if first["overrides"] else "",
        "reference": first["reference"],
    }
    for score in SCORED:
        values = row.per_seed(score)
        line[score] = fmean(values) if values else None
        line[f"{score}_low"], line[f"{score}_high"] = seeds_interval(values or ()) or (None, None)
    for name in ("wall_seconds", "cpu_seconds", "scoring_seconds"):
        line[name] = fmean(costs) if (costs := row.cost(name)) else None
    for name in ("peak_mb", "peak_device_mb"):
        line[name] = max(row.cost(name), default=None)
    return line


def _undefined(row: Row, shown: Sequence[str]) -> str:
    """Return which scores are undefined and why, those of one reason together."""
    found: dict[str, list[str]] = defaultdict(list)
    for score in shown:
        if text := row.undefined_among([score]):
            found[text.removeprefix(score)].append(score)
    return "; ".join(f"{', '.join(scores)}{why}" for why, scores in found.items())


def _common(values: Sequence[int]) -> int | None:
    """Return the value that all cells share, or None."""
    return values[0] if len(set(values)) == 1 else None


def _ranks(rows: Sequence[Row]) -> dict[str, float]:
    """Return the place of each method by PCC, 1 is best.

    Ties share their mean rank; methods whose PCC is undefined share the places after all values, and those
    without scores share the last.
    """
    values = [row.per_seed(LEAD) for row in rows]
    order = [
        fmean(of_row) if of_row else (-2.0 if row.scored else -3.0)  # correlations are -1 or more
        for row, of_row in zip(rows, values, strict=True)
    ]
    ranks = pd.Series(order, dtype=float).div(ROUNDING).round().rank(ascending=False, method="average")
    return {row.name: float(rank) for row, rank in zip(rows, ranks, strict=True)}


def _place(line: Mapping[str, Any]) -> tuple[bool, bool, float, str]:
    """Return the sort key of a row: methods first, the highest PCC first."""
    value = line[LEAD]
    return (
        line["kind"] == "control",
        not line["seeds"],
        np.inf if value is None else -sign(LEAD) * value,
        line["method"],
    )


def has_landmark_scores(frame: pd.DataFrame) -> bool:
    """Return whether a leaderboard scores landmarks that are no input."""
    return bool(frame[[f"{metric}{LANDMARKS}" for metric in METRICS]].notna().any(axis=None))
